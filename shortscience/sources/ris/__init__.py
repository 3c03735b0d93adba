"""RIS files of reference managers."""

from shortscience.sources.ris.parse import parse

__all__ = ["parse"]
