"""BibSonomy: what its members collect, and the keys of the original site."""

from shortscience.sources.bibsonomy.parse import parse

__all__ = ["parse"]
