"""Notes on a summary for other programs: W3C Web Annotation, as JSON-LD."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from shortscience.discussion.annotations import annotation_page
from shortscience.discussion.models import Comment
from shortscience.discussion.rules import SHOWN_AT_ALL
from shortscience.pagestore.declare import about, naming, stored
from shortscience.summaries.models import Summary

MEDIA_TYPE = 'application/ld+json; profile="http://www.w3.org/ns/anno.jsonld"'


@stored(by_row=True)
@require_safe
def as_annotations(request: HttpRequest, summary_id: int) -> HttpResponse:
    visible = Summary.objects.visible_to(request.user).select_related("paper", "author")
    summary = get_object_or_404(visible, pk=summary_id)
    notes = Comment.objects.visible_to(request.user).notes_on(summary).standing()
    shown = list(notes.select_related("author", "passage").oldest_first()[:SHOWN_AT_ALL])
    about(request, summary.paper)
    naming(request, [summary], shown)
    return _answer(annotation_page(summary, shown, site=settings.SITE_URL))


def _answer(page: dict[str, Any]) -> HttpResponse:  # Any: JSON of many shapes
    text = json.dumps(page, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
    return HttpResponse(f"{text}\n", content_type=MEDIA_TYPE)
