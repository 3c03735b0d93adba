"""ACL Anthology: its XML volumes and single BibTeX entries."""

from shortscience.sources.acl.parse import parse

__all__ = ["parse"]
