"""Papers as JSON lines: one record a line, gzipped or not."""

from shortscience.sources.jsonl.load import import_file
from shortscience.sources.jsonl.parse import LineRefused, parse

__all__ = ["LineRefused", "import_file", "parse"]
