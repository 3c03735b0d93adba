"""Semantic Scholar."""

from shortscience.sources.semanticscholar.parse import parse

__all__ = ["parse"]
