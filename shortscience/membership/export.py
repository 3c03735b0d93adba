"""Everything stored about a person, as files for that person.

A test walks all models: a new one that points to a person must be added to `EXPORTED`, or to
`LEFT_OUT` with the reason.
"""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model, Prefetch, QuerySet
from django.utils import timezone

from shortscience.accounts.models import User
from shortscience.discussion.models import Comment
from shortscience.library.models import ListItem, ReadingList, SavedPaper
from shortscience.membership import sessions
from shortscience.moderation.models import LogEntry, Report
from shortscience.papers.models import MetadataSuggestion, Paper
from shortscience.summaries.models import Draft, Summary, SummaryRevision
from shortscience.voting.models import SummaryVote

# Counts up when a key changes its meaning or goes away.
FORMAT = 1

# Which key of `data.json` holds the rows that point to the person by this column.
EXPORTED = {
    "account.EmailAddress.user": "mail_addresses",
    "papers.Paper.added_by": "papers_added",
    "papers.MetadataSuggestion.by": "corrections",
    "summaries.Summary.author": "summaries",
    "summaries.SummaryRevision.editor": "versions",
    "summaries.Draft.owner": "drafts",
    "discussion.Comment.author": "comments",
    "voting.SummaryVote.voter": "votes",
    "library.SavedPaper.owner": "saved_papers",
    "library.ReadingList.owner": "reading_lists",
    "moderation.Report.reporter": "reports_made",
    "moderation.LogEntry.person": "moderation_about_you",
    "moderation.LogEntry.actor": "moderation_by_you",
}
LEFT_OUT = {
    "moderation.Report.person": "Written by others, who trust that you do not learn who they are.",
    "moderation.Report.resolved_by": "The decision itself is in moderation_by_you.",
    "papers.MetadataSuggestion.decided_by": "What others suggested; the paper's history shows it.",
    "papers.PaperMerge.by": "Each merge is in moderation_by_you.",
    "papers.PaperMerge.undone_by": "As for merges.",
    "papers.DoubtfulPair.decided_by": "Which papers are one; it tells nothing about you.",
    "accounts.User_groups.user": "Rights that the operator gave; is_staff sums them up.",
    "accounts.User_user_permissions.user": "As for groups.",
    "admin.LogEntry.user": "The operator's own diary of database changes.",
}
# Columns of the account that are not written out.
LEFT_OUT_COLUMNS = {"password": "Only a hash is stored; it helps nobody but an attacker."}


def file_name(person: User) -> str:
    return f"shortscience-{person.username}.zip"


