"""However a query is put together, it finds the papers that have the words, and counts the same."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from shortscience.papers.models import Paper
from shortscience.papers.outbox import changed
from shortscience.search import engine, matching
from shortscience.search.language import understood
from tests.factories import make_venue
from tests.search.conftest import Look

pytestmark = pytest.mark.django_db
PAPERS = 400
# How many in a hundred papers have the word somewhere.
SHARES = {"okapi": 3, "zebra": 6, "quagga": 30, "gnu": 60, "lion": 95}
FIELDS = ("title", "abstract", "authors", "keywords")


@pytest.fixture
def said(look: Look) -> dict[int, set[str]]:
    """Papers whose words stand in one field or another: {number: words}."""
    draw = random.Random(7)
    venue = make_venue("Zoology")
    words: list[set[str]] = []
    papers = []
    for n in range(PAPERS):
        places: dict[str, list[str]] = {field: [] for field in FIELDS}
        has = {word for word, share in SHARES.items() if draw.random() < share / 100}
        for word in sorted(has):
            places[draw.choice(FIELDS)].append(word)
        title = " ".join([f"Paper{n}", *places["title"]])
        papers.append(
            Paper(
                title=title,
                title_key=title.lower(),
                abstract=" ".join(places["abstract"]),
                authors=[word.title() for word in places["authors"]],
                keywords=places["keywords"],
                year=2000 + n % 7,
                venue=venue if n % 2 else None,
            )
        )
        words.append(has)
    made = Paper.objects.bulk_create(papers)
    changed(paper.pk for paper in made)
    look()
    return {paper.pk: has for paper, has in zip(made, words, strict=True)}


@pytest.mark.parametrize("selective", [1, 20, 10**9], ids=["picked", "as it is", "never picked"])
@pytest.mark.parametrize(
    "text",
    ["okapi", "lion", "okapi lion", "zebra gnu lion", "quagga gnu", "the okapi and the lion",
     "gnu -lion", "quagga lion year:2003", "zebra lion venue:zoology"],
)  # fmt: skip
def test_papers_that_have_the_words_are_found_and_counted(
    said: dict[int, set[str]], monkeypatch: pytest.MonkeyPatch, text: str, selective: int
) -> None:
    monkeypatch.setattr(matching, "_SELECTIVE", selective)
    papers = Paper.objects.in_bulk(said)
    expected = {pk for pk, words in said.items() if _should_be_found(text, papers[pk], words)}

    found = engine.search(understood(text), limit=PAPERS, with_facets=True)

    assert set(found.papers) == expected
    assert found.total == found.strict == len(expected) > 0
    years = Paper.objects.filter(pk__in=expected).values_list("year", flat=True)
    assert found.facets["year"] == Counter(map(str, years))


def _should_be_found(text: str, paper: Paper, words: set[str]) -> bool:
    """Tell whether a paper has all that was asked for; words that every text has are no matter."""

    def has(asked: str) -> bool:
        if asked == "year:2003":
            return paper.year == 2003
        if asked == "venue:zoology":
            return paper.venue_id is not None
        if asked.startswith("-"):
            return asked[1:] not in words
        return asked in words or asked not in SHARES

    return all(map(has, text.split()))


def test_the_order_does_not_depend_on_how_a_query_is_put_together(
    said: dict[int, set[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def scores(selective: int) -> list[tuple[int, float]]:
        monkeypatch.setattr(matching, "_SELECTIVE", selective)

        def run(matcher: matching.Matcher) -> list[tuple[int, float]]:
            wanted = matcher.strict(matcher.groups(understood("the quagga gnu lion")), [])
            hits = matcher.searcher.search(wanted.query, PAPERS).hits
            numbers = engine.ids_of(matcher.searcher, hits)
            return sorted((pk, round(hit[0], 4)) for pk, hit in zip(numbers, hits, strict=True))

        return engine.use(run)

    picked, not_picked = scores(1), scores(10**9)

    assert len(picked) > 10
    assert picked == not_picked
