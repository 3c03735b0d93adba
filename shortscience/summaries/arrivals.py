"""What follows when papers came in: waiting cites find them, sections move, venues count."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from django.db import transaction
from django.db.models import F, prefetch_related_objects

from shortscience.papers.models import Paper
from shortscience.summaries import counts
from shortscience.summaries.actions import move_section, papers_by_key, rerender
from shortscience.summaries.models import Citation, Summary
from shortscience.venues.models import Venue, VenueYear

# Keys that one question to the database asks about.
KEYS_AT_ONCE = 500


def settle() -> None:
    """Bring everything that hangs on papers up to date; the cost is one pass over all papers.

    For the end of an import; after a single paper call `settle_one`.
    """
    resolve_waiting_citations()
    move_sections()
    counts.recount()


def settle_one(paper: Paper) -> None:
    """Do for one new or changed paper what `settle` does for all; the cost is its own rows."""
    resolve_waiting_citations(keys_of(paper))
    move_section(paper)
    recount_venue_year(paper)


def settle_some(*, new: Iterable[Paper], changed: Iterable[Paper]) -> None:
    """Do what `settle_one` does for the papers of a file.

    Those that were there before may have got keys. What was counted elsewhere before is
    `corrected.settle`'s.
    """
    added = list(new)
    papers = [*added, *changed]
    prefetch_related_objects(papers, "identifiers")
    for some in _pieces((key for paper in papers for key in keys_of(paper)), KEYS_AT_ONCE):
        resolve_waiting_citations(some)
    # One paper of each venue and year stands for all of them.
    for paper in {(paper.venue_id, paper.year): paper for paper in added}.values():
        recount_venue_year(paper)


def keys_of(paper: Paper) -> set[str]:
    """Return the ways in which a `\\cite` may name the paper."""
    names = {paper.legacy_key, f"shortscience/{paper.pk}"}
    for key in paper.keys:
        names |= {key.value, f"{key.scheme}:{key.value}"}
        if key.scheme == "arxiv":
            names.add(f"journals/corr/{key.value}")
    return names


def resolve_waiting_citations(keys: Iterable[str] | None = None) -> int:
    """Link citations to papers that have come in since; return how many texts changed.

    Costs one query when nothing waits, however many papers there are.
    """
    waiting = Citation.objects.filter(paper__isnull=True)
    if keys is not None:
        waiting = waiting.filter(key__in=list(keys))
    changed = 0
    for some in _pieces(waiting.values_list("key", flat=True).distinct(), KEYS_AT_ONCE):
        found = papers_by_key(some)
        if not found:
            continue
        concerned = Summary.objects.filter(
            citations__key__in=list(found), citations__paper__isnull=True
        ).distinct()
        for summary in concerned:
            rerender(summary)
            changed += 1
    return changed


def move_sections() -> int:
    """Give every summary its paper's section; return how many had another."""
    wrong = Summary.objects.exclude(section=F("paper__section"))
    pairs = list(wrong.values_list("pk", "paper__section"))
    for section in {section for _, section in pairs}:
        numbers = [pk for pk, now in pairs if now == section]
        Summary.objects.filter(pk__in=numbers).update(section=section)
    return len(pairs)


@transaction.atomic
def recount_venue_year(paper: Paper) -> None:
    """Count the papers of one paper's venue and year again."""
    if paper.venue_id is None:
        return
    venue = Venue.objects.select_for_update().get(pk=paper.venue_id)
    same_year = Paper.objects.filter(venue=venue, year=paper.year)
    VenueYear.objects.update_or_create(
        venue=venue,
        year=paper.year or 0,
        defaults={
            "paper_count": same_year.count(),
            "summarised_count": same_year.filter(summary_count__gt=0).count(),
        },
    )
    years = VenueYear.objects.filter(venue=venue).values_list("paper_count", "summarised_count")
    venue.paper_count = sum(papers for papers, _ in years)
    venue.summarised_count = sum(summarised for _, summarised in years)
    venue.save(update_fields=["paper_count", "summarised_count"])


def _pieces(values: Iterable[str], size: int) -> Iterator[Sequence[str]]:
    rest = iter(list(values))
    while piece := list(islice(rest, size)):
        yield piece
