"""What a member saved: on the paper's page, in their library, and as a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shortscience.accounts.actions import require_member
from shortscience.lib.errors import Refused
from shortscience.lib.titles import slugify
from shortscience.library.actions.lists import add_to_list, make_list
from shortscience.library.actions.saving import Kept, save_paper, unsave_paper, write_on
from shortscience.library.export import FORMATS, Exported, as_file, from_library
from shortscience.library.models import PaperTag, ReadingList, SavedPaper
from shortscience.library.querysets import SavedPaperQuerySet, mark_of
from shortscience.library.tags import typed
from shortscience.papers.models import Paper
from shortscience.web import reads
from shortscience.web.forms.library import AddForm, NoteForm, SaveForm, ShelfForm

# As many cards as one scrolls through; notes make them long.
PER_PAGE = 25
# More words narrow nothing down any more.
MOST_WORDS = 8
# Who did not mean it notices soon.
UNDO_FOR = timedelta(minutes=10)
_UNSAVED = "unsaved_paper"


@dataclass(frozen=True, slots=True)
class Row:
    """A saved paper as the library prints it."""

    saved: SavedPaper
    form: NoteForm

    @property
    def is_removed(self) -> bool:
        return self.saved.paper.hidden_at is not None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a paper stands in the viewer's library, for the paper's page."""

    paper: Paper
    saved: SavedPaper | None
    holding: Sequence[ReadingList]
    others: Sequence[ReadingList]
    # It was taken out just now, and saving it brings its note and tags back.
    can_be_undone: bool


@never_cache
@login_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    asked = ShelfForm(request.GET)
    found, tag, words = _found(request, asked)
    after = asked.asked("after")
    rows = list(found.after(after).newest_first().for_shelf()[: PER_PAGE + 1])
    shown = rows[:PER_PAGE]
    query = {name: value for name, value in (("q", words), ("tag", tag)) if value}
    context = {
        "rows": [Row(saved, _note_form(saved)) for saved in shown],
        "older": urlencode({**query, "after": mark_of(shown[-1])}) if rows[PER_PAGE:] else "",
        "is_first": not after,
        "q": words,
        "tag": tag,
        "query": urlencode(query),
        "tags": PaperTag.objects.used_by(require_member(request.user)),
        "lists": ReadingList.objects.of(require_member(request.user)).with_counts().by_name(),
        "formats": FORMATS.values(),
        "undo": _just_taken_out(request),
        "here": request.get_full_path(),
        "has_formulas": any("<math" in saved.note_html for saved in shown),
    }
    return render(request, "library.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, saved_id: int) -> HttpResponse:
    """The note and the tags of one saved paper."""
    saved = get_object_or_404(SavedPaper.objects.of(request.user).for_shelf(), pk=saved_id)
    is_sent = request.method == "POST"
    form = NoteForm(request.POST) if is_sent else NoteForm(initial=_initial(saved))
    if form.is_valid():
        try:
            write_on(member=request.user, saved=saved, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect(_next(request) or f"{reverse('library')}#saved-{saved.pk}")
    context = {
        "saved": saved,
        "form": form,
        "tags": PaperTag.objects.used_by(require_member(request.user)),
        "next": _next(request),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "library_edit.html", context, status=status)


@never_cache
@login_required
@require_safe
def export(request: HttpRequest, ending: str) -> HttpResponseBase:
    found, tag, _words = _found(request, ShelfForm(request.GET))
    name = slugify(tag, otherwise="tag") if tag else "library"
    return file_response(from_library(found.newest_first()), ending, name)


@require_POST
def save(request: HttpRequest, paper_id: int, slug: str) -> HttpResponse:
    """Put a paper into the library, or take it out; the note comes back with an undo."""
    paper = _paper(request, paper_id)
    if not request.user.is_authenticated:
        return redirect_to_login(paper.get_absolute_url())
    form = SaveForm(request.POST)
    if not form.is_valid():
        raise Refused(_("A paper is saved, or taken out."))
    if form.cleaned_data["do"] == "save":
        save_paper(member=request.user, paper=paper, as_before=_kept(request, paper))
        if _UNSAVED in request.session:
            del request.session[_UNSAVED]
    else:
        _keep(request, paper, unsave_paper(member=request.user, paper=paper))
    return _after(request, paper)


@require_POST
def add(request: HttpRequest, paper_id: int, slug: str) -> HttpResponse:
    """Put a paper on a list, or on a new one."""
    paper = _paper(request, paper_id)
    if not request.user.is_authenticated:
        return redirect_to_login(paper.get_absolute_url())
    form = AddForm(request.POST)
    if not form.is_valid():
        raise Refused(_("Choose a list, or give a new one a name."))
    with transaction.atomic():
        if name := form.cleaned_data["name"]:
            chosen = make_list(owner=request.user, name=name)
        else:
            own = ReadingList.objects.of(require_member(request.user))
            chosen = get_object_or_404(own, pk=form.cleaned_data["reading_list"])
        add_to_list(by=request.user, reading_list=chosen, papers=[paper])
    return _after(request, paper)


def place_of(request: HttpRequest, paper: Paper) -> Place | None:
    """Return where the paper stands in the viewer's library; two queries, none for a stranger."""
    if not request.user.is_authenticated:
        return None
    saved = reads.saved(paper, request.user)
    lists = reads.lists_of(request.user, paper)
    holding = [one for one in lists if vars(one)["holds_it"]]
    others = [one for one in lists if not vars(one)["holds_it"]]
    return Place(paper, saved, holding, others, saved is None and bool(_kept(request, paper)))


def file_response(rows: Iterator[Exported], ending: str, name: str) -> StreamingHttpResponse:
    """Answer with a file for reference managers, written while it is sent."""
    form = FORMATS.get(ending)
    if form is None:
        raise Http404
    return StreamingHttpResponse(
        as_file(rows, form),
        content_type=form.media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}.{ending}"',
            "X-Content-Type-Options": "nosniff",
        },
    )


