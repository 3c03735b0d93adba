"""Asking sources: only those that can know, at once, in time, and never a fault of one for all."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from shortscience.lib.identifiers import Key, Scheme
from shortscience.sources import ask as module
from shortscience.sources.ask import Answers, Found, ask
from shortscience.sources.http import Client
from tests.sources import upstream as moods
from tests.sources.upstream import Upstream

pytestmark = pytest.mark.pure


def hosts(upstream: Upstream) -> set[str]:
    return {path.split("/")[1] for path, _headers in upstream.asked}


def sources(answers: Answers) -> list[str]:
    return [one.source for one in answers.found if one.records]


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("1601.00001", {"export.arxiv.org", "api.semanticscholar.org"}),
        ("https://arxiv.org/abs/1601.00001v1", {"export.arxiv.org", "api.semanticscholar.org"}),
        ("hep-th/9901001", {"export.arxiv.org", "api.semanticscholar.org"}),
        ("https://doi.org/10.1371/journal.pone.0033693", {"api.crossref.org"}),
        ("10.5281/zenodo.123456", {"api.datacite.org"}),
        (
            "10.48550/arXiv.1601.00001",
            {"export.arxiv.org", "api.semanticscholar.org", "api.datacite.org"},
        ),
        (
            "https://openreview.net/forum?id=6ry6ibTKOx",
            {"api2.openreview.net", "api.openreview.net"},
        ),
        ("https://aclanthology.org/W10-0101/", {"aclanthology.org"}),
        ("journals/ws/JaschkeHSGS08", {"dblp.org"}),
        ("https://proceedings.mlr.press/v54/li17a.html", {"proceedings.mlr.press"}),
        ("2d5673caa9e6af3a7b82a43f19ee920992db07ad", {"api.semanticscholar.org"}),
        # Without the keys that they want, these are not asked.
        ("https://openalex.org/W2099326003", set()),
        (
            "Attentional transfer is all you need",
            {"api.crossref.org", "dblp.org", "api.semanticscholar.org"},
        ),
    ],
)
def test_only_sources_that_can_know_are_asked(
    upstream: Upstream, client: Client, text: str, asked: set[str]
) -> None:
    ask(text, within_s=5, client=client)

    assert hosts(upstream) == asked


def test_an_arxiv_id_gives_the_paper_from_both(upstream: Upstream, client: Client) -> None:
    answers = ask("arXiv:1601.00001", within_s=5, client=client)

    assert sources(answers) == ["arXiv", "Semantic Scholar"]
    assert answers.records[0].authors == ("Michael Kilgour", "Dvira Segal")
    assert answers.keys == (Key(Scheme.ARXIV, "1601.00001"),)
    assert (answers.problems, answers.late) == ((), ())


def test_what_a_source_does_not_know_is_no_problem(upstream: Upstream, client: Client) -> None:
    answers = ask("10.1234/unheard-of", within_s=5, client=client)

    assert answers.records == ()
    assert answers.problems == ()
    # Crossref does not know it, so DataCite was asked.
    assert hosts(upstream) == {"api.crossref.org", "api.datacite.org"}


def test_a_doi_that_leads_to_something_else_gives_no_record(
    upstream: Upstream, client: Client
) -> None:
    work = b'{"message": {"DOI": "10.1234/other", "title": ["Another paper"]}}'
    upstream.feel("api.crossref.org", moods.says(work))

    answers = ask("10.1234/asked", within_s=5, client=client)

    assert answers.records == ()
    [refusal] = answers.found[0].parsed.refused
    assert str(refusal.reason) == (
        "10.1234/asked leads to something else: “Another paper” (10.1234/other)."
    )


def test_openreview_falls_back_to_its_first_interface(upstream: Upstream, client: Client) -> None:
    answers = ask("https://openreview.net/forum?id=6ry6ibTKOx", within_s=5, client=client)

    assert answers.records[0].title == "A Rate–Distortion View on Model Updates"


def test_a_dead_source_is_a_sentence_and_the_others_answer(
    upstream: Upstream, client: Client
) -> None:
    upstream.feel("api.semanticscholar.org", moods.fails(500))

    answers = ask("1601.00001", within_s=5, client=client)

    assert sources(answers) == ["arXiv"]
    [problem] = answers.problems
    assert (problem.source, problem.retry) == ("Semantic Scholar", True)
    assert "api.semanticscholar.org does not answer" in str(problem.sentence)


@pytest.mark.parametrize(
    "mood",
    [
        moods.says(b"<html>captcha</html>"),
        moods.says(b"\xff\xfe garbage"),
        moods.says(
            '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>\xe9'.encode("latin-1")
        ),
        moods.sends_50_mb,
        moods.sends_bomb,
        moods.redirects("http://169.254.169.254/latest/meta-data/"),
        moods.redirects("file:///etc/passwd"),
        moods.fails(429, Retry_After="900"),
        moods.says(b""),
        moods.breaks_off,
    ],
)
def test_a_source_in_any_mood_is_a_sentence(
    upstream: Upstream, client: Client, mood: moods.Mood
) -> None:
    upstream.feel("export.arxiv.org", mood)

    answers = ask("1601.00001", within_s=5, client=client)

    assert sources(answers) == ["Semantic Scholar"]
    assert [problem.source for problem in answers.problems] == ["arXiv"]
    assert str(answers.problems[0].sentence).endswith(".")


def test_nobody_waits_longer_than_asked(upstream: Upstream, client: Client) -> None:
    upstream.feel("export.arxiv.org", moods.hangs)
    started = time.monotonic()

    answers = ask("1601.00001", within_s=0.3, client=client)

    assert time.monotonic() - started < moods.HANGS_FOR_S / 2
    assert answers.late == ("arXiv",)
    assert sources(answers) == ["Semantic Scholar"]


def test_what_answers_late_is_handed_over(upstream: Upstream, client: Client) -> None:
    let_go, arrived = threading.Event(), threading.Event()
    given: list[Found] = []

    def waits(handler: Any) -> None:
        let_go.wait(5)
        moods.answers(handler)

    def late(found: Found) -> None:
        given.append(found)
        arrived.set()

    upstream.feel("export.arxiv.org", waits)
    answers = ask("1601.00001", within_s=0.2, late=late, client=client)
    assert answers.late == ("arXiv",)
    let_go.set()

    assert arrived.wait(5)
    assert given[0].source == "arXiv"
    assert given[0].records[0].source_id == "1601.00001"


def test_a_fault_of_the_callback_stays_in_its_thread(
    upstream: Upstream, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    let_go, done = threading.Event(), threading.Event()

    def waits(handler: Any) -> None:
        let_go.wait(5)
        moods.answers(handler)

    def late(_found: Found) -> None:
        done.set()
        raise RuntimeError("ours")

    upstream.feel("export.arxiv.org", waits)
    ask("1601.00001", within_s=0.1, late=late, client=client)
    let_go.set()

    assert done.wait(5)
    for _try in range(50):
        if "was lost" in caplog.text:
            break
        time.sleep(0.01)
    assert "a late answer of arXiv was lost" in caplog.text


def test_pasted_bibtex_is_read_and_its_identifiers_are_asked(
    upstream: Upstream, client: Client
) -> None:
    entry = "@article{x, title={A title}, author={Doe, Jane}, doi={10.1371/journal.pone.0033693}}"

    answers = ask(entry, within_s=5, client=client)

    assert [record.title for record in answers.records][:1] == ["A title"]
    assert sources(answers)[1:] == ["Crossref"]
    assert hosts(upstream) == {"api.crossref.org"}


def test_a_broken_entry_is_told_by_its_line(upstream: Upstream, client: Client) -> None:
    answers = ask("@article{x,\n author={Doe}}\n", client=client)

    [refusal] = answers.found[0].parsed.refused
    assert (refusal.where, str(refusal.reason)) == ("line 1", "This entry has no title.")
    assert upstream.asked == []


def test_pasted_ris_is_read(upstream: Upstream, client: Client) -> None:
    answers = ask("TY  - JOUR\nTI  - A title of mine\nAU  - Doe, Jane\nER  - \n", client=client)

    assert answers.records[0].authors == ("Jane Doe",)
    assert hosts(upstream) == set()


@pytest.mark.parametrize("text", ["", "   ", "x", "https://example.org/blog", "\x00", "@"])
def test_what_nobody_can_know_asks_nobody(upstream: Upstream, client: Client, text: str) -> None:
    answers = ask(text, client=client)

    assert answers.found == ()
    assert len(answers.problems) == 1
    assert upstream.asked == []


def test_a_closed_network_is_said(upstream: Upstream, client: Client, settings: Any) -> None:
    settings.SOURCES_ONLINE = False

    answers = ask("1601.00001", within_s=5, client=client)

    assert "switched" in str(answers.problems[0].sentence)
    assert upstream.asked == []


def test_keys_of_the_operator_go_to_their_source_only(
    upstream: Upstream, client: Client, settings: Any
) -> None:
    settings.SEMANTIC_SCHOLAR_KEY, settings.OPENALEX_KEY = "s2-secret", "oa-secret"

    ask("1601.00001", within_s=5, client=client)
    ask("https://openalex.org/W2099326003", within_s=5, client=client)

    for path, headers in upstream.asked:
        assert ("s2-secret" in str(headers)) == path.startswith("/api.semanticscholar.org")
        assert ("oa-secret" in path) == path.startswith("/api.openalex.org")


def test_too_many_questions_at_once_are_refused(
    upstream: Upstream, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = threading.BoundedSemaphore(1)
    monkeypatch.setattr(module, "_places", places)
    # Held here and not by a first question, which may be answered before the second is asked.
    places.acquire()

    answers = ask("1601.00001", within_s=5, client=client)

    assert len(answers.found) + len(answers.problems) == 2
    assert any("Too many" in str(problem.sentence) for problem in answers.problems)
