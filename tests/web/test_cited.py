"""What a summary cites: fetched when it is not here, and named as the paper is named today."""

from __future__ import annotations

import pytest
from django.test import Client

from shortscience.accounts.models import User
from shortscience.lib.errors import Refused
from shortscience.moderation.actions import hide, restore
from shortscience.moderation.merging import merge_papers, undo_merge
from shortscience.papers.corrections import suggest
from shortscience.papers.models import MetadataSuggestion, Paper
from shortscience.sources.cited import MOST_AT_ONCE, fetch_cited
from shortscience.summaries.corrected import settle
from shortscience.summaries.models import Citation, Summary
from shortscience.summaries.tasks import refresh_all_references
from tests.conftest import signed_in
from tests.factories import make_paper, make_summary
from tests.sources.conftest import sources_cache, upstream
from tests.sources.upstream import Upstream
from tests.web.test_fetching import CROSSREF, TITLE, crossref_says, sources

__all__ = ["sources", "sources_cache", "upstream"]

pytestmark = pytest.mark.django_db


def save(browser: Client, text: str, **more: str) -> Summary:
    address = f"{make_paper('What it is about').get_absolute_url()}/write"
    assert browser.post(address, {"text": text, **more}).status_code == 302
    return Summary.objects.latest("pk")


# --- fetched ----------------------------------------------------------------------------------


def test_a_paper_that_is_cited_and_not_here_is_fetched_after_saving(
    sources: Upstream, alice: User
) -> None:
    summary = save(signed_in(alice), "It builds on \\cite{1601.00001}, says its author.")

    summary.refresh_from_db()
    paper = Paper.objects.get(title=TITLE)
    assert summary.citations.get().paper == paper
    assert f'<a href="{paper.get_absolute_url()}">{TITLE}</a>' in summary.html
    page = Client().get(paper.get_absolute_url()).content.decode()
    assert "What it is about" in page


def test_a_doi_in_any_case_finds_its_paper(sources: Upstream, alice: User) -> None:
    sources.feel(CROSSREF, crossref_says("A work of Crossref", doi="10.1000/abc"))

    summary = save(signed_in(alice), "It builds on \\cite{10.1000/ABC}.", anonymous="on")

    summary.refresh_from_db()
    assert "A work of Crossref" in summary.html
    assert "not known here" not in summary.html


def test_what_is_known_or_is_no_identifier_is_asked_nowhere(sources: Upstream, alice: User) -> None:
    make_paper(keys=("1512.03385",))

    save(signed_in(alice), r"By \cite{1512.03385}, \cite{batch} and \cite{smith_2015}.")

    assert sources.asked == []


def test_a_removed_paper_is_not_fetched_again(sources: Upstream, alice: User, mona: User) -> None:
    paper = make_paper(keys=("1601.00001",))
    hide(moderator=mona, target=paper, reason="Not a paper")

    save(signed_in(alice), "It builds on \\cite{1601.00001}.")

    assert sources.asked == []
    assert Citation.objects.get().paper is None


def test_of_many_keys_only_so_many_are_asked_for(sources: Upstream, alice: User) -> None:
    keys = " ".join(f"\\cite{{16{n:02}.00001}}" for n in range(1, 13))
    more = " ".join(f"\\cite{{17{n:02}.00001}}" for n in range(1, 13))

    summary = make_summary(writer=alice, text=f"{keys} {more}")
    fetch_cited.call(summary.pk)

    assert len({asked for asked in map(str, sources.asked) if "00001" in asked}) <= 2 * MOST_AT_ONCE


def test_a_summary_that_is_gone_costs_nothing(sources: Upstream) -> None:
    assert fetch_cited.call(12345) == 0


# --- named as it is today ------------------------------------------------------------------------


def test_references_follow_a_corrected_title(alice: User, mona: User) -> None:
    paper = make_paper("Batch Normalisation", keys=("1502.03167",))
    summary = make_summary(text="By \\cite{1502.03167}.", writer=alice)

    outcome = suggest(
        member=mona, paper=paper, field=MetadataSuggestion.Field.TITLE, value="Batch & <Norm>"
    )
    paper.refresh_from_db()
    settle(paper, was=outcome.was)

    summary.refresh_from_db()
    assert ">Batch &amp; &lt;Norm&gt;</a>" in summary.html
    assert "Normalisation" not in summary.html


def test_references_follow_a_merge_and_its_undoing(alice: User, mona: User) -> None:
    keep, drop = make_paper("The work"), make_paper("The work, preprint", keys=("1502.03167",))
    summary = make_summary(text="By \\cite{1502.03167}.", writer=alice)

    merge = merge_papers(keep=keep, drop=drop, by=mona, reason="The same")
    summary.refresh_from_db()
    assert f'href="{keep.get_absolute_url()}"' in summary.html
    assert summary.citations.get().paper == keep

    undo_merge(merge=merge, by=mona, reason="Not the same")
    summary.refresh_from_db()
    assert f'href="{drop.get_absolute_url()}"' in summary.html


def test_a_hidden_paper_is_no_reference_until_it_is_restored(alice: User, mona: User) -> None:
    paper = make_paper("Batch", keys=("1502.03167",))
    summary = make_summary(text="By \\cite{1502.03167}.", writer=alice)

    hide(moderator=mona, target=paper, reason="Copied")
    summary.refresh_from_db()
    assert "1502.03167 (not known here)" in summary.html
    assert "References" not in summary.html

    restore(moderator=mona, target=paper, reason="It was not")
    summary.refresh_from_db()
    assert f'href="{paper.get_absolute_url()}"' in summary.html


def test_what_an_import_changed_is_followed_at_night(alice: User) -> None:
    paper = make_paper("Batch’s “Norm”", keys=("1502.03167",))
    summary = make_summary(text="By \\cite{1502.03167}.", writer=alice)
    assert refresh_all_references.call() == 0

    paper.authors = ["Sergey Ioffe"]
    paper.save()

    assert refresh_all_references.call() == 1
    summary.refresh_from_db()
    assert "Ioffe, 2016" in summary.html


def test_a_key_by_number_follows_a_merge(alice: User, mona: User) -> None:
    keep, drop = make_paper("The work"), make_paper("The work again")
    merge_papers(keep=keep, drop=drop, by=mona, reason="The same")

    summary = make_summary(text=f"By \\cite{{shortscience/{drop.pk}}}.", writer=alice)

    assert summary.citations.get().paper == keep
    with pytest.raises(Refused):
        merge_papers(keep=keep, drop=drop, by=mona, reason="Again")
