"""Reads about summaries. Everything the public can reach starts from `visible_to(viewer)`."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.apps import apps
from django.db import models
from django.db.models import Count, Q

from shortscience.accounts.querysets import Viewer
from shortscience.groups.models import Membership
from shortscience.lib.sections import Section
from shortscience.papers.models import Paper
from shortscience.papers.querysets import PaperQuerySet

if TYPE_CHECKING:
    from shortscience.accounts.models import User
    from shortscience.groups.models import Group
    from shortscience.summaries.models import (
        Authorship,
        Citation,
        Draft,
        Summary,
        SummaryRevision,
    )

# The original's rule: what readers voted below this is left out of the lists, not of the paper.
LISTED_FROM_SCORE = 0

# The newest citations tell what readers miss now, and reading them costs the same at any size.
CITATIONS_READ = 300


# `Summary.Level`, which is not there yet when this module is read.
LEVELS = ("new", "neighbour", "expert")

# What is printed of a summary, its writer and the card of its paper: wide rows cost a page more
# than the database does.
SHOWN = (
    "paper",
    "author",
    "is_anonymous",
    "visibility",
    "group",
    "joint_count",
    "licence",
    "level",
    "lead_html",
    "lead_is_excerpt",
    "has_math",
    "words",
    "created_at",
    "published_at",
    "edited_at",
    "nth",
    "origin",
    "origin_comments",
    "hidden_at",
    "is_public",
    "score",
    "comment_count",
)
WRITER = ("author__username", "author__display_name", "author__banned_at")
CARD = (
    "paper__title",
    "paper__authors",
    "paper__year",
    "paper__source",
    "paper__keywords",
    "paper__published_on",
    "paper__abstract",
    "paper__abstract_by",
    "paper__summary_count",
    "paper__venue__slug",
    "paper__venue__short_name",
)


class SummaryQuerySet(models.QuerySet["Summary"]):
    def visible_to(self, viewer: Viewer) -> SummaryQuerySet:
        """Public summaries, plus the viewer's own and their groups'.

        Staff also see hidden public ones, and nothing of groups that they are not in.
        """
        shown = Q(is_public=True) & Q(paper__hidden_at__isnull=True)
        if not viewer.is_authenticated:
            return self.filter(shown)
        if viewer.is_staff:
            shown = Q(visibility="public")
        return self.filter(shown | written_with(viewer) | in_groups_of(viewer))

    def for_group(self, group: Group) -> SummaryQuerySet:
        """What members share in the group, from one index; the caller checked who asks."""
        return self.filter(
            group=group,
            visibility="group",
            hidden_at__isnull=True,
            paper__hidden_at__isnull=True,
        )

    def public(self) -> SummaryQuerySet:
        """What every stranger may read; one column, so that lists read one index."""
        return self.filter(is_public=True)

    def in_index_order(self) -> SummaryQuerySet:
        """Public summaries read along the index of their order: for lists over the whole site.

        `is_public=True` becomes a bare column in SQL, for which SQLite uses no index but sorts
        everything; this spelling is a comparison. Where another condition leaves few rows (one
        paper, one person) the bare column is right, so that SQLite does not prefer these indexes.
        """
        return self.filter(is_public__in=[True])

    def listed(self) -> SummaryQuerySet:
        """Public summaries of visible papers that readers have not voted down."""
        return self.public().filter(score__gte=LISTED_FROM_SCORE, paper__hidden_at__isnull=True)

    def in_sections(self, sections: Collection[Section]) -> SummaryQuerySet:
        """Only these sections; all of them when none is named."""
        return self.filter(section__in=sections) if sections else self

    def under_a_name(self) -> SummaryQuerySet:
        """Summaries whose writer is shown."""
        return self.filter(is_anonymous=False, author__isnull=False)

    def by(self, person: User) -> SummaryQuerySet:
        """What others may know this person wrote, alone or with others: no anonymous texts."""
        # Each half reads its index; an "or" of the two would read all public texts.
        first = self.model._base_manager.filter(author=person, is_anonymous=False).order_by()
        joint = _authorships().filter(person=person, summary__is_anonymous=False).order_by()
        both = first.values("pk").union(joint.values("summary"), all=True)
        return self.filter(pk__in=both, is_anonymous=False)

    def led_by(self, person: User) -> SummaryQuerySet:
        """What others may know that this person is the first author of."""
        return self.filter(author=person, is_anonymous=False)

    def joined_by(self, person: User) -> SummaryQuerySet:
        """What others may know that this person is a further author of."""
        return self.filter(
            pk__in=_authorships().filter(person=person).values("summary"), is_anonymous=False
        )

    def written_by(self, viewer: User) -> SummaryQuerySet:
        """Everything that the person is the first author of, for that person's own eyes."""
        return self.filter(author=viewer)

    def written_with(self, viewer: User) -> SummaryQuerySet:
        """Everything the person wrote, alone or with others, for that person's own eyes."""
        return self.filter(written_with(viewer))

    def of(self, paper: Paper) -> SummaryQuerySet:
        return self.filter(paper=paper)

    def popular_first(self) -> SummaryQuerySet:
        return self.order_by("-hot", "-id")

    def recent_first(self) -> SummaryQuerySet:
        """Newest publication first; texts without a known date come last."""
        return self.order_by("-recent_at", "-id")

    def best_first(self) -> SummaryQuerySet:
        return self.order_by("-quality", "-id")

    def by_level(self) -> SummaryQuerySet:
        """What asks least of its readers first; what says nothing of that last."""
        steps = [models.When(level=level, then=step) for step, level in enumerate(LEVELS)]
        by = models.Case(*steps, default=len(LEVELS), output_field=models.SmallIntegerField())
        return self.order_by(by, "-quality", "-id")

    def for_level(self, level: str) -> SummaryQuerySet:
        return self.filter(level=level)

    def for_listing(self) -> SummaryQuerySet:
        """Load what `_summary.html` and its paper card print: two queries for N summaries."""
        return self.select_related("author", "paper__venue").prefetch_related("paper__identifiers")

    def for_entries(self) -> SummaryQuerySet:
        """Load what an item of a list prints: one query for N summaries with their papers."""
        return self.select_related("author", "paper__venue").only(
            *SHOWN, "rest_html", *WRITER, *CARD
        )

    def for_paper(self) -> SummaryQuerySet:
        """Load what the part `summary` prints on the page of its paper."""
        return self.select_related("author").only(*SHOWN, "rest_html", *WRITER)

    def for_mention(self) -> SummaryQuerySet:
        """Load what a line that names a summary prints: its paper's title and its writer."""
        return self.select_related("author", "paper").only(
            *("paper", "author", "is_anonymous", "nth", "joint_count"),
            *("paper__title", "paper__venue", *WRITER),
        )

    def citing(self, paper: Paper) -> SummaryQuerySet:
        """Summaries of other papers that cite this one; each once, by however many keys."""
        return self.filter(
            pk__in=paper.cited_by_summaries.values("summary"), paper__hidden_at__isnull=True
        ).exclude(paper=paper)

    def with_their_number(self) -> SummaryQuerySet:
        """Add to each how many there are, so that a cut list needs no second query."""
        alike = self.order_by().annotate(one=models.Value(1)).values("one")
        return self.annotate(number=models.Subquery(alike.annotate(n=Count("pk")).values("n")))


