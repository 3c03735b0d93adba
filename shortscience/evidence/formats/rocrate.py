"""Workflow Run RO-Crates: which software made which files, when and by whom.

Source: the profiles Process Run Crate 0.5 and Workflow Run Crate 0.5
(w3id.org/ro/wfrun/process/0.5, …/workflow/0.5), on RO-Crate 1.1. Read as plain JSON: nothing is
fetched, so contexts of strangers are never loaded.
"""

from __future__ import annotations

import json
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
from shortscience.evidence.reading.parsing import Json, parse_json

PROCESS_RUN = "https://w3id.org/ro/wfrun/process/0.5"
_RUN_PROFILE = re.compile(r"https?://w3id\.org/ro/wfrun/(process|workflow|provenance)/\d+(\.\d+)*")
_DESCRIPTORS = ("ro-crate-metadata.json", "./ro-crate-metadata.json", "ro-crate-metadata.jsonld")
_ACTIONS = {"CreateAction", "ActivateAction", "UpdateAction"}
# A crate names each of its files.
_MAX_ENTITIES = 5000

Entity = Mapping[str, Any]  # of JSON-LD, flat


def read(payload: bytes) -> Found:
    """Return what the crate says about its last run.

    Raises:
        BadFile, BadReport: no JSON, no crate, or a crate without a run in it.
    """
    graph = _graph(parse_json(payload))
    root = _root(graph)
    profiles = [_id(one) for one in list_of(root.get("conformsTo"))]
    if not any(_RUN_PROFILE.match(one) for one in profiles):
        raise BadFile([_("The crate does not say that it describes a run (wfrun).")])
    actions = [one for one in graph.values() if _types(one) & _ACTIONS]
    if not actions:
        raise BadFile([_("There is no run in the crate: no CreateAction.")])
    last = max(actions, key=lambda one: text_of(one.get("endTime"), 40))
    tools = [graph.get(_id(one), {}) for one in list_of(last.get("instrument"))]
    software = next((a for one in tools if (a := _address(one))), "")
    return Found(
        format="ro-crate",
        paper_title=_paper_title(root, graph),
        paper_references=_references(root, graph),
        title=text_of(root.get("name"), 300) or text_of(last.get("name"), 300) or "RO-Crate",
        url=_address(root),
        repository=software,
        done_at=moment_of(last.get("endTime")),
        people=_people(last, graph),
        says=text_of(last.get("description") or root.get("description"), 10_000),
        outputs=_outputs(last, graph),
    )


def written(report: Report, *, url: str, person: str, person_url: str) -> str:
    """Return `ro-crate-metadata.json` for a crate that holds `report.json`."""
    tool = f"{url}#software"
    data = [
        {
            "@id": f"#data-{number}",
            "@type": "CreativeWork",
            "name": one.name,
            "version": one.version,
            "license": one.licence,
            "identifier": f"sha256:{one.sha256}",
        }
        for number, one in enumerate(report.data)
    ]
    environment = [
        {"@id": f"#env-{name}", "@type": "PropertyValue", "name": name, "value": str(value)}
        for name, value in sorted(report.env.exact.items())
    ]
    graph: list[dict[str, Any]] = [
        {
            "@id": "ro-crate-metadata.json",
            "@type": "CreativeWork",
            "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
            "about": {"@id": "./"},
        },
        {
            "@id": "./",
            "@type": "Dataset",
            "conformsTo": {"@id": PROCESS_RUN},
            "name": report.title,
            "description": f"A run of the reproduction {report.reproduction} {report.version}.",
            "datePublished": report.time.ended,
            "license": "https://creativecommons.org/publicdomain/zero/1.0/",
            "url": url,
            "hasPart": [{"@id": "report.json"}],
            "mentions": {"@id": "#run"},
            "about": {"@id": "#paper"},
        },
        {
            "@id": PROCESS_RUN,
            "@type": "CreativeWork",
            "name": "Process Run Crate",
            "version": "0.5",
        },
        _paper(report),
        _software(report, tool),
        {
            "@id": "#run",
            "@type": "CreateAction",
            "name": f"{report.reproduction} {report.version}, preset {report.config.preset}",
            "description": f"reproduce run {report.reproduction} --preset {report.config.preset}",
            "startTime": report.time.started,
            "endTime": report.time.ended,
            "instrument": {"@id": tool},
            "agent": {"@id": person_url},
            "object": [{"@id": one["@id"]} for one in (*data, *environment)],
            "result": {"@id": "report.json"},
            "actionStatus": "http://schema.org/CompletedActionStatus",
        },
        {
            "@id": "report.json",
            "@type": "File",
            "name": "report.json",
            "encodingFormat": "application/json",
            "description": f"Outcome: {report.overall.replace('_', ' ')}.",
        },
        {"@id": person_url, "@type": "Person", "name": person},
        *data,
        *environment,
    ]
    contexts = [
        "https://w3id.org/ro/crate/1.1/context",
        "https://w3id.org/ro/terms/workflow-run/context",
    ]
    crate = {"@context": contexts, "@graph": graph}
    return json.dumps(crate, indent=2, ensure_ascii=False) + "\n"


