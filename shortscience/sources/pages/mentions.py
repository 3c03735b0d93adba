"""What a summary points at: other papers, images, and its own paper's address."""

from __future__ import annotations

import re
from urllib.parse import unquote

CITE = re.compile(r"\\cite\{([^{}\s][^{}]{0,300})\}")
LINK = re.compile(
    r"(?<!!)\[([^\[\]]{0,300})\]\(([^()\s]{0,2000}(?:\([^()\s]{0,300}\)[^()\s]{0,300})?)\)"
)
IMAGE_LINK = re.compile(r"!\[[^\[\]]{0,300}\]\(\s*([^()\s]{1,2000})[^()]{0,300}\)")
BARE_IMAGE = re.compile(
    r"(?<![^\s])(https?://[^\s<>()\[\]]{1,2000}?\.(?:png|jpe?g|gif|webp|svg|bmp|avif)"
    r"(?:\?[^\s<>()\[\]]{1,300})?|https?://i\.imgur\.com/[^\s<>()\[\]]{1,200})(?=\s|$)",
    re.IGNORECASE,
)
# Video and sound, too, stand alone on a line.
BARE_MEDIUM = re.compile(
    rf"{BARE_IMAGE.pattern}|https?://[^\s<>()\[\]]{{1,2000}}?\.(?:mp4|webm|ogv|mp3|ogg|wav|m4a)"
    r"(?:\?[^\s<>()\[\]]{1,300})?(?=\s|$)",
    re.IGNORECASE,
)
ARXIV_ADDRESS = re.compile(
    r"arxiv\.org/(?:abs|pdf|html|format)/"
    r"(\d{4}\.\d{4,5}|[a-z][a-z.-]{1,20}/\d{7})(?:v\d+)?(?:\.pdf)?",
    re.IGNORECASE,
)

_PAPER_PAGE = re.compile(
    r"shortscience\.org/paper/?\?(?:[^\s#()]*&)?bibtexKey=([^\s#&)]{1,300})", re.IGNORECASE
)
# Words of a link that stands for the summarised paper itself, and nothing else.
_OWN_LINK_WORDS = re.compile(
    r"(?:link\s+to\s+)?(?:the\s+)?(?:full\s+|original\s+|actual\s+)?"
    r"(?:paper|article|arxiv|pdf|preprint|publication)(?:\s+(?:link|pdf|here|on\s+arxiv))?",
    re.IGNORECASE,
)
# The same said before a bare address: "Paper: https://arxiv.org/abs/…", "arXiv: 1607.01759".
_OWN_LABEL = re.compile(
    r"(?:^|[\s*_(])(?:link\s+to\s+the\s+paper|paper(?:\s+link)?|arxiv(?:\s+(?:id|link))?|pdf)[*_]{0,2}\s*:[*_]{0,2}\s*"
    r"<?(?:https?://(?:www\.)?arxiv\.org/(?:abs|pdf|html)/)?"
    r"(\d{4}\.\d{4,5}|[a-z][a-z.-]{1,20}/\d{7})(?:v\d+)?",
    re.IGNORECASE,
)


def cited_keys(text: str) -> tuple[str, ...]:
    r"""Return the keys in `\cite{…}` and in links to paper pages, in order, each once."""
    found: list[tuple[int, str]] = []
    for cite in CITE.finditer(text):
        found += [(cite.start(), key.strip()) for key in cite[1].split(",")]
    found += [(page.start(), unquote(page[1]).strip()) for page in _PAPER_PAGE.finditer(text)]
    return tuple(dict.fromkeys(key for _, key in sorted(found, key=_position) if key))


def keys_by_link_text(text: str) -> list[tuple[str, str]]:
    """Return (link text, key) of each link to a paper page."""
    pairs = []
    for link in LINK.finditer(text):
        page = _PAPER_PAGE.search(link[2])
        if page:
            pairs.append((link[1].strip(), unquote(page[1]).strip()))
    return pairs


def image_addresses(text: str) -> tuple[str, ...]:
    """Return the addresses of the images shown, in order, each once."""
    found = [(image.start(), image[1]) for image in IMAGE_LINK.finditer(text)]
    found += [(image.start(), image[1]) for image in BARE_IMAGE.finditer(text)]
    return tuple(dict.fromkeys(address for _, address in sorted(found, key=_position)))


def own_arxiv_id(text: str) -> str:
    """Return the arXiv id that the text gives as the summarised paper's own, or "".

    Only a link called "the paper" (or a label "Paper:") counts. Links to other papers,
    which stand under those papers' names, do not; two different ids count as none.
    """
    ids = [label[1].lower() for label in _OWN_LABEL.finditer(text)]
    for link in LINK.finditer(text):
        address = ARXIV_ADDRESS.search(link[2])
        if address and _OWN_LINK_WORDS.fullmatch(link[1].strip(" *_:.")):
            ids.append(address[1].lower())
    return ids[0] if len(set(ids)) == 1 else ""


def without_references(text: str) -> str:
    """Return the text without images, links, cites and bare addresses."""
    for pattern in (IMAGE_LINK, LINK, CITE, BARE_ADDRESS):
        text = pattern.sub(" ", text)
    return text


BARE_ADDRESS = re.compile(r"https?://\S+")


def _position(found: tuple[int, str]) -> int:
    return found[0]