def written_with(viewer: Viewer, prefix: str = "") -> Q:
    """Return the condition that the viewer is an author of the summary at `prefix`."""
    joint = _authorships().filter(Q(person=viewer)).values("summary")
    return Q(**{f"{prefix}author": viewer}) | Q(**{f"{prefix}pk__in": joint})


def in_groups_of(viewer: Viewer, prefix: str = "") -> Q:
    """Return the condition that the summary at `prefix` is for a group of the viewer's."""
    groups = Membership.objects.of(viewer).values("group")
    return Q(
        **{
            f"{prefix}visibility": "group",
            f"{prefix}group__in": groups,
            f"{prefix}hidden_at__isnull": True,
            f"{prefix}paper__hidden_at__isnull": True,
        }
    )


def _authorships() -> AuthorshipQuerySet:
    found: AuthorshipQuerySet = apps.get_model("summaries", "Authorship").objects.all()
    return found


class AuthorshipQuerySet(models.QuerySet["Authorship"]):
    def in_order(self) -> AuthorshipQuerySet:
        return self.select_related("person").order_by("position", "pk")


class CitationQuerySet(models.QuerySet["Citation"]):
    def of_summaries(self, summaries: Collection[Summary]) -> CitationQuerySet:
        """What these summaries cite and we have, in the order of the texts."""
        return self.filter(
            summary__in=[summary.pk for summary in summaries], paper__hidden_at__isnull=True
        ).exclude(paper=None)

    def for_mention(self) -> CitationQuerySet:
        return (
            self.select_related("paper__venue")
            .only(
                "summary",
                "paper__title",
                "paper__year",
                "paper__summary_count",
                "paper__venue__short_name",
            )
            .order_by("summary", "position", "pk")
        )

    def papers_awaiting_summary(self) -> PaperQuerySet:
        """Papers without a summary that others cite, the most cited first, as `asked` says."""
        newest = self.order_by("-pk").values("pk")[:CITATIONS_READ]
        cited = Q(cited_by_summaries__in=newest, cited_by_summaries__summary__is_public=True)
        return (
            Paper.objects.filter(cited, summary_count=0, hidden_at__isnull=True)
            .annotate(asked=Count("cited_by_summaries"))
            .select_related("venue")
            .defer("abstract", "details")
            .order_by("-asked", "-pk")
        )


