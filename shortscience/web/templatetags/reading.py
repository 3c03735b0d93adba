"""How papers and summaries are put into words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache, lru_cache
from urllib.parse import quote

from django import template
from django.urls import reverse
from django.utils import dateformat, formats, timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from shortscience.accounts.models import User
from shortscience.lib.names import cite_label
from shortscience.search.snippets import marked

register = template.Library()

# As on the original site: enough to recognise any paper, short enough for the largest teams.
SHOWN_AUTHORS = 20
# Of further ones. A collaboration of thousands would make a page of nothing but links.
LINKED_AUTHORS = 80

_LICENCES = {"CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/"}


@register.filter
def authors(names: Sequence[str]) -> str:
    """Return "A and B and C", after the twentieth "et al."."""
    joined = _(" and ").join(names[:SHOWN_AUTHORS])
    return joined if len(names) <= SHOWN_AUTHORS else _("%(names)s et al.") % {"names": joined}


@register.filter
def short_authors(names: Sequence[str]) -> str:
    """Return "He et al.": enough to tell papers apart at the side of a page."""
    return cite_label(names, None)


@register.filter
def first_authors(names: Sequence[str]) -> Sequence[str]:
    return names[:SHOWN_AUTHORS]


@register.filter
def other_authors(names: Sequence[str]) -> Sequence[str]:
    return names[SHOWN_AUTHORS:]


@register.filter
def author_url(name: str) -> str:
    """Return the address of the works of an author; "" for what is no name."""
    return f"{_authors()}{quote(name)}" if any(map(str.isalnum, name)) else ""


@cache
def _authors() -> str:
    return reverse("author", args=["x"])[:-1]


@register.filter
def linked_authors(names: Sequence[str]) -> SafeString:
    """Return the names after commas as safe HTML, the first LINKED_AUTHORS as links."""
    linked, rest = names[:LINKED_AUTHORS], names[LINKED_AUTHORS:]
    links = format_html_join(
        ", ", '<a href="{}">{}</a>', ((author_url(name), name) for name in linked)
    )
    return format_html("{}, {}", links, ", ".join(rest)) if rest else links


@register.filter
def marking(text: str, words: Sequence[str]) -> SafeString:
    """Return the text as safe HTML with each of the words in a <mark>."""
    return marked(text, words)


@register.filter
def day(moment: date) -> SafeString:
    """Return "1 Jun 2016" as safe HTML that programs can read, too."""
    # A datetime is a date, too.
    return _time(timezone.localtime(moment).date() if isinstance(moment, datetime) else moment)


@lru_cache(maxsize=5000)
def _time(on: date) -> SafeString:
    shown = dateformat.format(on, "j M Y")
    return format_html('<time datetime="{}">{}</time>', on.isoformat(), shown)


@register.filter
def comments_counted(number: int) -> str:
    return ngettext("%(n)d comment", "%(n)d comments", number) % {"n": number}


@register.filter
def comments_elsewhere(number: int, site: str) -> str:
    counted = ngettext("%(n)d comment on %(site)s", "%(n)d comments on %(site)s", number)
    return counted % {"n": number, "site": site}


@register.filter
def all_comments(number: int) -> str:
    return ngettext("All %(n)d comment", "All %(n)d comments", number) % {"n": number}


@register.filter
def summaries_counted(number: int) -> str:
    return ngettext("%(n)d summary", "%(n)d summaries", number) % {"n": number}


@register.filter
def by_whom(writer: User | None) -> str:
    """Return "by Jane Doe"; the writer of an anonymous summary is None."""
    name = writer.shown_name if writer else _("Anonymous")
    return pgettext("writer of a summary", "by %(name)s") % {"name": name}


@register.filter
def age(day: date) -> str:
    """Return how long ago a day is, in its largest unit: "11 years ago"; "" for the future."""
    days = (timezone.now().date() - day).days
    if days < 0:
        return ""
    if days < 31:
        return ngettext("%(n)d day ago", "%(n)d days ago", days) % {"n": days}
    if days < 365:
        months = days // 30
        return ngettext("%(n)d month ago", "%(n)d months ago", months) % {"n": months}
    years = int(days // 365.2425) or 1
    return ngettext("%(n)d year ago", "%(n)d years ago", years) % {"n": years}


@register.filter
def licence_name(code: str) -> str:
    """Return "CC BY 4.0" for "CC-BY-4.0"."""
    return code.replace("CC-BY-", "CC BY-").replace("-", " ") if code.startswith("CC-") else code


@register.filter
def licence_url(code: str) -> str:
    return _LICENCES.get(code, "")


@register.filter
def grouped(number: int) -> str:
    """Return "1,548" for 1548, as the reader's language writes it."""
    return formats.number_format(number, force_grouping=True)
