"""Numbers that lists and pages print, kept beside the rows they count.

`refresh` after one change, `recount` for everything: both compute from the rows, so a number
that was ever wrong is right again after the next change or `shortscience doctor --repair`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from django.db import transaction
from django.db.models import Count, F, Model, Q, Sum
from django.db.models.functions import Coalesce, Greatest

from shortscience.accounts.models import User
from shortscience.lib.prepared import Prepared
from shortscience.lib.prepared_writes import update
from shortscience.papers.models import Paper
from shortscience.papers.outbox import changed
from shortscience.summaries.models import SectionCount, Summary
from shortscience.venues.models import Venue, VenueYear

ALL = "all"
# Rows a statement of `recount` touches at most: keeps the lock on SQLite short.
BATCH = 5000
# As many numbers as every SQLite takes in one statement.
ROWS_A_STATEMENT = 900


def refresh(paper: Paper, *, people: Iterable[User] = ()) -> None:
    """Bring the numbers of one paper, its venue-year, its section and these people up to date.

    Call it in the transaction of the change; the paper's row serialises concurrent calls.
    """
    stored = Paper.objects.select_for_update().only("summary_count", "section").get(pk=paper.pk)
    public = Summary.objects.of(paper).public().count()
    on_paper = paper.comments.filter(
        summary__isnull=True,
        is_confidential=False,
        claim__isnull=True,
        deleted_at__isnull=True,
        hidden_at__isnull=True,
    ).count()
    Paper.objects.filter(pk=paper.pk).update(summary_count=public, comment_count=on_paper)
    changed([paper.pk])
    _shift(paper, before=stored.summary_count, after=public)
    paper.summary_count, paper.comment_count = public, on_paper
    for person in people:
        person.public_summaries = Summary.objects.public().by(person).count()
        person.save(update_fields=["public_summaries"])


def recount_comments_of(summary: Summary) -> None:
    """Count the standing comments that all readers of the summary see."""
    (row,) = _WITH_COMMENTS(summary)
    if row.is_for_all:
        standing = vars(row)["open_comments"]
    else:
        among_readers = row.comments.filter(is_confidential=True, group=row.group_id)
        standing = among_readers.filter(**_STANDING).count()
    summary.comment_count = standing
    if standing != row.comment_count:
        row.comment_count = standing
        update(row, ["comment_count"])


# On texts themselves, and neither deleted nor hidden.
_STANDING = {"claim__isnull": True, "deleted_at__isnull": True, "hidden_at__isnull": True}
_OPEN = {"is_confidential": False, "group__isnull": True, **_STANDING}
_WITH_COMMENTS = Prepared(
    lambda summary: (
        Summary.objects.filter(pk=summary.pk)
        .only("visibility", "group", "comment_count")
        .annotate(
            open_comments=Count(
                "comments", filter=Q(**{f"comments__{name}": _OPEN[name] for name in _OPEN})
            )
        )
    )
)


def _shift(paper: Paper, *, before: int, after: int) -> None:
    """Add the difference of one paper to the sums above it."""
    if before == after:
        return
    papers = (after > 0) - (before > 0)
    for section in (ALL, paper.section):
        row, _ = SectionCount.objects.get_or_create(section=section)
        SectionCount.objects.filter(pk=row.pk).update(
            summaries=_moved("summaries", after - before), papers=_moved("papers", papers)
        )
    if papers and paper.venue_id:
        moved = {"summarised_count": _moved("summarised_count", papers)}
        Venue.objects.filter(pk=paper.venue_id).update(**moved)
        VenueYear.objects.filter(venue=paper.venue_id, year=paper.year or 0).update(**moved)


def _moved(column: str, difference: int) -> Greatest:
    """Return the sum after the change; one that was wrong stops at zero instead of the change."""
    return Greatest(F(column) + difference, 0)


def recount() -> dict[str, int]:
    """Compute every stored number again; return how many rows of each kind were wrong."""
    return {
        "papers": _recount_papers(),
        "venues": _recount_venues(),
        "sections": _recount_sections(),
        "people": _recount_people(),
        "summaries": _recount_comments_of_summaries(),
        "authors": _recount_authors(),
    }


def _recount_papers() -> int:
    counted = Summary.objects.public().values("paper").annotate(n=Count("pk")).order_by()
    truth = {row["paper"]: row["n"] for row in counted.iterator()}
    stored = dict(Paper.objects.filter(summary_count__gt=0).values_list("pk", "summary_count"))
    summaries = _differences(truth, stored)
    changed(list(summaries))
    standing = Q(comments__summary__isnull=True, comments__deleted_at__isnull=True)
    standing &= Q(comments__hidden_at__isnull=True, comments__is_confidential=False)
    standing &= Q(comments__claim__isnull=True)
    with_comments = Paper.objects.filter(Q(comments__isnull=False) | Q(comment_count__gt=0))
    counted_now = with_comments.annotate(n=Count("comments", filter=standing, distinct=True))
    comments = {
        pk: now
        for pk, before, now in counted_now.values_list("pk", "comment_count", "n")
        if now != before
    }
    return _store(Paper, "summary_count", summaries) + _store(Paper, "comment_count", comments)


def _differences(truth: Mapping[int, int], stored: Mapping[int, int]) -> dict[int, int]:
    """Return {row: right number} of the rows whose stored number is wrong; absent means zero."""
    rows = truth.keys() | stored.keys()
    return {pk: truth.get(pk, 0) for pk in rows if truth.get(pk, 0) != stored.get(pk, 0)}


def _store(model: type[Model], column: str, right: Mapping[int, int]) -> int:
    """Write {row: number} and return how many rows that were.

    Few numbers stand in many rows, so it is a statement for each number and batch of rows.
    """
    rows_of = defaultdict(list)
    for pk, number in right.items():
        rows_of[number].append(pk)
    with transaction.atomic():
        for number, rows in rows_of.items():
            for start in range(0, len(rows), ROWS_A_STATEMENT):
                some = model._default_manager.filter(pk__in=rows[start : start + ROWS_A_STATEMENT])
                some.update(**{column: number})
    return len(right)


@transaction.atomic
def _recount_venues() -> int:
    """Make the rows of VenueYear, and the sums on Venue, equal to the papers there are."""
    counted = (
        Paper.objects.filter(venue__isnull=False)
        .values("venue", year_or_0=Coalesce("year", 0))
        .annotate(papers=Count("pk"), summarised=Count("pk", filter=Q(summary_count__gt=0)))
        .order_by()
    )
    truth = {
        (row["venue"], row["year_or_0"]): (row["papers"], row["summarised"])
        for row in counted.iterator()
    }
    stored = {
        (row.venue_id, row.year): (row.paper_count, row.summarised_count)
        for row in VenueYear.objects.all()
    }
    wrong = {key for key in truth.keys() | stored.keys() if truth.get(key) != stored.get(key)}
    VenueYear.objects.bulk_create(
        [
            VenueYear(
                venue_id=v, year=y, paper_count=truth[v, y][0], summarised_count=truth[v, y][1]
            )
            for v, y in sorted(wrong & truth.keys())
        ],
        update_conflicts=True,
        unique_fields=["venue", "year"],
        update_fields=["paper_count", "summarised_count"],
        batch_size=BATCH,
    )
    for venue, year in wrong - truth.keys():
        VenueYear.objects.filter(venue=venue, year=year).delete()
    sums = Venue.objects.annotate(
        papers_now=Coalesce(Sum("years__paper_count"), 0),
        summarised_now=Coalesce(Sum("years__summarised_count"), 0),
    )
    columns = ("pk", "paper_count", "summarised_count", "papers_now", "summarised_now")
    for pk, papers, summarised, *now in sums.values_list(*columns).iterator():
        if now != [papers, summarised]:
            Venue.objects.filter(pk=pk).update(paper_count=now[0], summarised_count=now[1])
    return len(wrong)


@transaction.atomic
def _recount_sections() -> int:
    counted = (
        Summary.objects.public()
        .values("section")
        .annotate(summaries=Count("pk"), papers=Count("paper", distinct=True))
        .order_by()
    )
    truth = {row["section"]: (row["summaries"], row["papers"]) for row in counted}
    truth[ALL] = (
        sum(summaries for summaries, _ in truth.values()),
        sum(papers for _, papers in truth.values()),
    )
    stored = {row.pk: (row.summaries, row.papers) for row in SectionCount.objects.all()}
    wrong = {
        key
        for key in truth.keys() | stored.keys()
        if truth.get(key, (0, 0)) != stored.get(key, (0, 0))
    }
    for section in wrong:
        summaries, papers = truth.get(section, (0, 0))
        SectionCount.objects.update_or_create(
            section=section, defaults={"summaries": summaries, "papers": papers}
        )
    return len(wrong)


def _recount_people() -> int:
    truth: Counter[int] = Counter()
    named = Summary.objects.public().filter(is_anonymous=False)
    for column in ("author", "authorships__person"):
        people = named.filter(**{f"{column}__isnull": False}).values(person=F(column))
        truth.update({row["person"]: row["n"] for row in people.annotate(n=Count("pk")).order_by()})
    stored = dict(User.objects.filter(public_summaries__gt=0).values_list("pk", "public_summaries"))
    return _store(User, "public_summaries", _differences(truth, stored))


def _recount_comments_of_summaries() -> int:
    standing = Q(comments__deleted_at__isnull=True, comments__hidden_at__isnull=True)
    to_all = Q(visibility="public", comments__is_confidential=False)
    among_some = ~Q(visibility="public") & Q(comments__is_confidential=True)
    in_group = Q(comments__group=F("group")) | Q(comments__group__isnull=True, group__isnull=True)
    standing &= to_all | (among_some & in_group)
    standing &= Q(comments__claim__isnull=True)
    concerned = Summary.objects.filter(Q(comments__isnull=False) | Q(comment_count__gt=0))
    counted = concerned.annotate(n=Count("comments", filter=standing, distinct=True))
    wrong = {
        pk: now
        for pk, before, now in counted.values_list("pk", "comment_count", "n")
        if now != before
    }
    return _store(Summary, "comment_count", wrong)


def _recount_authors() -> int:
    concerned = Summary.objects.filter(Q(authorships__isnull=False) | Q(joint_count__gt=0))
    counted = concerned.annotate(n=Count("authorships", distinct=True))
    rows = counted.values_list("pk", "joint_count", "n")
    return _store(Summary, "joint_count", {pk: now for pk, was, now in rows if now != was})
