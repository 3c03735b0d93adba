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
from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model, Prefetch, Q, QuerySet
from django.utils import timezone

from shortscience.accounts.models import ProgramKey, Proof, User
from shortscience.claims.models import Claim, ClaimMerge
from shortscience.discussion.annotations import annotation
from shortscience.discussion.models import Comment, Mention, MentionMute
from shortscience.evidence.documents import read_document
from shortscience.evidence.models import ClaimEvidence, ExternalEvidence
from shortscience.evidence.models import Report as RunReport
from shortscience.groups.models import GroupInvitation, Membership
from shortscience.images.models import Image
from shortscience.library.models import ListItem, ReadingList, SavedPaper
from shortscience.membership import sessions
from shortscience.moderation.models import LogEntry, Report
from shortscience.papers.models import MetadataSuggestion, Paper
from shortscience.readership.models import ReaderDay
from shortscience.sharing.models import AuthorInvitation, SecretLink
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
    "summaries.Authorship.person": "summaries",
    "sharing.AuthorInvitation.invited": "invitations_to_write",
    "groups.Membership.member": "groups",
    "groups.GroupInvitation.made_by": "group_invitations",
    "claims.Claim.proposed_by": "claims",
    "claims.ClaimMerge.by": "claims_joined",
    "evidence.Report.uploader": "run_reports",
    "evidence.Reproduction.made_by": "run_reports",
    "evidence.ClaimEvidence.linked_by": "claims_linked",
    "evidence.ExternalEvidence.uploader": "external_evidence",
    "accounts.Proof.person": "proven_accounts",
    "accounts.ProgramKey.person": "program_keys",
    "discussion.Comment.author": "comments",
    "images.Image.owner": "images",
    "discussion.Mention.person": "mentions_of_you",
    "discussion.MentionMute.person": "muted_mentions",
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
    "claims.ClaimVersion.editor": "The claims themselves are there, and those your texts mark.",
    "claims.ClaimMerge.undone_by": "Which claims are one; it tells nothing about you.",
    "evidence.ClaimEvidence.taken_off_by": "What others linked; it tells nothing about you.",
    "evidence.KnownCode.registered_by": "Which code is known here; it tells nothing about you.",
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
    """Return a ZIP file: `data.json`, each summary as Markdown, and the images."""
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
        for image in _images(person):
            _add_image(files, image)
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
        "readers": _readers(person),
        "versions": [_version(revision) for revision in _versions(person)],
        "drafts": [_draft(draft) for draft in Draft.objects.owned_by(person).newest_first()],
        "groups": [_membership(row) for row in _memberships(person)],
        "group_invitations": _rows(
            GroupInvitation.objects.filter(made_by=person), but={"made_by", "digest"}
        ),
        "secret_links": _rows(SecretLink.objects.filter(summary__author=person), but={"digest"}),
        "invitations_to_write": _rows(
            AuthorInvitation.objects.filter(invited=person), but={"invited", "digest"}
        ),
        "images": [_image(image) for image in _images(person)],
        "claims": [_claim(claim) for claim in _claims(person)],
        "claims_joined": _rows(ClaimMerge.objects.filter(by=person), but={"by", "undone_by"}),
        "run_reports": [_run_report(report) for report in _run_reports(person)],
        "claims_linked": _rows(
            ClaimEvidence.objects.filter(linked_by=person), but={"linked_by", "taken_off_by"}
        ),
        "external_evidence": _rows(
            ExternalEvidence.objects.filter(uploader=person), but={"uploader", "hidden_at"}
        ),
        "program_keys": _rows(ProgramKey.objects.filter(person=person), but={"person", "digest"}),
        "proven_accounts": _rows(Proof.objects.filter(person=person), but={"person"}),
        "comments": [_comment(comment) for comment in _comments(person)],
        "mentions_of_you": [_mention(mention) for mention in _mentions(person)],
        "muted_mentions": [_mute(mute) for mute in _mutes(person)],
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
        "level": summary.level,
    }
    # A JSON value is a YAML value, so no title can break out of its line.
    lines = (
        f"{key}: {json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)}"
        for key, value in head.items()
    )
    return "---\n" + "\n".join(lines) + f"\n---\n\n{summary.text}\n"


def _summaries(person: User) -> QuerySet[Summary]:
    """What the person wrote, alone or with others."""
    return Summary.objects.written_with(person).select_related("paper").order_by("pk")


def _versions(person: User) -> QuerySet[SummaryRevision]:
    """Older and newer texts of what was changed; a text that never was is in `summaries`."""
    return SummaryRevision.objects.filter(editor=person).order_by("summary", "number")


