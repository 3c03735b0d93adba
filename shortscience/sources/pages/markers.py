"""Marks of lists, quotes and run-in titles that stand in running text."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from shortscience.sources.pages.protect import IMAGE, SPAN
from shortscience.sources.pages.vocabulary import HEADINGS, LISTING, plain_name

_ENDS_SENTENCE = (".", "!", "?", '."', ".”", ".)", "?)")
_OPENS_LIST = (":", ":**", ":*", IMAGE)
# "Figure 1. Shows" and "Section 2. We" number something else than items.
_NUMBERED_THINGS = re.compile(
    r"(?:fig(?:ure)?s?|sec(?:tion)?s?|tables?|eqs?|equations?|algorithms?|theorems?|lemmas?|"
    r"chapters?|versions?|v|no|appendix|steps?|stages?|phases?|level|type|top|rank|class|day|part)\.?$",
    re.IGNORECASE,
)
_NO_RUN_IN_AFTER = re.compile(
    r"(?<!\S)(?:the|an?|of|in|and|with|or|to|for|called|is|are|as|by|named|on|from|this|these|their|"
    r"[*+>-]|\d{1,2}[.)])$",
    re.IGNORECASE,
)

_STAR = re.compile(r"(?<!\S)\*(?=\s+[^\s*])")
# "… ends. *The next item": no space, and nothing closes it as emphasis.
_GLUED_STAR = re.compile(r"(?<=[.:;)] )\*(?=[A-Z][^\s*]*\s[^*]{1,600}?(?:\s\*\s|$))")
_PLUS = re.compile(r"(?<!\S)\+(?=\s+[^\s+\d])")
_HYPHEN = re.compile(r"(?<!\S)[-•](?=\s+[^\s-])")
_NUMBER = re.compile(r"(?<!\S)(\d{1,2})[.)](?=\s+\S)")
_QUOTE = re.compile(r"(?<!\S)>(?=\s+\S)")
_GAP = re.compile(r"(?<=\S) {2,}(?=\S)")
_BOLD = re.compile(
    rf"(?<!\S)\*\*[A-Z][^*\n]{{1,60}}"
    rf"(?:(?::\*\*|\*\*:)(?=\s+\S)|\*\*(?=\s+(?:[A-Z{SPAN}]|[-*•]\s)))"
)
# "1 Region proposals * first": a numbered label right before a list.
_LABEL = re.compile(r"(?<!\S)(\d{1,2}) (?=[A-Za-z][^\s*]*(?: [^\s*]+){0,7} \* )")


@dataclass(frozen=True, slots=True)
class Marker:
    """A place where a new line begins; what stands in start..end is printed as `prefix`."""

    start: int
    end: int
    kind: str  # "item", "number", "quote" or "paragraph"
    prefix: str


def find_markers(text: str, *, is_heading: bool, hyphens_lost: bool) -> list[Marker]:
    """Return every mark that begins a line, in order.

    Args:
        text: a masked line, or what follows a heading mark on it.
        is_heading: the text begins with a heading's words, so no mark opens it.
        hyphens_lost: the dump has no hyphens at all: gaps may be what is left of bullets.
    """
    found = _stars(text, is_heading) + _numbers(text, is_heading)
    found += _hyphens(text, is_heading, _PLUS)
    # "+ fast - slow": what is for a paper, and what is against it.
    against_from = min((marker.start for marker in found if marker.prefix == "+ "), default=None)
    found += _hyphens(text, is_heading, _HYPHEN, against_from)
    found += _quotes(text, is_heading) + _bold_titles(text)
    if any(marker.prefix == "* " for marker in found):
        found += _labels(text)
    if hyphens_lost:
        found += _gaps(text, is_heading)
    found.sort(key=lambda marker: marker.start)
    return [m for m, before in zip(found, [None, *found], strict=False) if _is_apart(m, before)]


def _is_apart(marker: Marker, before: Marker | None) -> bool:
    return before is None or marker.start >= before.end


def _before(text: str, at: int) -> str:
    return text[max(0, at - 60) : at].rstrip()


def _after(text: str, at: int) -> str:
    return text[at : at + 60].lstrip()


def _is_near_start(text: str, at: int) -> bool:
    """Tell whether no more than a short heading stands before."""
    return at < 60 and len(text[:at].split()) <= 4


def _stars(text: str, is_heading: bool) -> list[Marker]:
    stars = [star for star in _STAR.finditer(text) if not _multiplies(text, star)]
    if is_heading:
        stars = [star for star in stars if star.start() > 0]
    is_list = len(stars) > 1
    if stars and not is_list:
        before = _before(text, stars[0].start())
        is_list = not before or before.endswith(_OPENS_LIST)
        if is_heading:
            # Below a heading alone, not below a sentence with "width * depth".
            is_sentence = bool(re.search("[.!?] ", before))
            opens = not _after(text, stars[0].end())[:1].islower() or plain_name(before) in HEADINGS
            is_list = is_list or before.endswith(_ENDS_SENTENCE) or (opens and not is_sentence)
    if len(stars) > 1 and is_list:
        stars += _GLUED_STAR.finditer(text)
    return [Marker(s.start(), s.end(), "item", "* ") for s in stars] if is_list else []


def _multiplies(text: str, star: re.Match[str]) -> bool:
    before = (_before(text, star.start()).split() or [""])[-1]
    after = (_after(text, star.end()).split() or [""])[0]
    return bool(re.fullmatch(r"\d+|[a-z]", before) and re.fullmatch(r"\d+\W*|[a-z]\W*", after))


def _hyphens(
    text: str, is_heading: bool, looks: re.Pattern[str], against_from: int | None = None
) -> list[Marker]:
    """Find lists of hyphens or plus signs; a hyphen between clauses is a dash and stays."""
    runs: list[list[re.Match[str]]] = []
    takes: Callable[[str], bool] | None = None
    for hyphen in looks.finditer(text):
        first = _after(text, hyphen.end())[:1]
        is_against = against_from is not None and hyphen.start() > against_from and first.isupper()
        opens = is_against or _opens_hyphen_list(text, hyphen, is_heading)
        if opens and (takes is None or first.isupper()):
            runs.append([hyphen])
            takes = _takes_any if first.islower() else _takes_capital
        elif takes and takes(first):
            runs[-1].append(hyphen)
    # Sentences that each begin with a hyphen open "lists" of one: count them together.
    accepted = [hyphen for run in runs for hyphen in run]
    is_alone = len(accepted) < 2 and against_from is None
    if is_alone and not (accepted and _may_stand_alone(text, accepted[0], is_heading)):
        return []
    return [Marker(h.start(), h.end(), "item", f"{h[0]} ") for h in accepted]


def _may_stand_alone(text: str, first: re.Match[str], is_heading: bool) -> bool:
    """Tell whether a list of one item is a list: at the start, or below "Cons"."""
    before = text[: first.start()]
    return not before or (is_heading and plain_name(before) in LISTING)


def _takes_any(_first: str) -> bool:
    return True


def _takes_capital(first: str) -> bool:
    return not first.islower()


def _opens_hyphen_list(text: str, hyphen: re.Match[str], is_heading: bool) -> bool:
    before, after = _before(text, hyphen.start()), _after(text, hyphen.end())
    if not before:
        return not is_heading
    if hyphen[0] == "•":
        return True
    if before[-1].isdigit() and after[:1].isdigit():
        return False
    if before.endswith(_OPENS_LIST):
        return True
    if before.endswith((*_ENDS_SENTENCE, "**")):
        return after[:1].isupper()
    # The first hyphen behind a short heading: "## Pros - simple - fast".
    is_near_start = _is_near_start(text, hyphen.start())
    return is_near_start and (is_heading or plain_name(text[: hyphen.start()]) in HEADINGS)


def _numbers(text: str, is_heading: bool) -> list[Marker]:
    """Find "1. … 2. … 3. …", counted without a gap from 1."""
    runs: list[list[re.Match[str]]] = []
    for number in _NUMBER.finditer(text):
        value, before = int(number[1]), _before(text, number.start())
        if not before:
            if not is_heading:
                runs.append([number])
        elif _NUMBERED_THINGS.search(before):
            continue
        elif runs and value == int(runs[-1][-1][1]) + 1:
            runs[-1].append(number)
        elif value == 1:
            runs.append([number])
    accepted = [run for run in runs if _is_numbered_list(text, run, is_heading)]
    return [Marker(n.start(), n.end(), "number", f"{n[0]} ") for run in accepted for n in run]


def _is_numbered_list(text: str, run: list[re.Match[str]], is_heading: bool) -> bool:
    before = _before(text, run[0].start())
    if not before:
        return True
    is_clean = before[-1] in '.:;!?)"”|*' + SPAN + IMAGE or is_heading
    return len(run) >= (2 if is_clean else 3)


def _quotes(text: str, is_heading: bool) -> list[Marker]:
    found: list[Marker] = []
    for quote in _QUOTE.finditer(text):
        before, after = _before(text, quote.start()), _after(text, quote.end())
        opens_block = not before or (is_heading and _is_near_start(text, quote.start()))
        if opens_block or (
            before.endswith((*_OPENS_LIST, *_ENDS_SENTENCE)) and not after[0].isdigit()
        ):
            is_new = True
        else:
            is_new = bool(found) and after[:1].isupper()
        if is_new and not (is_heading and not before):
            found.append(Marker(quote.start(), quote.end(), "quote", "> "))
    return found


def _bold_titles(text: str) -> list[Marker]:
    """Find bold words that open a paragraph: "… ended **Loss** The loss is …"."""
    bolds = [
        bold
        for bold in _BOLD.finditer(text)
        if bold.start() > 0 and not _NO_RUN_IN_AFTER.search(_before(text, bold.start()))
    ]
    several = len(bolds) > 1
    return [
        Marker(bold.start(), bold.start(), "paragraph", "")
        for bold in bolds
        if several or _before(text, bold.start()).endswith(_ENDS_SENTENCE)
    ]


def _labels(text: str) -> list[Marker]:
    """Find "1 Region proposals * …", "2 Feature extraction. * …": labels without a stop."""
    labels = [(label, int(label[1])) for label in _LABEL.finditer(text)]
    found: list[Marker] = []
    expected = 1
    for (label, value), is_counted_on in zip(labels, _counted_on(labels), strict=True):
        before = _before(text, label.start())
        is_first = value == 1 and (is_counted_on or before.endswith((".", ":", IMAGE)))
        if before and (is_first or (value > 1 and value == expected)):
            found.append(Marker(label.start(), label.start(), "paragraph", ""))
            expected = value + 1
    return found


def _counted_on(labels: list[tuple[re.Match[str], int]]) -> list[bool]:
    """Tell for each label whether a 2 comes behind it before the next 1."""
    answers: list[bool] = []
    is_two_ahead = False
    for _label, value in reversed(labels):
        answers.append(is_two_ahead)
        is_two_ahead = value == 2 or (is_two_ahead and value != 1)
    return answers[::-1]


def _gaps(text: str, is_heading: bool) -> list[Marker]:
    """Find the double spaces that lost bullets left: behind a colon or a heading, and several."""
    found: list[re.Match[str]] = []
    is_alone = False
    takes: Callable[[str], bool] = _takes_any
    for gap in _GAP.finditer(text):
        first = text[gap.end()]
        if not found:
            name = plain_name(text[: gap.start()]) if is_heading and gap.start() < 60 else ""
            is_alone = name in LISTING
            if name not in HEADINGS and not _before(text, gap.start()).endswith(_OPENS_LIST):
                continue
            takes = _takes_any if first.islower() else _takes_capital
        if takes(first):
            found.append(gap)
    # Somebody who types two spaces behind each full stop makes no list.
    is_list = is_alone or any(
        not _before(text, gap.start()).endswith(_ENDS_SENTENCE) for gap in found[1:]
    )
    return [Marker(g.start(), g.end(), "item", "- ") for g in found] if is_list else []
