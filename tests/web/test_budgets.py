"""What a page may cost: the same queries for few rows as for many, and few bytes on the wire."""

from __future__ import annotations

import gzip
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import brotli  # type: ignore[import-untyped]
import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from shortscience.accounts.models import User
from shortscience.claims.actions import propose
from shortscience.claims.merging import join
from shortscience.claims.models import Claim
from shortscience.claims.saying import Said
from shortscience.discussion.actions import add_comment
from shortscience.discussion.models import Comment
from shortscience.discussion.questions import accept_answer
from shortscience.evidence.actions import link_claim
from shortscience.evidence.models import Confirmation, Report
from shortscience.jobs.models import Job
from shortscience.library.actions.lists import add_to_list, make_list
from shortscience.library.actions.saving import save_paper, write_on
from shortscience.library.models import ReadingList
from shortscience.moderation.actions import hide, report, restore
from shortscience.moderation.merging import merge_papers
from shortscience.papers.corrections import suggest
from shortscience.papers.models import DoubtfulPair, MetadataSuggestion, Paper, PaperNotice
from shortscience.papers.records import NoticeKind
from shortscience.summaries.models import Summary
from shortscience.venues.models import Venue
from shortscience.voting.actions import vote_on_summary
from tests.conftest import signed_in
from tests.factories import (
    make_comment,
    make_image,
    make_paper,
    make_summary,
    make_user,
    make_venue,
)
from tests.queries import asked_by
from tests.web.test_urls import ANSWERS, POST_ONLY, addresses, measured

__all__ = ["addresses"]

pytestmark = pytest.mark.django_db

Field = MetadataSuggestion.Field

# With everything that a first visit fetches, but the font for formulas.
FIRST_VIEW_BYTES = 50_000

# Pages that change with what is asked for.
VARIANTS = (
    "/?tab=recent&s=cs",
    "/?tab=best",
    "/v/icml/2016?list=papers",
    "/venues?order=name",
    "/people?order=summaries",
    "/@alice?order=new",
    "/questions?show=all",
    "/search?q=other",
    "/search?q=other&has=summary&order=newest",
    "/search/suggest?q=other",
    "/claims?status=untested",
    "/claims?status=reproduced",
    "/reproductions?outcome=reproduced",
    "/write?q=other",
    "/write/cite?q=other",
    "/staff/reports?show=hidden",
    "/staff/reports?show=people",
)
OF_THE_PAPER = (
    *("?order=new", "?order=level", "?for=new", "?order=level&for=expert", "?comments=all"),
    *("?cited=all", "?a=alice", "/compare-summaries"),
)


