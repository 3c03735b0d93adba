"""DataCite: the DOIs of arXiv, Zenodo and many repositories."""

from shortscience.sources.datacite.parse import parse

__all__ = ["parse"]
