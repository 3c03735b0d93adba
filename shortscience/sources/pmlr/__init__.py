"""Proceedings of Machine Learning Research: BibTeX of volumes and papers."""

from shortscience.sources.pmlr.parse import parse

__all__ = ["parse"]
