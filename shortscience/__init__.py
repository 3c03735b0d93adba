"""ShortScience: the open home where people explain research papers to each other."""

__version__ = "0.1.0"
