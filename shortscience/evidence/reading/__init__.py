"""Reads a report as if its writer could lie: nothing that follows from the units is believed.

`read` takes bytes and gives back a `Reading` or refuses with every fault it found, each a sentence.
Nothing here knows a model or the database, and nothing here runs what a report holds.
"""

from shortscience.evidence.reading.checking import Reading, read
from shortscience.evidence.reading.format import Report
from shortscience.evidence.reading.parsing import MAX_BYTES, BadReport
from shortscience.evidence.reading.schema import SCHEMA

__all__ = ["MAX_BYTES", "SCHEMA", "BadReport", "Reading", "Report", "read"]
