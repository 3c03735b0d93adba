"""OpenReview: submissions and papers, by both generations of its interface."""

from shortscience.sources.openreview.parse import parse

__all__ = ["parse"]