def _paper(report: Report) -> dict[str, Any]:
    paper = report.paper
    same = [f"https://doi.org/{paper.doi}"] if paper.doi else []
    same += [f"https://arxiv.org/abs/{paper.arxiv}"] if paper.arxiv else []
    return {
        "@id": "#paper",
        "@type": "ScholarlyArticle",
        "name": paper.title,
        "datePublished": str(paper.year),
        "sameAs": same,
    }


def _software(report: Report, tool: str) -> dict[str, Any]:
    code = report.code
    found: dict[str, Any] = {
        "@id": tool,
        "@type": "SoftwareSourceCode",
        "name": f"{report.reproduction} ({code.path})" if code.path else report.reproduction,
        "version": report.version,
        "url": code.repository or tool.partition("#")[0],
        "identifier": [code.swhid] if code.swhid else [],
    }
    if code.repository:
        found["codeRepository"] = code.repository
    found["identifier"].append(f"sha256:{code.sha256}")
    return found


# --- reading ----------------------------------------------------------------------------------


def _graph(data: Json) -> dict[str, Entity]:
    entities = data.get("@graph") if isinstance(data, dict) else None
    if not isinstance(entities, list):
        raise BadFile([_("This is no RO-Crate: it has no @graph.")])
    if len(entities) > _MAX_ENTITIES:
        raise BadFile([_("The crate names more than %(n)d things.") % {"n": _MAX_ENTITIES}])
    return {_id(one): one for one in entities if isinstance(one, dict) and _id(one)}


def _root(graph: Mapping[str, Entity]) -> Entity:
    """Return the root of the crate: what its descriptor is about."""
    for name in _DESCRIPTORS:
        about = list_of(graph.get(name, {}).get("about"))
        if about and _id(about[0]) in graph:
            return graph[_id(about[0])]
    raise BadFile([_("This is no RO-Crate: nothing says what it is about.")])


def _id(value: Json) -> str:
    found = value.get("@id") if isinstance(value, dict) else value
    return found if isinstance(found, str) else ""


def _types(entity: Entity) -> set[str]:
    return {one for one in list_of(entity.get("@type")) if isinstance(one, str)}


def _address(entity: Entity) -> str:
    """Return where a thing is on the web; "" if only its crate has it."""
    for value in (entity.get("url"), entity.get("codeRepository"), entity.get("@id")):
        if found := address_of(_id(value)):
            return found
    return ""


def _articles(root: Entity, graph: Mapping[str, Entity]) -> list[Entity]:
    """Return the papers that the crate is about or cites."""
    named = [
        graph.get(_id(one), {"@id": _id(one)})
        for key in ("about", "citation", "isBasedOn", "subjectOf")
        for one in list_of(root.get(key))
    ]
    return [one for one in named if "ScholarlyArticle" in _types(one)] or named


def _paper_title(root: Entity, graph: Mapping[str, Entity]) -> str:
    titles = (text_of(one.get("name"), 500) for one in _articles(root, graph))
    return next((title for title in titles if title), "")


def _references(root: Entity, graph: Mapping[str, Entity]) -> tuple[str, ...]:
    found: list[str] = []
    for one in _articles(root, graph):
        for key in ("sameAs", "identifier", "url", "@id"):
            found += [a for value in list_of(one.get(key)) if (a := address_of(_id(value)))]
    return tuple(dict.fromkeys(found))[:10]


def _people(action: Entity, graph: Mapping[str, Entity]) -> tuple[str, ...]:
    agents = (graph.get(_id(one), {}) for one in list_of(action.get("agent")))
    names = (text_of(one.get("name"), 200) for one in agents)
    return tuple(name for name in names if name)[:MAX_PEOPLE]


def _outputs(action: Entity, graph: Mapping[str, Entity]) -> tuple[Mapping[str, str], ...]:
    rows = []
    for one in list_of(action.get("result"))[:MAX_OUTPUTS]:
        entity = graph.get(_id(one), {})
        name = text_of(entity.get("name"), 300) or text_of(_id(one), 300)
        if name:
            rows.append({"file": name, "about": text_of(entity.get("description"), 1000)})
    return tuple(rows)
