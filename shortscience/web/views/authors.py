"""What somebody wrote: the works under a name."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shortscience.lib.paging import page_number
from shortscience.search.authors import author_named
from shortscience.web.templatetags.reading import author_url

# A page of one paper tells a reader of a search engine nothing that the paper does not.
WORTH_INDEXING = 3


@require_safe
def detail(request: HttpRequest, name: str) -> HttpResponse:
    author = author_named(name, request.user, page=page_number(request.GET.get("page")))
    if author is None:
        raise Http404
    context = {
        "author": author,
        "canonical": f"{settings.SITE_URL}{author_url(author.name)}",
        "is_indexed": author.total >= WORTH_INDEXING and not author.is_several,
        "quoted": f'author:"{author.name.replace(chr(34), "")}"',
    }
    return render(request, "author.html", context)
