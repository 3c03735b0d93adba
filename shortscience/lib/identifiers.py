"""Identifiers of papers: read them from anything, write them in one form."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import quote, unquote

from shortscience.lib import addresses

host_label = addresses.host_label

# Longer than any DOI or address in use; a pasted abstract is no identifier.
MAX_LENGTH = 500
# What a row of the database holds; a longer key is no key.
MAX_VALUE = 300


class Scheme(StrEnum):
    """Who gave the identifier. The value is stored: never rename one."""

    DOI = "doi"
    ARXIV = "arxiv"
    DBLP = "dblp"
    ACL = "acl"
    OPENREVIEW = "openreview"
    PMLR = "pmlr"
    S2 = "s2"
    OPENALEX = "openalex"
    BIBSONOMY = "bibsonomy"
    URL = "url"


class Key(NamedTuple):
    """One identifier, its value normalised so that equal keys mean the same paper."""

    scheme: Scheme
    value: str


class ArxivId(NamedTuple):
    """An arXiv id without its version ("1512.03385", "hep-th/9901001"), and the version."""

    id: str
    version: int | None


_DOI = re.compile(r"(?:doi\s*:?\s*)?(10\.[0-9]{4,9}(?:\.[0-9]+)*/\S+)", re.IGNORECASE)
_CLOSING = {")": "(", "]": "[", "}": "{", ">": "<"}

# The two forms that dumps have by the million: for them, half the work is to tell what they are.
_PLAIN_DOI = re.compile(
    r"https?://(?:dx\.)?doi\.org/(10\.[0-9]{4,9}/[A-Za-z0-9._-]{0,100}[A-Za-z0-9])"
)
_PLAIN_DBLP = re.compile(r"dblp:((?:conf|journals)/[a-z0-9-]{1,40}/[A-Za-z0-9-]{1,100})")

# The archives that gave old-style ids until March 2007; source: arxiv.org/archive.
_OLD_ARCHIVES = (
    "acc-phys adap-org alg-geom ao-sci astro-ph atom-ph bayes-an chao-dyn chem-ph cmp-lg comp-gas "
    "cond-mat cs dg-ga funct-an gr-qc hep-ex hep-lat hep-ph hep-th math math-ph mtrl-th nlin "
    "nucl-ex nucl-th patt-sol physics plasm-ph q-alg q-bio quant-ph solv-int stat supr-con"
).replace(" ", "|")
_MONTH = r"(?:0[1-9]|1[0-2])"
_ARXIV = re.compile(
    rf"""(?:arxiv\s+preprint\s+|corr\s+|oai:)?(?:arxiv(?:\.org)?\s*:\s*)?(?:(?:abs|pdf)/)?
    (?:(?P<new>0[7-9]{_MONTH}\.[0-9]{{4}}|1[0-4]{_MONTH}\.[0-9]{{4}}
              |1[5-9]{_MONTH}\.[0-9]{{5}}|[2-9][0-9]{_MONTH}\.[0-9]{{5}})
      |(?P<archive>{_OLD_ARCHIVES})(?:\.[a-z]{{2}})?/(?P<number>[0-9]{{7}}))
    (?:v(?P<version>[1-9][0-9]{{0,3}}))?
    (?:\.pdf)?(?:\s*\[[\w.-]+\].*)?""",
    re.VERBOSE | re.IGNORECASE,
)
_ARXIV_DOI = "10.48550/arxiv."

_DBLP = re.compile(
    r"(?:conf|journals|books|series|reference|phd|tr|ms|persons|www|homepages|data|dblpnote)"
    r"(?:/[^\s/?#\"<>]+){2,}"
)
_CORR = re.compile(r"journals/corr/(?:abs[-/])?(?P<id>.+)", re.IGNORECASE)
_CORR_OLD = re.compile(rf"({_OLD_ARCHIVES})(?:-[A-Z]{{2}})?-([0-9]{{7}})", re.IGNORECASE)

_ACL = re.compile(r"[A-Z][0-9]{2}-[0-9]{4,5}|[0-9]{4}\.[\w.]+-[\w.]+\.[0-9]+", re.IGNORECASE)
_ACL_DOI = re.compile(r"10\.(?:18653/v1|3115/v1)/(.+)")
# Its BibTeX key says "pmlr-vR0-…" where its address says "/r0/…".
_PMLR = re.compile(r"(?:pmlr-)?(?:v(?=r))?([vr][0-9]+)[-/]([a-z][\w-]*)", re.IGNORECASE)
_OPENREVIEW = re.compile(r"[\w-]{5,64}", re.ASCII)
_S2 = re.compile(r"[0-9a-f]{40}", re.IGNORECASE)
_OPENALEX = re.compile(r"W[0-9]{4,12}", re.IGNORECASE)
# The characters of a \cite key, at least one letter, and nothing like a path or address.
_BIBSONOMY = re.compile(
    r"(?=[^A-Za-z]*[A-Za-z])(?!.*(?://|\.\.))[A-Za-z0-9][\w.()+:/'-]{1,199}", re.ASCII
)
_PREFIX = re.compile(rf"({'|'.join(scheme for scheme in Scheme)})\s*:\s*(?!//)(.+)", re.IGNORECASE)
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))


def parse_doi(text: str) -> str | None:
    """Return the DOI that the whole text is, lower-case and without prefix, or None.

    Reads a bare DOI, "doi:…", and the addresses of doi.org and publishers. Full stops,
    quotes and brackets that the sentence around it left at its end are dropped.
    """
    text = text.strip().replace("\\_", "_")
    if re.match(r"10\.[0-9.]+%2F", text, re.IGNORECASE):
        text = unquote(text)
    if address := addresses.as_address(text):
        found_in = addresses.identifiers_in(address)
        text = found_in.text if found_in and found_in.scheme == Scheme.DOI else ""
    found = _DOI.fullmatch(text)
    doi = _without_tail(found[1]).lower() if found else ""
    return doi if _DOI.fullmatch(doi) else None


def _without_tail(doi: str) -> str:
    while doi:
        last = doi[-1]
        opening = _CLOSING.get(last)
        is_unbalanced = opening is not None and doi.count(last) > doi.count(opening)
        if not is_unbalanced and last not in ".,;:!?'\"’”»*/":
            break
        doi = doi[:-1]
    return doi


def parse_arxiv(text: str) -> ArxivId | None:
    """Return the arXiv id that the whole text is, from an id, an address or a DOI, or None."""
    text = text.strip()
    if address := addresses.as_address(text):
        found_in = addresses.identifiers_in(address)
        text = found_in.text if found_in else ""
    if doi := parse_doi(text):
        text = doi.removeprefix(_ARXIV_DOI) if doi.startswith(_ARXIV_DOI) else ""
    found = _ARXIV.fullmatch(text)
    if found is None:
        return None
    name = found["new"] or f"{found['archive'].lower()}/{found['number']}"
    return ArxivId(name, int(found["version"]) if found["version"] else None)


def mend_arxiv(text: str) -> ArxivId | None:
    """Return the arXiv id that some program read as a number, with zeros lost or noise added.

    Data sets have "704.005" for 0704.0050 and "1502.0643400000001" for 1502.06434. Only
    for such fields: a person who types "1512.3385" means something else.
    """
    if not re.fullmatch(r"[0-9]{3,4}\.[0-9]{1,14}", text.strip(), re.ASCII):
        return None
    number = float(text)
    return parse_arxiv(f"{number:010.5f}" if number >= 1501 else f"{number:09.4f}")


def candidates(text: str) -> tuple[Key, ...]:
    """Return the keys that the text may mean, most specific first; () for garbage.

    Reads what a person pastes or the original site's addresses hold: bare identifiers,
    prefixed ones ("doi:", "arXiv:", "dblp:"), and addresses, percent-encoded or not.
    One text can give two keys: a CoRR key of DBLP is also an arXiv id.
    """
    if plain := _PLAIN_DOI.fullmatch(text):
        return _read_doi(plain[1])
    if plain := _PLAIN_DBLP.fullmatch(text):
        return _read_dblp(plain[1])
    return _thorough_candidates(text)


def _thorough_candidates(text: str) -> tuple[Key, ...]:
    """Do what `candidates` does for a text of any form."""
    text = text.translate(_INVISIBLE).strip()
    if len(text) > MAX_LENGTH:
        return ()
    address = addresses.as_address(text)
    if not address and "://" not in text and re.search("%[0-9A-Fa-f]{2}", text):
        text = unquote(text).strip()
        address = addresses.as_address(text)
    if not text or not (text.isprintable() or _is_readable(text)):
        return ()
    keys = _from_address(address) if address else _from_bare(text)
    return tuple(dict.fromkeys(key for key in keys if len(key.value) <= MAX_VALUE))


def _is_readable(text: str) -> bool:
    return not any(unicodedata.category(character) in {"Cc", "Cs"} for character in text)


def _from_address(address: str) -> tuple[Key, ...]:
    found = addresses.identifiers_in(address)
    if found and (keys := _READERS[Scheme(found.scheme)](found.text)):
        return keys
    url = addresses.normalise_url(address)
    return (Key(Scheme.URL, url),) if url else ()


def _from_bare(text: str) -> tuple[Key, ...]:
    prefixed = _PREFIX.fullmatch(text)
    if prefixed:
        read = _READERS[Scheme(prefixed[1].lower())]
        if keys := read(prefixed[2]):
            return keys
    for scheme in _BARE:
        if keys := _READERS[scheme](text):
            return keys
    return ()


def _read_doi(text: str) -> tuple[Key, ...]:
    doi = parse_doi(text)
    if doi is None:
        return ()
    if doi.startswith(_ARXIV_DOI) and (arxiv := parse_arxiv(doi)):
        return (Key(Scheme.ARXIV, arxiv.id), Key(Scheme.DOI, f"{_ARXIV_DOI}{arxiv.id.lower()}"))
    acl = _ACL_DOI.fullmatch(doi)
    return (Key(Scheme.DOI, doi), *(_read_acl(acl[1]) if acl else ()))


def _read_arxiv(text: str) -> tuple[Key, ...]:
    arxiv = parse_arxiv(text)
    return (Key(Scheme.ARXIV, arxiv.id),) if arxiv else ()


def _read_dblp(text: str) -> tuple[Key, ...]:
    key = text.strip("/ ").removeprefix("DBLP:")
    if not _DBLP.fullmatch(key):
        return ()
    corr = _CORR.fullmatch(key)
    if corr is None:
        return (Key(Scheme.DBLP, key),)
    name = _CORR_OLD.sub(r"\1/\2", corr["id"])
    name = re.sub(r"^([0-9]{4})-([0-9]{4,5})$", r"\1.\2", name)
    return (*_read_arxiv(name), Key(Scheme.DBLP, key))


def _read_acl(text: str) -> tuple[Key, ...]:
    if not _ACL.fullmatch(text):
        return ()
    return (Key(Scheme.ACL, text.upper() if text[0].isalpha() else text.lower()),)


def _read_pmlr(text: str) -> tuple[Key, ...]:
    found = _PMLR.fullmatch(text)
    return (Key(Scheme.PMLR, f"{found[1]}/{found[2]}".lower()),) if found else ()


def _read_url(text: str) -> tuple[Key, ...]:
    address = addresses.as_address(text)
    return _from_address(address) if address else ()


def _whole(
    pattern: re.Pattern[str], scheme: Scheme, form: Callable[[str], str] = str
) -> Callable[[str], tuple[Key, ...]]:
    def read(text: str) -> tuple[Key, ...]:
        return (Key(scheme, form(text)),) if pattern.fullmatch(text) else ()

    return read


_READERS: dict[Scheme, Callable[[str], tuple[Key, ...]]] = {
    Scheme.DOI: _read_doi,
    Scheme.ARXIV: _read_arxiv,
    Scheme.DBLP: _read_dblp,
    Scheme.ACL: _read_acl,
    Scheme.OPENREVIEW: _whole(_OPENREVIEW, Scheme.OPENREVIEW),
    Scheme.PMLR: _read_pmlr,
    Scheme.S2: _whole(_S2, Scheme.S2, str.lower),
    Scheme.OPENALEX: _whole(_OPENALEX, Scheme.OPENALEX, str.upper),
    Scheme.BIBSONOMY: _whole(_BIBSONOMY, Scheme.BIBSONOMY),
    Scheme.URL: _read_url,
}
# What a text without prefix can be, tried in this order. An OpenReview id looks like any word.
_BARE = (
    Scheme.DOI, Scheme.ARXIV, Scheme.DBLP, Scheme.ACL, Scheme.PMLR, Scheme.S2, Scheme.OPENALEX,
    Scheme.BIBSONOMY,
)  # fmt: skip

_READ_AT = {
    Scheme.DOI: "https://doi.org/{}",
    Scheme.ARXIV: "https://arxiv.org/abs/{}",
    Scheme.DBLP: "https://dblp.org/rec/{}",
    Scheme.ACL: "https://aclanthology.org/{}/",
    Scheme.OPENREVIEW: "https://openreview.net/forum?id={}",
    Scheme.PMLR: "https://proceedings.mlr.press/{}.html",
    Scheme.S2: "https://www.semanticscholar.org/paper/{}",
    Scheme.OPENALEX: "https://openalex.org/{}",
}


def href(key: Key) -> str | None:
    """Return the https address where the paper can be read, or None (BibSonomy)."""
    if key.scheme == Scheme.URL:
        return key.value
    form = _READ_AT.get(key.scheme)
    return form.format(quote(key.value, safe="/:();,-._~+")) if form else None


def bibtex_key(keys: Iterable[Key]) -> str | None:
    """Return the key of `/paper?bibtexKey=` as the original site would have said it.

    DBLP's, that of the published version first; else BibSonomy's; else the arXiv id as
    "journals/corr/…"; else the DOI; else None.
    """
    best: dict[Scheme, str] = {}
    for scheme, value in keys:
        is_better = value.startswith("journals/corr/") < best.get(scheme, "").startswith(
            "journals/corr/"
        )
        if scheme not in best or is_better:
            best[scheme] = value
    if Scheme.ARXIV in best:
        best[Scheme.ARXIV] = f"journals/corr/{best[Scheme.ARXIV]}"
    order = (Scheme.DBLP, Scheme.BIBSONOMY, Scheme.ARXIV, Scheme.DOI)
    return next((best[scheme] for scheme in order if scheme in best), None)
