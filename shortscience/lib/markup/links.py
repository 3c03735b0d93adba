"""Where a link may lead, and which addresses are ours."""

import re
from urllib.parse import urlsplit

from markdown_it.common.normalize_url import normalizeLink

from shortscience.lib.pictures import PictureAddress

FOREIGN_REL = "nofollow noopener ugc"

# The site these notes were first written on; its addresses work here too.
_ORIGINAL = re.compile(r"(?:https?:)?//(?:www\.)?shortscience\.org(?=/paper\?bibtexKey=)", re.I)
_ALLOWED = re.compile(r"(?:https?://[^/\s]|mailto:[^\s]|#|/(?![/\\]))", re.IGNORECASE)
_OWN_MEDIA = re.compile(r"/(?:media|static)/[^\s\\]+")


def normal_target(address: str) -> str:
    """Return the address, percent-encoded, with the usual short forms written out."""
    address = _ORIGINAL.sub("", address.strip(), count=1)
    if address.startswith("//"):
        address = f"https:{address}"
    elif address[:4].lower() == "www.":
        address = f"https://{address}"
    return normalizeLink(address)


def is_allowed(address: str) -> bool:
    """Say whether a link may lead there: the web, a mailbox, or a path of ours from its root."""
    return _ALLOWED.match(address) is not None and host_of(address) is not None


def is_foreign(address: str) -> bool:
    """Say whether the address leaves this site."""
    return not address.startswith(("/", "#"))


def is_own_media(address: str) -> bool:
    """Say whether the address is a file we serve ourselves, so that showing it tells nobody."""
    return _OWN_MEDIA.fullmatch(address) is not None or PictureAddress.read(address) is not None


def host_of(address: str) -> str | None:
    """Return the host, "" for an address without one, `None` for one that cannot be read."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return None
