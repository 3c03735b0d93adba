"""The format as JSON Schema 2020-12, for whoever writes reports in another language."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from shortscience.evidence.reading.format import Report

_FILE = Path(__file__).with_name("report-1.schema.json")
# The file is kept beside the types so that it can be read, linked and compared in a review; a test
# holds that it is what the types say.
SCHEMA = _FILE.read_text("utf-8")


def made_from_types() -> dict[str, Any]:  # Any: JSON of many shapes
    """Return the schema that the types of `format` give."""
    found = msgspec.json.schema(Report)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "repro-report/1",
        "description": "A run of a reproduction: rules, units, and what follows from them.",
        **found,
    }


def as_text() -> str:
    """Return what the file holds."""
    return json.dumps(made_from_types(), indent=1, ensure_ascii=False) + "\n"