class RevisionQuerySet(models.QuerySet["SummaryRevision"]):
    def visible_to(self, viewer: Viewer, summary: Summary) -> RevisionQuerySet:
        """The summary's revisions that this viewer may read, who may read the summary.

        The writers read all. Others read what was public, and members of its group what was for
        them; of an anonymous summary only what was anonymous then, so that nothing from before
        the name was taken off leads to it.
        """
        mine = self.filter(summary=summary)
        if summary.is_by(viewer):
            return mine
        shown = Q(was_public=True)
        if summary.is_for_group:
            shown |= Q(group=summary.group_id)
        published = mine.filter(shown)
        return published.filter(was_anonymous=True) if summary.is_anonymous else published

    def readable_by(self, viewer: Viewer, summary: Summary) -> RevisionQuerySet:
        """Those of which the viewer may read the words: not what its writers withdrew."""
        rows = self.visible_to(viewer, summary)
        return rows if summary.is_by(viewer) else rows.filter(withdrawn_at__isnull=True)

    def newest_first(self) -> RevisionQuerySet:
        return self.order_by("-number")

    def before(self, number: int) -> RevisionQuerySet:
        return self.filter(number__lt=number)

    def for_history(self) -> RevisionQuerySet:
        """Load what the history prints: its texts are not read."""
        return self.select_related("editor").only(
            "summary",
            "number",
            "words",
            "saved_at",
            "note",
            "restored_from",
            "was_public",
            "was_anonymous",
            "withdrawn_at",
            "group",
            "editor__username",
            "editor__display_name",
            "editor__banned_at",
        )


class DraftQuerySet(models.QuerySet["Draft"]):
    def owned_by(self, person: User) -> DraftQuerySet:
        """The person's own drafts: there is no other way to read one."""
        return self.filter(owner=person)

    def about(self, paper: Paper, summary: Summary | None) -> DraftQuerySet:
        """Drafts that the editor of this summary, or of a new one of the paper, would show.

        A draft of a new one counts for either: it may have been begun in a second tab before the
        summary was published. It stays with its paper, also where a merge led that one here.
        """
        new = Q(summary__isnull=True) & (Q(paper=paper) | Q(paper__merged_into=paper))
        return self.filter(new if summary is None else new | Q(summary=summary))

    def for_list(self) -> DraftQuerySet:
        """Load what the list of one's drafts prints."""
        return self.select_related("paper").only(
            "owner",
            "summary",
            "text",
            "updated_at",
            "paper__title",
            "paper__summary_count",
        )

    def newest_first(self) -> DraftQuerySet:
        return self.order_by("-updated_at", "-pk")
