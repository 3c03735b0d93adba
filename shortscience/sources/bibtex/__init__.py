"""Papers as BibTeX."""

from shortscience.sources.bibtex.load import import_file
from shortscience.sources.bibtex.parse import record_of

__all__ = ["import_file", "record_of"]
