"""Single fields as sources write them: titles, names, years, days, abstracts, keys."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime

from django.utils.translation import gettext_lazy as _

from shortscience.lib import names
from shortscience.lib.identifiers import Key, Scheme, candidates
from shortscience.lib.plaintext import from_html, from_latex, squeeze
from shortscience.lib.titles import clean_title
from shortscience.sources.parsed import BadField

# Gutenberg's first book; nothing to summarise is older.
FIRST_YEAR = 1450
MAX_TITLE = 1000
# Longer than this before cleaning, it is no title however much markup it has.
MAX_RAW_TITLE = 10_000
MAX_ABSTRACT = 50_000
MAX_AUTHORS = 10_000

_PARAGRAPH = re.compile(r"</?(?:jats:|xhtml:)?(?:p|sec|list|list-item|div|br)\b[^<>]*>", re.I)
_HEADING = re.compile(r"<(jats:)?title\b[^<>]*>(.*?)</\1title>", re.I | re.S)
_LONE_TILDE = re.compile(r"(?<![\w}])~|~(?=[\s\d])")
# What `from_latex` gives back as "~" after its own rules for it.
_KEPT_TILDE = chr(0xE000 + ord("~"))
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]+")
_DAY = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?![\d])")


def title(raw: str | None, subtitle: str | None = None) -> str:
    """Return the title to print, with its subtitle behind a colon.

    Raises:
        BadField: there is none, or it is longer than 1,000 characters.
    """
    raw = raw or ""
    if len(raw) > MAX_RAW_TITLE:
        raise BadField(_("Its title is longer than 1,000 characters."))
    text = clean_title(raw)
    if not any(map(str.isalnum, text)):
        raise BadField(_("It has no title."))
    more = clean_title((subtitle or "")[:MAX_RAW_TITLE])
    if more and more.casefold() not in text.casefold():
        text = f"{text.rstrip(':')}{'' if text[-1] in '?!' else ':'} {more}"
    if len(text) > MAX_TITLE:
        raise BadField(_("Its title is longer than 1,000 characters."))
    return text


def year(given: int | float | str | None) -> int | None:
    """Return the year, None where there is none ("", "0000", "in press").

    Raises:
        BadField: it is a number that cannot be the year of a paper.
    """
    if given is None or isinstance(given, bool):
        return None
    text = str(int(given)) if isinstance(given, float) and given == given // 1 else str(given)
    digits = re.findall(r"[0-9]+", text)
    if not digits or digits[0] == "0000":
        return None
    run = next((run for run in digits if len(run) == 4), digits[0])
    number = int(run) if len(run) < 10 else 0
    if not FIRST_YEAR <= number <= date.today().year + 2:
        raise BadField(_("The year “%(year)s” cannot be right.") % {"year": squeeze(text)[:20]})
    return number


def day(parts: Sequence[int | str | None] | None) -> date | None:
    """Return the day of (year, month, day); None unless all three are there and real."""
    try:
        numbers = [int(part) for part in (parts or ()) if part is not None]
        return date(*numbers) if len(numbers) == 3 else None
    except (ValueError, TypeError, OverflowError):
        return None


def day_in(text: str | None) -> date | None:
    """Return the day of "2016-05-14", "2016/5/14" or a time stamp; a month alone is no day."""
    found = _DAY.match((text or "").strip())
    return day(found.groups()) if found else None


def day_of_mail(text: str | None) -> date | None:
    """Return the day of "Mon, 2 Apr 2007 19:18:42 GMT"."""
    try:
        return parsedate_to_datetime(text or "").date()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def day_of_ms(milliseconds: int | float | None) -> date | None:
    """Return the day (UTC) of a count of milliseconds since 1970; None for 0 or nonsense."""
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC).date() if milliseconds else None
    except (ValueError, OverflowError, OSError):
        return None


def authors(given: Iterable[str | None]) -> tuple[str, ...]:
    """Return each name as "First Last"; what has no letter is no name.

    Raises:
        BadField: the list is longer than any real one.
    """
    listed = [name for name in given if name]
    if len(listed) > MAX_AUTHORS:
        raise BadField(_("It has more than 10,000 authors."))
    turned = (names.to_first_last(name[:500]) for name in listed)
    return tuple(name for name in turned if any(map(str.isalpha, name)))


def person(given: str | None, family: str | None, suffix: str | None = None) -> str:
    """Return a name whose parts the source has told apart; braces keep a comma in it whole."""
    parts = (given, family, suffix)
    return squeeze(" ".join(part for part in parts if part)).replace(",", " ")


def text(given: str | None) -> str:
    """Return one line of plain text: a venue, a publisher; "Lett." keeps its full stop."""
    return squeeze(from_latex(from_html((given or "")[:MAX_RAW_TITLE])))


def abstract(given: str | None) -> str:
    """Return the abstract as plain text, a blank line between paragraphs, formulas as written."""
    raw = (given or "")[:MAX_ABSTRACT]
    if "<" in raw:
        raw = _HEADING.sub(_heading, raw)
        raw = _PARAGRAPH.sub("\n\n", raw)
    raw = _CONTROL.sub("", from_html(raw))
    if "\\" in raw:
        # TeX's space, but also how people write "about": "a factor of ~ 8".
        raw = from_latex(_LONE_TILDE.sub(_KEPT_TILDE, raw))
    paragraphs = (squeeze(part) for part in re.split(r"\n\s*\n", raw))
    return "\n\n".join(part for part in paragraphs if part)


def _heading(found: re.Match[str]) -> str:
    """Keep "Background" before its paragraph, but not the word that says what the text is."""
    return "" if found[2].strip().lower().rstrip(":") == "abstract" else f"\n\n{found[2]}\n\n"


def keywords(given: Iterable[str | None]) -> tuple[str, ...]:
    """Return the keywords, each once, without markup."""
    found = (squeeze(from_html(word))[:100] for word in given if word)
    return tuple(dict.fromkeys(word for word in found if word))


def keys(*given: str | None) -> tuple[Key, ...]:
    """Return the identifiers in these texts ("doi:10.…", an address), each once."""
    found = (key for one in given if one for key in candidates(one))
    return tuple(dict.fromkeys(found))


def key(scheme: Scheme, value: str | int | None) -> tuple[Key, ...]:
    """Return the identifier of this scheme, or () for a value that is none."""
    found = candidates(f"{scheme}:{value}") if value else ()
    return found if any(one.scheme == scheme for one in found) else ()


def details(**given: str | None) -> Mapping[str, str]:
    """Return the fields for export that are not empty, each as one line."""
    found = {name: squeeze(from_html(value))[:500] for name, value in given.items() if value}
    return {name: value for name, value in found.items() if value}


def pages(first: str | None, last: str | None = None) -> str:
    """Return "71-82", "71", or what the source gives as a range already."""
    first, last = squeeze(first or ""), squeeze(last or "")
    joined = f"{first}-{last}" if first and last and first != last else first or last
    return re.sub(r"\s*[-–—]+\s*", "-", joined)