def archive(person: User) -> bytes:
    """Return a ZIP file: `data.json`, and each summary as Markdown."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as files:
        data = data_of(person)
        text = json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
        files.writestr("data.json", text + "\n")
        taken: set[str] = set()
        for summary in _summaries(person):
            slug = summary.paper.slug
            name = slug if slug not in taken else f"{slug}-{summary.pk}"
            taken.add(name)
            files.writestr(f"summaries/{name}.md", as_markdown(summary))
    return buffer.getvalue()


def data_of(person: User) -> dict[str, Any]:  # Any: JSON of many shapes
    """Return what `data.json` holds."""
    return {
        "format": FORMAT,
        "site": settings.SITE_URL,
        "made_at": timezone.now(),
        "account": _columns(person, but=set(LEFT_OUT_COLUMNS)),
        "mail_addresses": _rows(EmailAddress.objects.filter(user=person), but={"user"}),
        "open_sessions": sum(1 for _ in sessions.keys_of(person)),
        "papers_added": [_paper(paper) for paper in Paper.objects.filter(added_by=person)],
        "corrections": _rows(
            MetadataSuggestion.objects.filter(by=person), but={"by", "decided_by"}
        ),
        "summaries": [_summary(summary) for summary in _summaries(person)],
        "versions": [_version(revision) for revision in _versions(person)],
        "drafts": [_draft(draft) for draft in Draft.objects.owned_by(person).newest_first()],
        "comments": [_comment(comment) for comment in _comments(person)],
        "votes": [_vote(vote) for vote in _votes(person)],
        "saved_papers": [_saved(saved) for saved in _saved_papers(person)],
        "reading_lists": [_reading_list(made) for made in _reading_lists(person)],
        "reports_made": _rows(
            Report.objects.filter(reporter=person).oldest_first(), but={"reporter", "resolved_by"}
        ),
        "moderation_about_you": _rows(LogEntry.objects.filter(person=person), but={"actor"}),
        "moderation_by_you": _rows(LogEntry.objects.filter(actor=person), but={"actor"}),
    }


def as_markdown(summary: Summary) -> str:
    """Return the source text under a head that other programs read as YAML."""
    head = {
        "title": summary.paper.title,
        "paper": _address(summary.paper),
        "summary": _address(summary),
        "visibility": summary.visibility,
        "anonymous": summary.is_anonymous,
        "published": summary.published_at,
        "licence": summary.licence,
    }
    # A JSON value is a YAML value, so no title can break out of its line.
    lines = (
        f"{key}: {json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)}"
        for key, value in head.items()
    )
    return "---\n" + "\n".join(lines) + f"\n---\n\n{summary.text}\n"


def _summaries(person: User) -> QuerySet[Summary]:
    return Summary.objects.written_by(person).select_related("paper").order_by("pk")


def _versions(person: User) -> QuerySet[SummaryRevision]:
    """Older and newer texts of what was changed; a text that never was is in `summaries`."""
    return SummaryRevision.objects.filter(editor=person).order_by("summary", "number")


def _comments(person: User) -> QuerySet[Comment]:
    return Comment.objects.filter(author=person).select_related("paper").order_by("pk")


def _votes(person: User) -> QuerySet[SummaryVote]:
    return person.summary_votes.select_related("summary__paper").order_by("pk")


def _saved_papers(person: User) -> QuerySet[SavedPaper]:
    # One at a paper that was merged waits for an undo: it is held, too.
    rows = SavedPaper.objects.filter(owner=person).select_related("paper")
    return rows.prefetch_related("tags").newest_first()


def _reading_lists(person: User) -> QuerySet[ReadingList]:
    items = ListItem.objects.select_related("paper").in_order()
    return ReadingList.objects.of(person).prefetch_related(Prefetch("items", items)).order_by("pk")


# What is made from the text again, or says nothing about the person.
_DERIVED = {
    *("lead_html", "rest_html", "html", "lead_is_excerpt", "has_math", "renderer_version"),
    *("fingerprint", "recent_at", "hot", "quality", "author"),
}


def _paper(paper: Paper) -> dict[str, Any]:
    return {"title": paper.title, "address": _address(paper), "added_at": paper.created_at}


def _summary(summary: Summary) -> dict[str, Any]:
    return {"paper_title": summary.paper.title, "address": _address(summary)} | _columns(
        summary, but=_DERIVED
    )


def _version(revision: SummaryRevision) -> dict[str, Any]:
    return {"address": _address(revision)} | _columns(revision, but={"editor"})


def _draft(draft: Draft) -> dict[str, Any]:
    return _columns(draft, but={"owner", "editor"})


def _comment(comment: Comment) -> dict[str, Any]:
    return {"paper_title": comment.paper.title, "address": _address(comment)} | _columns(
        comment, but=_DERIVED
    )


def _vote(vote: SummaryVote) -> dict[str, Any]:
    return {
        "paper_title": vote.summary.paper.title,
        "summary": _address(vote.summary),
        "value": vote.value,
        "voted_at": vote.voted_at,
    }


def _saved(saved: SavedPaper) -> dict[str, Any]:
    return {
        "paper_title": saved.paper.title,
        "address": _address(saved.paper),
        "note": saved.note,
        "tags": saved.tag_names,
        "saved_at": saved.saved_at,
    }


def _reading_list(made: ReadingList) -> dict[str, Any]:
    papers = [
        {
            "paper_title": item.paper.title,
            "address": _address(item.paper),
            "comment": item.comment,
        }
        for item in made.items.all()
    ]
    left_out = {"owner", "description_html", "renderer_version"}
    return {"address": _address(made), **_columns(made, but=left_out), "papers": papers}


def _address(thing: Paper | Summary | SummaryRevision | Comment | ReadingList) -> str:
    return settings.SITE_URL + thing.get_absolute_url()


def _rows(rows: QuerySet[Any], *, but: set[str]) -> list[dict[str, Any]]:
    return [_columns(row, but=but) for row in rows]


def _columns(row: Model, *, but: set[str]) -> dict[str, Any]:
    return {
        field.name: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if field.name not in but
    }