# --- queries ----------------------------------------------------------------------------------
@dataclass(frozen=True)
class World:
    """The things that the addresses of `test_urls` lead to; `grow` adds one more of each around."""

    alice: User
    bob: User
    mona: User
    paper: Paper
    summary: Summary
    comment: Comment
    venue: Venue
    number: Callable[[], int]

    def grow(self) -> None:
        n = self.number()
        self._write_on_the_paper(n)
        self._write_elsewhere(n)
        self._moderate(n)
        self._curate(n)
        self._claim(n)
        self._collect(n)
        self._measure(n)

    def _write_on_the_paper(self, n: int) -> None:
        others = make_summary(self.paper, text=f"Text {n}, which cites \\cite{{10.1000/cited{n}}}.")
        make_summary(self.paper, anonymous=True)
        for voter in (self.bob, self.mona):
            vote_on_summary(voter=voter, summary=others, value=1)
        for comment in (make_comment(summary=self.summary), make_comment(summary=others)):
            make_comment(parent=comment)
        make_comment(parent=self.comment, anonymous=True)
        asked = make_comment(paper=self.paper, question=True, text=f"@bob and @alice: why {n}?")
        answer = make_comment(parent=asked, writer=self.mona, text="Because of @bob.")
        accept_answer(by=asked.author or self.mona, answer=answer)
        make_comment(paper=self.paper, question=True, text="And how?")
        make_comment(summary=self.summary, passage="residual", text="A note.")
        make_comment(paper=self.paper)

    def _write_elsewhere(self, n: int) -> None:
        cites = "Cites \\cite{1512.03385}."
        for year in (2016, 2016 - n):
            paper = make_paper(
                f"Other {n} of {year}", venue=self.venue, year=year, keys=(f"10.1000/o{n}.{year}",)
            )
            for writer in (self.alice, self.bob, self.mona):
                make_summary(paper, writer=writer, text=cites)
        # Cited and not summarised; and neither.
        make_paper(f"Cited {n}", venue=self.venue, keys=(f"10.1000/cited{n}",))
        make_paper(f"Other {n} that waits", venue=self.venue)
        make_summary(make_paper(venue=make_venue(f"V{n}")), text=f"{cites} {n}")

    def _moderate(self, n: int) -> None:
        spam = make_comment(summary=self.summary)
        hide(moderator=self.mona, target=spam, reason="Advertising")
        wrong = make_summary(make_paper(venue=self.venue, year=2016))
        hide(moderator=self.mona, target=wrong, reason="Copied")
        again = make_comment(paper=self.paper)
        hide(moderator=self.mona, target=again, reason="Unkind")
        restore(moderator=self.mona, target=again, reason="It was not")
        for target in (make_summary(), make_comment(), make_user(), make_paper(), self.summary):
            report(reporter=make_user(), target=target, reason="spam", note=f"Look {n}")
        User.objects.filter(pk=make_user().pk).update(banned_at=timezone.now(), ban_reason="Spam")

    def _curate(self, n: int) -> None:
        first, second = make_paper(f"Nearly {n}"), make_paper(f"Nearly, {n}")
        DoubtfulPair.objects.create(first=first, second=second, reasons="same title")
        for paper, field, value in (
            (self.paper, Field.YEAR, 1990 + n),
            (first, Field.TITLE, "T"),
        ):
            suggest(member=make_user(), paper=paper, field=field, value=value)
        drop = make_paper(f"Same {n}")
        make_summary(drop)
        merge_papers(keep=self.paper, drop=drop, by=self.mona, reason="The same work")
        PaperNotice.objects.create(
            paper=self.paper, kind=NoticeKind.CORRECTION.value, doi=f"10.1000/n{n}"
        )
        Job.objects.create(task="tests.of.nothing", state=Job.State.DEAD, failures=3)

    def _claim(self, n: int) -> None:
        text = f'::claim{{id=c1 metric="top-1" value={n}}}It reaches {n}.:: And $x$.'
        marked = make_summary(self.paper, text=text)
        make_summary(self.paper, text=text, anonymous=True)
        said = Said("It is fast.", metric="hours", relation="=", value="3")
        claim = propose(by=make_user(), paper=self.paper, said=said)
        first = Claim.objects.of(self.paper).filter(metric="hours").earliest("pk")
        if first != claim:
            join(keep=first, drop=claim, by=self.mona)
        propose(by=make_user(), paper=self.paper, said=said, summary=marked)
        propose(by=make_user(), paper=self.paper, said=said, summary=self.summary)
        shown = Claim.objects.earliest("pk")
        for commented in (shown, claim):
            add_comment(writer=make_user(), paper=self.paper, claim=commented, text="Is it?")
        report(reporter=make_user(), target=claim, reason="wrong", note=f"Look {n}")

    def _measure(self, n: int) -> None:
        sender = make_user()
        run = measured(sender, n)
        claim = Claim.objects.of(self.paper).filter(merged_into=None, summary=None).earliest("pk")
        link_claim(by=sender, tested=run.version.claims.get(key="c1"), claim=claim)
        again = Report.objects.earliest("pk")
        repeat = measured(make_user(), 50 + n)
        Confirmation.objects.create(
            report=repeat, of=again, how="replicate", decision="confirmed", reasons=["It agrees."]
        )

    def _collect(self, n: int) -> None:
        paper = make_paper(f"Listed {n}", venue=self.venue, keys=(f"10.1000/listed{n}",))
        for owner in (self.alice, self.bob, self.mona):
            for chosen in (paper, self.paper):
                saved = save_paper(member=owner, paper=chosen)
                write_on(member=owner, saved=saved, note="A note.", tags=f"tag {n}")
            made = make_list(owner=owner, name=f"List {n}", is_public=True)
            for one in (made, ReadingList.objects.of(owner).earliest("pk")):
                add_to_list(by=owner, reading_list=one, papers=[paper, self.paper])
            make_image(owner)
            make_image(owner, is_hidden=True)


@pytest.fixture
def world(addresses: dict[str, str], alice: User, bob: User, mona: User) -> World:
    summary = Summary.objects.select_related("paper__venue").get(author=alice, visibility="public")
    venue = summary.paper.venue
    assert venue is not None
    comment = Comment.objects.get()
    return World(alice, bob, mona, summary.paper, summary, comment, venue, number=count(1).__next__)


READERS: dict[str, Callable[[World], Client]] = {
    "stranger": lambda world: Client(),
    "writer": lambda world: signed_in(world.alice),
    "member": lambda world: signed_in(world.bob),
    "moderator": lambda world: signed_in(world.mona),
}


@pytest.mark.parametrize("reader", READERS)
def test_no_page_asks_more_for_many_rows_than_for_few(
    reader: str, world: World, addresses: dict[str, str]
) -> None:
    paper = world.paper.get_absolute_url()
    pages = [
        *(address for name, address in addresses.items() if ANSWERS[name] != POST_ONLY),
        *(paper + variant for variant in OF_THE_PAPER),
        *VARIANTS,
    ]
    client = READERS[reader](world)

    world.grow()
    few = costs(client, pages)
    for _ in range(3):
        world.grow()
    many = costs(client, pages)

    more = {
        address: repeated(many[address][1])
        for address in pages
        if len(many[address][1]) != len(few[address][1]) or many[address][0] != few[address][0]
    }
    assert more == {}


