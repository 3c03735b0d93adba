"""arXiv: its search interface (Atom) and its OAI-PMH interface."""

from shortscience.sources.arxiv.parse import parse

__all__ = ["parse"]
