"""Crossref: the DOIs of most journals and conferences, with notices of retraction."""

from shortscience.sources.crossref.parse import parse

__all__ = ["parse"]
