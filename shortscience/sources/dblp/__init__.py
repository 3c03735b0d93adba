"""DBLP: computer science, by its search interface, single records and its dump."""

from shortscience.sources.dblp.dump import iter_dump
from shortscience.sources.dblp.parse import parse

__all__ = ["iter_dump", "parse"]