def _found(request: HttpRequest, asked: ShelfForm) -> tuple[SavedPaperQuerySet, str, str]:
    """Return what of the library is asked for, with the tag and the words."""
    tag, words = asked.asked("tag"), " ".join(asked.asked("q").split())
    found = SavedPaper.objects.of(request.user).with_words(words.split()[:MOST_WORDS])
    return (found.tagged(tag) if tag else found), tag, words


def _note_form(saved: SavedPaper) -> NoteForm:
    # A page has many of these, so the ids carry what they are about.
    return NoteForm(initial=_initial(saved), auto_id=f"saved-{saved.pk}-%s")


def _initial(saved: SavedPaper) -> dict[str, str]:
    return {"note": saved.note, "tags": typed(saved.tag_names)}


def _paper(request: HttpRequest, paper_id: int) -> Paper:
    return get_object_or_404(Paper.objects.visible_to(request.user), pk=paper_id)


def _after(request: HttpRequest, paper: Paper) -> HttpResponse:
    if request.headers.get("X-Fragment") == "saving":
        return render(request, "_saving.html", {"place": place_of(request, paper)})
    return HttpResponseRedirect(_next(request) or f"{paper.get_absolute_url()}#saving")


def _next(request: HttpRequest) -> str:
    """Return where the form says it stands, if that is a place of this site."""
    given = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = given.startswith("/") and url_has_allowed_host_and_scheme(given, allowed_hosts=None)
    return given if is_ours else ""


def _keep(request: HttpRequest, paper: Paper, kept: Kept | None) -> None:
    if kept is not None:
        request.session[_UNSAVED] = {
            "paper": paper.pk,
            "title": paper.title,
            "note": kept.note,
            "tags": list(kept.tags),
            "saved_at": kept.saved_at.isoformat(),
            "at": timezone.now().isoformat(),
        }


def _just_taken_out(request: HttpRequest) -> dict[str, Any] | None:  # Any: JSON, as `_keep` made it
    """Return what `_keep` kept a moment ago."""
    kept: dict[str, Any] | None = request.session.get(_UNSAVED)
    if kept and timezone.now() - datetime.fromisoformat(kept["at"]) < UNDO_FOR:
        return kept
    return None


def _kept(request: HttpRequest, paper: Paper) -> Kept | None:
    kept = _just_taken_out(request)
    if kept is None or kept["paper"] != paper.pk:
        return None
    return Kept(datetime.fromisoformat(kept["saved_at"]), kept["note"], kept["tags"])
