"""Reading lists: everybody's view of a public one, and what its owner does with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shortscience.accounts.actions import require_member
from shortscience.lib.errors import Refused
from shortscience.lib.paging import Page, page_number, window
from shortscience.library.actions import lists
from shortscience.library.export import FORMATS, from_list
from shortscience.library.models import ListItem, ReadingList
from shortscience.pagestore.declare import PAGE, about, stored
from shortscience.sources.reading_lists import Imported, NothingToList, list_from_bibtex
from shortscience.web.forms.library import ArrangeForm, ListForm, NewListForm
from shortscience.web.kept import keep_text, take_kept_text
from shortscience.web.views.library import file_response

PER_PAGE = 50
# What a page lists one by one; a file with more faults than this is another kind of file.
REFUSED_SHOWN = 100
_KEPT_FIELDS = ("name", "about", "is_public", "bibtex")


@dataclass(frozen=True, slots=True)
class Entry:
    """A paper of a list as the viewer sees it."""

    item: ListItem
    number: int

    @property
    def is_removed(self) -> bool:
        return self.item.paper.hidden_at is not None


@stored(by_row=True, page=PAGE)
@require_safe
def detail(request: HttpRequest, list_id: int, slug: str) -> HttpResponse:
    made = _visible(request, list_id)
    if made.slug != slug:
        return redirect(made)
    is_own = made.is_by(request.user)
    items = ListItem.objects.of(made) if is_own else ListItem.objects.of(made).with_open_papers()
    count = items.count()
    number = page_number(request.GET.get("page"))
    page: Page[ListItem] = window(items.in_order().for_list(), number, PER_PAGE, count)
    if number > 1 and not page.items:
        raise Http404
    about(request, made.owner, *(item.paper for item in page.items))
    first = (number - 1) * PER_PAGE + 1
    above = items.in_order()[first - 2 : first - 1] if is_own and number > 1 else ()
    context = {
        "made": made,
        "entries": [Entry(item, at) for at, item in enumerate(page.items, start=first)],
        "page": page,
        "count": count,
        "is_own": is_own,
        "above": next((item.pk for item in above), ""),
        "formats": FORMATS.values(),
        "canonical": f"{settings.SITE_URL}{made.get_absolute_url()}",
        "is_extra": number > 1,
    }
    return render(request, "list.html", context)


@require_safe
def export(request: HttpRequest, list_id: int, slug: str, ending: str) -> HttpResponseBase:
    made = _visible(request, list_id)
    return file_response(from_list(ListItem.objects.of(made)), ending, made.slug)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A new list: empty, or of the papers in a BibTeX file."""
    if not request.user.is_authenticated:
        return _sign_in_first(request)
    require_member(request.user)
    if request.method != "POST":
        kept = take_kept_text(request, request.path)
        return _new_page(request, NewListForm(initial=kept), was_kept=bool(kept))
    form = NewListForm(request.POST, request.FILES)
    if not form.is_valid():
        return _new_page(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        imported = _make(request, form)
    except NothingToList as refusal:
        form.add_error(None, str(refusal))
        form.bring_back_file()
        return _new_page(request, form, status=refusal.status, refused=refusal.refused)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        form.bring_back_file()
        return _new_page(request, form, status=refusal.status)
    if imported.refused:
        context = {
            "imported": imported,
            "refused": imported.refused[:REFUSED_SHOWN],
            "more": max(0, len(imported.refused) - REFUSED_SHOWN),
        }
        return render(request, "list_imported.html", context)
    if imported.papers:
        sentence = ngettext(
            "Your list is here, with %(n)d paper.",
            "Your list is here, with %(n)d papers.",
            imported.papers,
        )
        messages.success(request, sentence % {"n": imported.papers})
    return redirect(imported.reading_list)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, list_id: int, slug: str) -> HttpResponse:
    made = _own(request, list_id)
    now = {"name": made.name, "about": made.description, "is_public": made.is_public}
    form = ListForm(request.POST) if request.method == "POST" else ListForm(initial=now)
    if form.is_valid():
        try:
            changed = lists.change_list(
                by=request.user,
                reading_list=made,
                name=form.cleaned_data["name"],
                description=form.cleaned_data["about"],
                is_public=form.cleaned_data["is_public"],
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect(changed)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "list_edit.html", {"made": made, "form": form}, status=status)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, list_id: int, slug: str) -> HttpResponse:
    made = _own(request, list_id)
    if request.method == "POST":
        lists.delete_list(by=request.user, reading_list=made)
        messages.success(request, _("The list “%(name)s” is deleted.") % {"name": made.name})
        return redirect("library")
    context = {"made": made, "count": ListItem.objects.of(made).count()}
    return render(request, "list_delete.html", context)


@require_POST
@login_required
def arrange(request: HttpRequest, list_id: int, slug: str) -> HttpResponse:
    """Move a paper of one's list, remark on it, or take it off."""
    made = _own(request, list_id)
    form = ArrangeForm(request.POST)
    if not form.is_valid():
        raise Refused(_("A paper of a list is moved, remarked on, or taken off."))
    item = get_object_or_404(ListItem.objects.of(made), pk=form.cleaned_data["item"])
    match form.cleaned_data["do"]:
        case "place":
            lists.place_item(by=request.user, item=item, behind=form.cleaned_data["behind"])
        case "remove":
            lists.remove_item(by=request.user, item=item)
        case "comment":
            text = form.cleaned_data["comment"]
            lists.comment_on_item(by=request.user, item=item, comment=text)
        case step:
            lists.step_item(by=request.user, item=item, up=step == "up")
    if request.headers.get("X-Fragment") == "arrange":
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    number = page_number(request.GET.get("page"))
    query = f"?page={number}" if number > 1 else ""
    return redirect(f"{made.get_absolute_url()}{query}#item-{item.pk}")


def _make(request: HttpRequest, form: NewListForm) -> Imported:
    said = form.cleaned_data
    of_list = {
        "owner": request.user,
        "name": said["name"],
        "description": said["about"],
        "is_public": said["is_public"],
    }
    if form.text.strip():
        return list_from_bibtex(**of_list, text=form.text)
    return Imported(lists.make_list(**of_list), papers=0, added=0, refused=())


def _new_page(
    request: HttpRequest,
    form: NewListForm,
    *,
    status: int = HTTPStatus.OK,
    refused: Sequence[object] = (),
    was_kept: bool = False,
) -> HttpResponse:
    context = {"form": form, "refused": refused[:REFUSED_SHOWN], "was_kept": was_kept}
    return render(request, "list_new.html", context, status=status)


def _sign_in_first(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return redirect_to_login(request.get_full_path())
    fields = {name: request.POST[name] for name in _KEPT_FIELDS if name in request.POST}
    return keep_text(request, path=request.path, fields=fields)


def _visible(request: HttpRequest, list_id: int) -> ReadingList:
    visible = ReadingList.objects.visible_to(request.user).select_related("owner")
    return get_object_or_404(visible, pk=list_id)


def _own(request: HttpRequest, list_id: int) -> ReadingList:
    """Return one's own list; anybody else's is not there, public or not."""
    return get_object_or_404(
        ReadingList.objects.of(require_member(request.user)).select_related("owner"), pk=list_id
    )
