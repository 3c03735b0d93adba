"""What an editor of a summary shows when it is opened, and when two texts meet in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex

from django.http import HttpRequest
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from shortscience.accounts.models import User
from shortscience.lib.differences import Passage, passages_between
from shortscience.papers.models import Paper
from shortscience.summaries.checking import Preview
from shortscience.summaries.drafts import draft_of
from shortscience.summaries.models import Draft, Summary
from shortscience.summaries.rules import ChangedMeanwhile, DraftIsNewer
from shortscience.web.citing import Citable
from shortscience.web.forms.writing import SummaryForm

# Characters of an editor's name that say in which browser it was opened.
_BROWSER = 12


@dataclass(frozen=True, slots=True)
class Other:
    """A text that was saved from elsewhere, beside the one in the form."""

    text: str
    at: datetime | None
    is_draft: bool
    # How it differs from the text in the form; None where that is too much.
    difference: list[Passage] | None
    # Leads away from the form's text.
    leave_url: str


@dataclass(frozen=True, slots=True)
class Editor:
    """What `write.html` prints."""

    paper: Paper
    form: SummaryForm
    # What is stored, when the person changes a summary.
    summary: Summary | None = None
    # What was put back into the form.
    draft: Draft | None = None
    # It was typed on another device, or before signing in anew.
    draft_is_from_elsewhere: bool = False
    preview: Preview | None = None
    # What was found for somebody who wants to cite and has no script.
    citable: Citable | None = None
    # Why it was not saved, and when the next try can succeed.
    refusal: str = ""
    opens_at: datetime | None = None
    other: Other | None = None
    # The text was sent before signing in and is not stored yet.
    was_kept: bool = False

    @property
    def preview_url(self) -> str:
        """Where the script asks for a preview: what is checked depends on the paper."""
        return f"{reverse('write-preview')}?paper={self.paper.pk}"


def name_of_editor(request: HttpRequest) -> str:
    """Return a name for an editor that is opened now: it tells browsers apart, not people."""
    return f"{_browser(request)}-{token_hex(6)}"


def _browser(request: HttpRequest) -> str:
    key = request.session.session_key or ""
    return salted_hmac("shortscience.web.editing", key).hexdigest()[:_BROWSER]


def opened(request: HttpRequest, member: User, paper: Paper, summary: Summary | None) -> Editor:
    """Return the editor with the draft in it, if there is one, else with what is stored."""
    draft = draft_of(member, paper, summary)
    name = name_of_editor(request)
    if draft is None:
        return Editor(paper, SummaryForm.of(summary, editor=name), summary)
    form = SummaryForm.of_draft(draft, editor=name)
    if summary is not None and draft.base_version != summary.version:
        if draft.text != summary.text:
            sentence = _("Your draft is about an older version: the summary was changed since.")
            return beside(form, summary, paper=paper, sentence=sentence, draft=draft)
        form = SummaryForm.of(summary, editor=name)
        form.initial["draft_version"] = draft.version
    from_elsewhere = not draft.editor.startswith(_browser(request))
    return Editor(paper, form, summary, draft, draft_is_from_elsewhere=from_elsewhere)


def opened_with_kept(
    member: User, paper: Paper, summary: Summary | None, kept: dict[str, str]
) -> Editor:
    """Return the editor with the text that was sent before signing in."""
    form = SummaryForm(kept)
    form.is_valid()
    draft = draft_of(member, paper, summary)
    if draft is not None and draft.text != form.cleaned_data["text"] and not form.seen.knows(draft):
        return beside(
            form, draft, paper=paper, sentence=DraftIsNewer(draft).sentence, was_kept=True
        )
    return Editor(paper, form, summary, was_kept=True)


def compared(form: SummaryForm, member: User, paper: Paper, summary: Summary | None) -> Editor:
    """Return the editor with what is stored beside the text in it: a draft, or the summary."""
    draft = draft_of(member, paper, summary)
    if draft is not None and not form.seen.knows(draft):
        return beside(form, draft, paper=paper, sentence=DraftIsNewer(draft).sentence)
    if summary is None:
        return Editor(paper, form)
    if form.cleaned_data.get("base_version") == summary.version:
        return beside(form, summary, paper=paper, sentence=_("This is what you changed so far."))
    return beside(form, summary, paper=paper, sentence=ChangedMeanwhile(summary).sentence)


def beside(
    form: SummaryForm,
    stored: Summary | Draft,
    *,
    paper: Paper,
    sentence: str | Promise,
    was_kept: bool = False,
    draft: Draft | None = None,
) -> Editor:
    """Return the editor with both texts. Sending it replaces what is stored now, on purpose."""
    if isinstance(stored, Summary):
        at = stored.edited_at or stored.published_at or stored.created_at
        leave_url = stored.get_absolute_url()
    else:
        at, leave_url = stored.updated_at, reverse("drafts")
    text = form["text"].value() or ""
    other = Other(
        text=stored.text,
        at=at,
        is_draft=isinstance(stored, Draft),
        difference=passages_between(stored.text, text.replace("\r\n", "\n")),
        leave_url=leave_url,
    )
    return Editor(
        paper,
        form.based_on(stored),
        summary=stored if isinstance(stored, Summary) else None,
        draft=draft,
        refusal=str(sentence),
        other=other,
        was_kept=was_kept,
    )
