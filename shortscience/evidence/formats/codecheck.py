"""`codecheck.yml`: what somebody checked who ran the code of a paper.

Source: the configuration file specification of CODECHECK, 1.0 and 2.0
(codecheck.org.uk/spec/config). Both are read; 1.0 is written, since 2.0 asks for a number of the
register and ORCID iDs of all authors, which a report does not have.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from shortscience.evidence.formats.found import (
    MAX_OUTPUTS,
    MAX_PEOPLE,
    BadFile,
    Found,
    address_of,
    list_of,
    moment_of,
    text_of,
)
from shortscience.evidence.reading.format import Report

SPECIFICATION = "https://codecheck.org.uk/spec/config/1.0/"
_MAX_DEPTH = 12
_MAX_EVENTS = 20_000
_CORE = "tag:yaml.org,2002:"
_PLAIN = {_CORE + name for name in "str int float bool null seq map timestamp".split()}

Yaml = Any  # lists, dictionaries and texts


def read(payload: bytes) -> Found:
    """Return what the file says.

    Raises:
        BadFile: no YAML, no certificate, or YAML that refers to itself or names a type.
    """
    try:
        data = _parsed(payload.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise BadFile([_("This is not a text in UTF-8.")]) from None
    if not isinstance(data, dict) or not ("manifest" in data and "codechecker" in data):
        raise BadFile([_("This is no codecheck.yml: it has no manifest and no codechecker.")])
    named = data.get("paper")
    paper: dict[str, Yaml] = named if isinstance(named, dict) else {}
    title = text_of(paper.get("title"), 500)
    certificate = text_of(data.get("certificate"), 40)
    references = [paper.get("reference"), *list_of(paper.get("reference-other"))]
    return Found(
        format="codecheck",
        paper_title=title,
        paper_references=tuple(one for r in references if (one := address_of(r))),
        title=(f"CODECHECK {certificate}" if certificate else f"CODECHECK: {title}")[:300],
        url=address_of(data.get("report")),
        repository=next((a for r in list_of(data.get("repository")) if (a := address_of(r))), ""),
        done_at=moment_of(data.get("check_time")),
        people=_people(data.get("codechecker")),
        says=text_of(data.get("summary"), 10_000),
        outputs=_outputs(data.get("manifest")),
    )


def written(report: Report, *, url: str, person: str) -> str:
    """Return a report as `codecheck.yml`.

    Args:
        url: of the report's page.
        person: who ran it, as others know them.
    """
    import yaml  # Loaded where it is needed: few pages write or read YAML.

    paper = report.paper
    reference = f"https://doi.org/{paper.doi}" if paper.doi else ""
    if not reference and paper.arxiv:
        reference = f"https://doi.org/10.48550/arXiv.{paper.arxiv}"
    data: dict[str, Yaml] = {
        "version": SPECIFICATION,
        "paper": {
            "title": paper.title,
            "authors": [{"name": name} for name in paper.authors],
            **({"reference": reference} if reference else {}),
        },
        "manifest": [
            {"file": "report.json", "comment": "All units, and what follows from them"},
            *({"file": f"{one.id}.svg", "comment": one.title} for one in report.figures),
        ],
        "codechecker": [{"name": person}],
        "summary": _summary(report),
        **({"repository": report.code.repository} if report.code.repository else {}),
        "check_time": report.time.ended,
        "report": url,
    }
    text: str = yaml.safe_dump(
        data, explicit_start=True, sort_keys=False, allow_unicode=True, width=100
    )
    return text


def _summary(report: Report) -> str:
    lines = [
        f"Run of the reproduction {report.reproduction} {report.version}, preset"
        f" {report.config.preset}: {report.overall.replace('_', ' ')}."
    ]
    lines += [f"{one.id}: {one.status.replace('_', ' ')}. {one.text}" for one in report.claims]
    return "\n".join(lines) + "\n"


def _parsed(text: str) -> Yaml:
    """Return the document as texts, lists and dictionaries, once it is known to be a plain tree.

    An alias makes a few lines into gigabytes, a tag makes a text into an object: neither stands in
    any certificate, so both are refused before anything is built.
    """
    import yaml

    try:
        _check_events(yaml.parse(text, Loader=yaml.BaseLoader))
        return yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - knows texts, lists, mappings
    except yaml.YAMLError as wrong:
        mark = getattr(wrong, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark is not None else ""
        raise BadFile([_("This is not YAML%s.") % where]) from None
    except RecursionError:
        raise BadFile([_("It is nested too deeply.")]) from None


def _check_events(events: Any) -> None:  # Any: an iterator of PyYAML's events
    import yaml

    depth = 0
    for count, event in enumerate(events):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise BadFile(
                [_("It has anchors or aliases (& and *). Write out what they stand for.")]
            )
        tag = getattr(event, "tag", None)
        if tag and tag not in _PLAIN:
            raise BadFile([_("It names a type (%s). Plain values only.") % tag[:40]])
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _MAX_DEPTH or count > _MAX_EVENTS:
            raise BadFile([_("It is nested too deeply, or too long for a certificate.")])


def _people(value: Yaml) -> tuple[str, ...]:
    names = (text_of(one.get("name"), 200) for one in list_of(value) if isinstance(one, Mapping))
    return tuple(name for name in names if name)[:MAX_PEOPLE]


def _outputs(value: Yaml) -> tuple[Mapping[str, str], ...]:
    rows = []
    for one in list_of(value)[:MAX_OUTPUTS]:
        if isinstance(one, Mapping) and (file := text_of(one.get("file"), 300)):
            # Paths are relative, so that they are part of the bundle and of nothing else.
            if re.match(r"[/\\]|[a-z]+:|.*\.\./", file, re.IGNORECASE):
                raise BadFile([_("The manifest names %r, which is not in the bundle.") % file[:60]])
            rows.append({"file": file, "about": text_of(one.get("comment"), 1000)})
    return tuple(rows)