def costs(client: Client, pages: list[str]) -> dict[str, tuple[int, list[str]]]:
    """Return what each page asks when whatever is kept between pages is already there."""
    for address in pages:
        asked_by(client, address)
    return {address: asked_by(client, address) for address in pages}


def repeated(statements: list[str]) -> list[str]:
    """Return the queries that differ in their numbers only, the most frequent first."""
    alike = Counter(re.sub(r"\d+|'[^']*'", "?", sql) for sql in statements)
    return [f"{times} times {sql[:300]}" for sql, times in alike.most_common(2)]


def test_the_check_finds_a_query_for_each_row(world: World) -> None:
    rows = [f'SELECT "x" FROM "y" WHERE "id" = {n}' for n in range(3)]

    assert repeated(rows)[0].startswith('3 times SELECT "x" FROM "y" WHERE "id" = ?')


@pytest.mark.parametrize(
    ("address", "strangers", "members"),
    [
        ("/", 5, 8),
        # Claims, what reports say of them, reports, reading lists and notices cost one each, and
        # only where the paper has some.
        ("{paper}", 12, 16),
        ("{paper}?comments=all", 12, 16),
        ("/v/icml", 5, 8),
        ("/v/icml/2016", 5, 8),
        ("/@alice", 8, 10),
        ("/people", 1, 3),
        ("/claims", 1, 3),
        ("/reproductions", 3, 5),
        ("/claims?status=reproduced", 2, 4),
        ("/venues", 1, 3),
        ("/log", 3, 5),
        ("{summary}", 3, 7),
        ("{summary}/notes.jsonld", 2, 4),
        ("/questions", 1, 3),
        ("/mentions", 0, 4),
        ("/search?q=other", 7, 9),
    ],
)
def test_pages_stay_within_their_number_of_queries(
    world: World, address: str, strangers: int, members: int
) -> None:
    world.grow()
    address = address.format(
        paper=world.paper.get_absolute_url(), summary=world.summary.get_absolute_url()
    )

    spent = {}
    for reader in ("stranger", "member"):
        client = READERS[reader](world)
        spent[reader] = len(costs(client, [address])[address][1])

    assert spent["stranger"] <= strangers, spent
    assert spent["member"] <= members, spent


# --- bytes ------------------------------------------------------------------------------------
@pytest.fixture
def collected(settings: Any, tmp_path: Path) -> Path:
    """The folder of static files as a site serves it: hashed names, compressed copies."""
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "shortscience.web.assets.SiteStaticFilesStorage"},
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    return tmp_path


def test_files_have_the_names_of_their_content_and_are_compressed_once(collected: Path) -> None:
    texts = [path for path in collected.rglob("*") if path.suffix in (".css", ".js")]
    ours = [path for path in texts if path.parent in (collected / "css", collected / "js")]
    hashed = [path for path in ours if re.search(r"\.[0-9a-f]{12}\.(css|js)$", path.name)]

    # What cannot be made smaller has no copy.
    large = [path for path in hashed if path.stat().st_size > 500]
    assert len(large) >= 5
    for path in large:
        plain = path.read_bytes()
        assert gzip.decompress(path.with_name(f"{path.name}.gz").read_bytes()) == plain
        assert brotli.decompress(path.with_name(f"{path.name}.br").read_bytes()) == plain


def test_a_first_visit_fetches_little(client: Client, world: World, collected: Path) -> None:
    for _ in range(4):
        world.grow()
    paper = world.paper.get_absolute_url()
    pages = ["/", paper, "/v/icml", "/v/icml/2016", "/search?q=other", "/@alice", "/guide"]

    sizes = {page: first_view(client, page, collected) for page in pages}

    assert max(sizes.values()) <= FIRST_VIEW_BYTES, sizes


def first_view(client: Client, page: str, collected: Path) -> int:
    """Return the bytes of a page and of all that it makes a browser fetch, but the font.

    What a script asks for later, when somebody types or writes, is counted as well.
    """
    html = client.get(page).content
    linked = re.findall(r'(?:src|href)="/static/([^"]+\.(?:css|js|svg))"', html.decode())
    assert any(name.endswith(".css") for name in linked)
    scripts = {name for name in linked if name.endswith(".js")}
    while more := {found for name in scripts for found in imports(collected / name)} - scripts:
        scripts |= more
    files = scripts | set(linked)
    return len(gzip.compress(html)) + sum(on_the_wire(collected / name) for name in files)


def imports(script: Path) -> list[str]:
    found = re.findall(r'(?:from|import)\s*\(?\s*"\./([^"]+\.js)"', script.read_text())
    return [f"js/{name}" for name in found]


def on_the_wire(path: Path) -> int:
    compressed = path.with_name(f"{path.name}.gz")
    return (compressed if compressed.exists() else path).stat().st_size
