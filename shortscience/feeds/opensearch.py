"""How a browser offers the site's search in its address bar (OpenSearch 1.1)."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from shortscience.feeds.xml import element, text
from shortscience.pagestore.declare import stored

CONTENT_TYPE = "application/opensearchdescription+xml; charset=utf-8"
KEPT_S = 7 * 24 * 3600
# OpenSearch 1.1, "ShortName": at most 16 characters.
SHORT_NAME = 16


@stored()
@require_safe
def description(request: HttpRequest) -> HttpResponse:
    search = f"{settings.SITE_URL}{reverse('search')}?q={{searchTerms}}"
    about = _("Short summaries of research papers, written by the people who read them.")
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">\n'
        f"{element('ShortName', settings.SITE_NAME[:SHORT_NAME])}\n"
        f"{element('Description', about)}\n"
        f"{element('InputEncoding', 'UTF-8')}\n"
        f'<Url type="text/html" template="{text(search)}"/>\n'
        "</OpenSearchDescription>\n"
    )
    answer = HttpResponse(body, content_type=CONTENT_TYPE)
    answer["Cache-Control"] = f"public, max-age={KEPT_S}"
    return answer
