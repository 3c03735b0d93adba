"""The JSON Schema of reports, and as much of a validator as it needs.

`report.schema.json` is for everybody and every language; the package itself depends on torch and
numpy alone, so the few keywords that the schema uses are read here. A test compares the verdicts
with those of the library `jsonschema`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

PATH = Path(__file__).with_name("report.schema.json")

Schema = Mapping[str, Any]

_TYPES: Mapping[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "integer": lambda value: _is_number(value) and float(value).is_integer(),
    "number": lambda value: _is_number(value),
}


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


@cache
def report_schema() -> Schema:
    """Return the schema of reports."""
    loaded: Schema = json.loads(PATH.read_text("utf-8"))
    return loaded


def problems(value: Any, schema: Schema | None = None) -> list[str]:
    """Return where the value is not what the schema says; at most some, the first ones."""
    root = report_schema() if schema is None else schema
    found = []
    for problem in _problems(value, root, root, "report"):
        found.append(problem)
        if len(found) == 20:
            break
    return found


def _problems(value: Any, schema: Schema, root: Schema, where: str) -> Iterator[str]:
    if "$ref" in schema:
        yield from _problems(value, root["$defs"][schema["$ref"].split("/")[-1]], root, where)
        return
    types = schema.get("type", ())
    types = [types] if isinstance(types, str) else types
    if types and not any(_TYPES[name](value) for name in types):
        yield f"{where} is not of type {' or '.join(types)}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{where} is none of {', '.join(map(str, schema['enum']))}"
    if "const" in schema and value != schema["const"]:
        yield f"{where} is not {schema['const']!r}"
    if isinstance(value, str):
        yield from _text(value, schema, where)
    elif isinstance(value, list):
        yield from _list(value, schema, root, where)
    elif isinstance(value, dict):
        yield from _object(value, schema, root, where)
    elif _is_number(value):
        yield from _number(value, schema, where)


def _text(value: str, schema: Schema, where: str) -> Iterator[str]:
    if len(value) > schema.get("maxLength", math.inf):
        yield f"{where} is longer than {schema['maxLength']} characters"
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{where} does not look like {schema['pattern']}"


def _number(value: float, schema: Schema, where: str) -> Iterator[str]:
    if value < schema.get("minimum", -math.inf) or value > schema.get("maximum", math.inf):
        yield f"{where} is out of range"


def _list(value: list[Any], schema: Schema, root: Schema, where: str) -> Iterator[str]:
    if len(value) < schema.get("minItems", 0):
        yield f"{where} has fewer than {schema['minItems']} entries"
    if len(value) > schema.get("maxItems", math.inf):
        yield f"{where} has more than {schema['maxItems']} entries"
    if "items" in schema:
        for number, one in enumerate(value):
            yield from _problems(one, schema["items"], root, f"{where}[{number}]")


def _object(value: dict[str, Any], schema: Schema, root: Schema, where: str) -> Iterator[str]:
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{where}.{name} is missing"
    known = schema.get("properties", {})
    others = schema.get("additionalProperties", True)
    for name, one in value.items():
        if name in known:
            yield from _problems(one, known[name], root, f"{where}.{name}")
        elif others is False:
            yield f"{where}.{name[:40]} is nothing that a report has"
        elif isinstance(others, dict):
            yield from _problems(one, others, root, f"{where}.{name[:40]}")
