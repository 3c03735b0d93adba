"""Put several pages together: one paper each, one text each, loose summaries placed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from shortscience.lib.names import name_key
from shortscience.lib.titles import clean_title, title_key
from shortscience.sources.pages import library, mentions
from shortscience.sources.pages.library import (
    Copy,
    KnownPaper,
    KnownWithSummaries,
    Library,
    LibraryPaper,
    LibrarySummary,
    Unplaced,
)
from shortscience.sources.pages.placing import Candidate, Placer, Verdict
from shortscience.sources.pages.records import Page, PagePaper, PageSummary
from shortscience.sources.pages.similar import group_copies

# A preprint and its publication; two editorials of one editor are further apart.
_MOST_YEARS_APART = 2
_FIRST_WORDS = 12
_PREPRINT_VENUES = ("arxiv", "corr")


@dataclass(slots=True)
class _Paper:
    """One paper while it is put together from its cards."""

    cards: list[PagePaper]
    places: list[tuple[int, int]] = field(default_factory=list)
    known: KnownPaper | None = None
    keys: tuple[str, ...] = ()
    summaries: list[LibrarySummary] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Entry:
    """One printed summary, and the index of the paper above it (None if loose)."""

    summary: PageSummary
    page: int
    paper: int | None


def combine(pages: Sequence[Page], known: Sequence[KnownPaper] = ()) -> Library:
    """Return what the pages say together.

    Papers on several pages are one, and so are differently damaged copies of a summary:
    the text that kept most is taken. Summaries without a title line go to a paper of the
    pages or of `known` only where the text tells which; the others are listed.
    """
    papers, entries = _papers_and_entries(pages)
    _find_known(papers, known)
    _find_keys(papers, [entry.summary for entry in entries])
    loose: list[list[_Entry]] = []
    for group in group_copies([entry.summary.raw for entry in entries]):
        copies = [entries[index] for index in group]
        if not _keep_under_titles(papers, copies):
            loose.append(copies)
    at_known, unplaced = _place(papers, known, loose)
    return Library(tuple(map(_finished, papers)), at_known, unplaced)


def _papers_and_entries(pages: Sequence[Page]) -> tuple[list[_Paper], list[_Entry]]:
    papers: list[_Paper] = []
    entries: list[_Entry] = []
    by_title: dict[str, list[int]] = defaultdict(list)
    for number, page in enumerate(pages):
        for card in page.papers:
            same_title = by_title[title_key(card.title)]
            found = (at for at in same_title if _is_same(papers[at].cards[0], card))
            index = next(found, None)
            if index is None:
                index = len(papers)
                papers.append(_Paper([]))
                same_title.append(index)
            papers[index].cards.append(card)
            papers[index].places.append((number, card.line))
            entries += [_Entry(summary, number, index) for summary in card.summaries]
        entries += [_Entry(summary, number, None) for summary in page.loose]
    return papers, entries


def _is_same(first: PagePaper | KnownPaper, second: PagePaper | KnownPaper) -> bool:
    """Tell whether two papers of one title are one: "Editorial" has many authors."""
    people, others = ({name_key(a) for a in paper.authors} for paper in (first, second))
    if people and others and not people & others:
        return False
    years = [year for year in (first.year, second.year) if year is not None]
    return len(years) < 2 or abs(years[0] - years[1]) <= _MOST_YEARS_APART


def _find_known(papers: list[_Paper], known: Sequence[KnownPaper]) -> None:
    by_title: dict[str, list[KnownPaper]] = defaultdict(list)
    if papers:
        for one in known:
            by_title[title_key(one.title)].append(one)
    for paper in papers:
        same_title = by_title.get(title_key(paper.cards[0].title), [])
        paper.known = next((one for one in same_title if _is_same(one, paper.cards[0])), None)


def _find_keys(papers: list[_Paper], summaries: Iterable[PageSummary]) -> None:
    """Give papers the keys that texts call by their whole title, and their own arXiv ids."""
    titles_of_key: dict[str, set[str]] = defaultdict(set)
    keys_of_title: dict[str, list[str]] = defaultdict(list)
    for summary in summaries:
        for words, key in mentions.keys_by_link_text(summary.raw):
            titles_of_key[key].add(title_key(words))
            keys_of_title[title_key(words)].append(key)
    printed = {title_key(paper.cards[0].title) for paper in papers}
    for paper in papers:
        own = [arxiv_id for card in paper.cards for arxiv_id in card.identifiers]
        # A key that links call by two papers' titles tells nothing.
        linked = [
            key
            for key in keys_of_title.get(title_key(paper.cards[0].title), [])
            if len(titles_of_key[key] & printed) == 1
        ]
        paper.keys = tuple(dict.fromkeys([*own, *linked]))


def _keep_under_titles(papers: list[_Paper], copies: list[_Entry]) -> bool:
    """Give a summary to each paper above one of its copies; False if all copies are loose."""
    owners = dict.fromkeys(entry.paper for entry in copies if entry.paper is not None)
    for owner in owners:
        mine = [entry for entry in copies if entry.paper in (owner, None)]
        papers[owner].summaries.append(_summary(mine, library.UNDER_ITS_TITLE))
    return bool(owners)


def _summary(entries: list[_Entry], reason: str) -> LibrarySummary:
    """Return the best preserved of several copies."""
    best = max((entry.summary for entry in entries), key=_kept)
    loose_reason = library.SAME_TEXT if reason == library.UNDER_ITS_TITLE else reason
    return LibrarySummary(
        text=best.text,
        raw=best.raw,
        comment_count=max(entry.summary.comment_count for entry in entries),
        cites=best.cites,
        images=best.images,
        reason=reason,
        copies=tuple(
            Copy(entry.page, entry.summary.line, loose_reason if entry.paper is None else reason)
            for entry in entries
        ),
    )


def _kept(summary: PageSummary) -> int:
    """Return how much of a text is there: lost images and hyphens make it shorter."""
    return sum(map(len, summary.raw.split()))


def _place(
    papers: list[_Paper], known: Sequence[KnownPaper], loose: list[list[_Entry]]
) -> tuple[tuple[KnownWithSummaries, ...], tuple[Unplaced, ...]]:
    if not loose:
        return (), ()
    # A known paper that a page has a card for is one candidate, not two.
    with_card = {id(paper.known) for paper in papers}
    rest = [one for one in known if id(one) not in with_card]
    candidates = [_candidate(paper) for paper in papers]
    candidates += [Candidate(one.title, one.authors, one.keys) for one in rest]
    verdicts = Placer(candidates).place(_best_text(copies) for copies in loose)
    at_known: dict[int, list[LibrarySummary]] = defaultdict(list)
    unplaced: list[Unplaced] = []
    for copies, verdict in zip(loose, verdicts, strict=True):
        reason = "" if verdict.chosen is None else verdict.reason
        summary = _summary(copies, reason)
        if verdict.chosen is None:
            unplaced.append(_unplaced(summary, verdict, candidates))
        elif verdict.chosen < len(papers):
            papers[verdict.chosen].summaries.append(summary)
        else:
            at_known[verdict.chosen - len(papers)].append(summary)
    placed = (KnownWithSummaries(rest[at], tuple(found)) for at, found in at_known.items())
    return tuple(placed), tuple(unplaced)


def _best_text(copies: list[_Entry]) -> str:
    return max((entry.summary for entry in copies), key=_kept).text


def _candidate(paper: _Paper) -> Candidate:
    known_keys = paper.known.keys if paper.known else ()
    card = _merged(paper)
    return Candidate(card.title, card.authors, (*paper.keys, *known_keys))


def _unplaced(
    summary: LibrarySummary, verdict: Verdict, candidates: Sequence[Candidate]
) -> Unplaced:
    arxiv_id = mentions.own_arxiv_id(summary.raw)
    titles = tuple(candidates[index].title for index in verdict.considered)
    why = verdict.reason
    if arxiv_id and verdict.reason != library.SEVERAL_FIT:
        why = f"The text is about arXiv {arxiv_id}, which is not among the papers."
    first_words = " ".join(summary.raw.split()[:_FIRST_WORDS])
    return Unplaced(summary, first_words, why, titles, arxiv_id)


def _finished(paper: _Paper) -> LibraryPaper:
    return LibraryPaper(
        _merged(paper), paper.keys, paper.known, tuple(paper.summaries), tuple(paper.places)
    )


def _merged(paper: _Paper) -> PagePaper:
    """Return one card from several: each field from the first that has it."""
    cards = paper.cards
    published = [card for card in cards if card.venue and not _is_preprint(card)]
    printed = (published or [card for card in cards if card.venue] or cards)[0]
    dates = [card.published_on for card in cards if card.published_on]
    return replace(
        cards[0],
        # A page that lost its hyphens has the shorter title; a full stop is not the title's.
        title=max((clean_title(card.title) for card in cards), key=len),
        authors=max((card.authors for card in cards), key=_told),
        venue=max((c.venue for c in cards if _letters(c) == _letters(printed)), key=len),
        year=printed.year or next((card.year for card in cards if card.year), None),
        source=printed.source,
        keywords=tuple(dict.fromkeys(word for card in cards for word in card.keywords)),
        published_on=min(dates, default=None),
        abstract=max((card.abstract for card in cards), key=len),
        summaries=(),
    )


def _told(authors: tuple[str, ...]) -> tuple[int, int]:
    return len(authors), sum(map(len, authors))


def _letters(card: PagePaper) -> str:
    """Return the venue as it is with and without its hyphens."""
    return "".join(filter(str.isalnum, card.venue.lower()))


def _is_preprint(card: PagePaper) -> bool:
    return card.venue.lower().startswith(_PREPRINT_VENUES)