def _images(person: User) -> QuerySet[Image]:
    return Image.objects.owned_by(person).select_related("file").order_by("pk")


def _add_image(files: zipfile.ZipFile, image: Image) -> None:
    """Put what is stored of an image into the archive; it is packed already."""
    stored = image.file.large_path if image.file else image.original
    if not stored or not default_storage.exists(stored):
        return
    ending = "webp" if image.file else image.original_type.partition("/")[2]
    with default_storage.open(stored) as file:
        files.writestr(f"images/{image.name}.{ending}", file.read(), zipfile.ZIP_STORED)


def _comments(person: User) -> QuerySet[Comment]:
    mine = Comment.objects.filter(author=person).select_related("paper", "author", "passage")
    return mine.prefetch_related("revisions").order_by("pk")


def _mentions(person: User) -> QuerySet[Mention]:
    return Mention.objects.filter(person=person).select_related("comment").newest_first()


def _mutes(person: User) -> QuerySet[MentionMute]:
    return person.mention_mutes.select_related("paper").order_by("pk")


def _claims(person: User) -> QuerySet[Claim]:
    """What the person proposed, and what their own texts mark."""
    own = Q(proposed_by=person) | Q(summary__author=person, origin=Claim.Origin.MARK)
    return Claim.objects.filter(own).select_related("paper").oldest_first()


def _run_reports(person: User) -> QuerySet[RunReport]:
    mine = RunReport.objects.by(person).select_related("document", "version__reproduction__paper")
    return mine.oldest_first()


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


def _readers(person: User) -> list[dict[str, Any]]:
    """Return what the person's own page shows: about how often each paper was read by others."""
    papers = {row.paper_id: row.paper for row in _summaries(person) if row.is_public}
    counted = ReaderDay.objects.by_paper(papers)
    return [
        {"paper_title": paper.title, "address": _address(paper), "readers": counted[pk]}
        for pk, paper in papers.items()
        if pk in counted
    ]


def _version(revision: SummaryRevision) -> dict[str, Any]:
    return {"address": _address(revision)} | _columns(revision, but={"editor"})


def _draft(draft: Draft) -> dict[str, Any]:
    return _columns(draft, but={"owner", "editor"})


def _image(image: Image) -> dict[str, Any]:
    return {
        "address": settings.SITE_URL + image.get_absolute_url(),
        "width": image.width,
        "height": image.height,
        "size_bytes": image.size_bytes,
        "added_at": image.added_at,
    }


def _comment(comment: Comment) -> dict[str, Any]:
    before = [_columns(old, but={"id", "comment"}) for old in comment.revisions.all()]
    found: dict[str, Any] = {
        "paper_title": comment.paper.title,
        "address": _address(comment),
        "before": before,
    }
    passage = comment.note_on
    if passage is not None:
        # As other programs read it, too.
        found["note"] = annotation(comment, passage, site=settings.SITE_URL)
    return found | _columns(comment, but=_DERIVED)


def _mention(mention: Mention) -> dict[str, Any]:
    return {"comment": _address(mention.comment), "seen_at": mention.seen_at}


def _mute(mute: MentionMute) -> dict[str, Any]:
    return {"paper": _address(mute.paper) if mute.paper else None}


def _claim(claim: Claim) -> dict[str, Any]:
    left_out = {*_DERIVED, "proposed_by", "hidden_at"}
    return {"paper_title": claim.paper.title, "address": _address(claim)} | _columns(
        claim, but=left_out
    )


def _run_report(report: RunReport) -> dict[str, Any]:
    left_out = {"uploader", "hidden_at", "version"}
    return {
        "paper_title": report.paper.title,
        "address": _address(report),
        "report": json.loads(read_document(report)),
    } | _columns(report, but=left_out)


def _vote(vote: SummaryVote) -> dict[str, Any]:
    return {
        "paper_title": vote.summary.paper.title,
        "summary": _address(vote.summary),
        "value": vote.value,
        "voted_at": vote.voted_at,
    }


def _memberships(person: User) -> QuerySet[Membership]:
    return Membership.objects.of(person).select_related("group").order_by("pk")


def _membership(row: Membership) -> dict[str, Any]:
    return {"name": row.group.name, "about": row.group.about} | _columns(row, but={"member"})


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


def _address(
    thing: Paper | Summary | SummaryRevision | Comment | ReadingList | Claim | RunReport,
) -> str:
    return settings.SITE_URL + thing.get_absolute_url()


def _rows(rows: QuerySet[Any], *, but: set[str]) -> list[dict[str, Any]]:
    return [_columns(row, but=but) for row in rows]


def _columns(row: Model, *, but: set[str]) -> dict[str, Any]:
    return {
        field.name: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if field.name not in but
    }
