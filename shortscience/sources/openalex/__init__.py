"""OpenAlex: asked only with a key."""

from shortscience.sources.openalex.parse import parse

__all__ = ["parse"]
