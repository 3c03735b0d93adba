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
from shortscience.evidence.models import Standing
from shortscience.lib.licences import Licence
from shortscience.lib.names import cite_label
from shortscience.search.snippets import marked
from shortscience.summaries.models import Summary
from shortscience.web.scales import said

register = template.Library()

# As on the original site: enough to recognise any paper, short enough for the largest teams.
SHOWN_AUTHORS = 20
# Of further ones. A collaboration of thousands would make a page of nothing but links.
LINKED_AUTHORS = 80


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
    # A datetime is a date, too. Nobody chooses a time zone here, so it is that of the settings.
    if isinstance(moment, datetime):
        moment = moment.astimezone(timezone.get_default_timezone()).date()
    return _time(moment)


@lru_cache(maxsize=5000)
def _time(on: date) -> SafeString:
    shown = dateformat.format(on, "j M Y")
    return format_html('<time datetime="{}">{}</time>', on.isoformat(), shown)


@register.filter
def minute(moment: datetime) -> SafeString:
    """Return "1 Jun 2016, 14:05" as safe HTML that programs can read, too."""
    shown = dateformat.format(timezone.localtime(moment), "j M Y, H:i")
    return format_html('<time datetime="{}">{}</time>', moment.isoformat(timespec="seconds"), shown)


@register.filter
def answers_counted(number: int) -> str:
    return ngettext("%(n)d answer", "%(n)d answers", number) % {"n": number}


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
def seeds_counted(number: int) -> str:
    return ngettext("%(n)s seed", "%(n)s seeds", number) % {"n": number}


@register.filter
def how_it_stands(standing: Standing, status: str) -> str:
    """Return what reports made of a claim: "reproduced by 2 independent runs, last ran on …"."""
    runs = standing.independent or standing.runs
    kind = (
        ngettext("%(n)s independent run", "%(n)s independent runs", runs)
        if standing.independent
        else ngettext("%(n)s run", "%(n)s runs", runs)
    ) % {"n": runs}
    said_so = _("reproduced by %(runs)s") if status == "reproduced" else _("tested by %(runs)s")
    told = [said_so % {"runs": kind}]
    if standing.last_ran_at:
        told.append(_("last ran on %(day)s") % {"day": _day_in_words(standing.last_ran_at)})
    if standing.first_failed_at:
        told.append(_("first failed on %(day)s") % {"day": _day_in_words(standing.first_failed_at)})
    return ", ".join(told)


def _day_in_words(moment: datetime) -> str:
    return dateformat.format(timezone.localtime(moment), "j M Y")


@register.filter
def cpu_time(seconds: float) -> str:
    """Return "40 seconds on one core", "3 minutes on one core"."""
    if seconds < 90:
        number = max(1, round(seconds))
        return ngettext("%(n)s second on one core", "%(n)s seconds on one core", number) % {
            "n": number
        }
    number = round(seconds / 60)
    return ngettext("%(n)s minute on one core", "%(n)s minutes on one core", number) % {"n": number}


@register.filter
def number(value: float) -> str:
    """Return a measured number as people read it."""
    return said(value)


@register.filter
def by_whom(summary: Summary) -> str:
    """Return "by Jane Doe and John Roe"; those of an anonymous summary are told to nobody."""
    name = summary.writers or _("Anonymous")
    return pgettext("writer of a summary", "by %(name)s") % {"name": name}


@register.filter
def in_whose(writer: User | None) -> str:
    """Return "in Jane Doe’s summary"; the writer of an anonymous summary is None."""
    if writer is None:
        return _("in an anonymous summary")
    return _("in %(name)s’s summary") % {"name": writer.shown_name}


@register.filter
def whose_summary(writer: User | None) -> str:
    """Return "Jane Doe’s summary"; the writer of an anonymous summary is None."""
    if writer is None:
        return _("an anonymous summary")
    return _("%(name)s’s summary") % {"name": writer.shown_name}


@register.filter
def also_said(number: int) -> str:
    counted = ngettext("also said %(n)d more time", "also said %(n)d more times", number)
    return counted % {"n": number}


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
def for_whom(level: str) -> str:
    """Return the words beside a summary for its `Summary.Level`."""
    return {
        "new": _("for those new to the field"),
        "neighbour": _("for neighbours of the field"),
        "expert": _("for experts"),
    }.get(level, "")


@register.filter
def licence_name(code: str) -> str:
    """Return "CC BY 4.0" for "CC-BY-4.0"."""
    return Licence(code).label


@register.filter
def licence_terms(code: str) -> str:
    """Return in a sentence what a reader of the text may do with it."""
    match Licence(code):
        case Licence.CC0:
            return _("CC0 1.0: do with it what you like. A link is kind.")
        case Licence.CC_BY_SA:
            return _(
                "CC BY-SA 4.0: reuse it with its writer’s name and a link, and share what you"
                " make of it alike."
            )
        case Licence.CC_BY:
            return _("CC BY 4.0: reuse it with its writer’s name and a link.")


@register.filter
def licence_url(code: str) -> str:
    return Licence(code).url


@register.filter
def grouped(number: int) -> str:
    """Return "1,548" for 1548, as the reader's language writes it."""
    return formats.number_format(number, force_grouping=True)
