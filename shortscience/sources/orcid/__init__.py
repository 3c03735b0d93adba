"""ORCID: the works of a person."""

from shortscience.sources.orcid.parse import parse

__all__ = ["parse"]
