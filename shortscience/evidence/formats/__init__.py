"""Other formats for the same thing: CODECHECK certificates and Workflow Run RO-Crates.

What comes in from them is shown as what somebody says elsewhere: there are no units in it from
which a status could be computed.
"""

from shortscience.evidence.formats.found import BadFile, Found
from shortscience.evidence.formats.reading import read_external

__all__ = ["BadFile", "Found", "read_external"]
