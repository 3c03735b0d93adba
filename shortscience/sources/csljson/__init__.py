"""CSL-JSON files of reference managers."""

from shortscience.sources.csljson.parse import parse

__all__ = ["parse"]
