"""Web addresses: one form for each, and the identifiers inside those of known sites."""

import re
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import SplitResult, quote, unquote, urlsplit, urlunsplit

# What sites add to a link to learn where the reader came from.
_TRACKING = re.compile(
    r"(?:utm_\w+|fbclid|gclid|dclid|msclkid|mc_[ce]id|igshid|yclid|_ga|_gl|ref_src|ref_url|"
    r"casa_token|trk|spm|via)(?:=|$)",
    re.IGNORECASE,
)
# All that may stand in a path or query; "%" too, so that quoting twice changes nothing.
_SAFE = "%/:=&?~+!$,;'@()*[]-._|"
_DEFAULT_PORTS = {("http", 80), ("https", 443)}

_DOI_IN_PATH = re.compile(r"(?:^|[/=])(10\.[0-9]{4,9}(?:\.[0-9]+)*/[^\s?#&]+)")
# A page about the paper, not part of its DOI.
_AFTER_DOI = re.compile(
    r"(?:/(?:full|abstract|pdf|epdf|fulltext|meta|html|summary|references|citation)|"
    r"\.(?:pdf|html?|full|abstract)|(?<=[0-9])v[0-9]+(?:\.full(?:\.pdf|-text)?)?)$",
    re.IGNORECASE,
)


class Found(NamedTuple):
    """An identifier met in an address: the scheme's name, and the text as written there."""

    scheme: str
    text: str


class _Site(NamedTuple):
    hosts: re.Pattern[str]
    path: re.Pattern[str]
    scheme: str
    # From the match to the text; the first group unless said otherwise.
    text: Callable[[re.Match[str]], str] = lambda found: found[1]


def _site(
    hosts: str, path: str, scheme: str, text: Callable[[re.Match[str]], str] | None = None
) -> _Site:
    compiled = re.compile(rf"(?:.+\.)?(?:{hosts})"), re.compile(path, re.IGNORECASE | re.ASCII)
    return _Site(*compiled, scheme, text) if text else _Site(*compiled, scheme)


_ARXIV_HOSTS = r"arxiv\.org|ar5iv\.org|alphaxiv\.org|arxiv-vanity\.com"
_S2_HOSTS = r"semanticscholar\.org"
_KEY_END = r"(?:\.(?:html?|bib|xml|rdf|nt|ris))?/?$"

# Tried on the decoded path, then on the path with its "?query".
_SITES = (
    _site(r"doi\.org|doi\.acm\.org", r"^/(10\..+)$", "doi"),
    _site(
        _ARXIV_HOSTS,
        r"^/(?:abs|pdf|html|ps|format|src|e-print|papers?|overview)/(.+?)(?:\.pdf|\.html)?[/?]*$",
        "arxiv",
    ),
    _site(r"huggingface\.co|paperswithcode\.com", r"^/papers?/(?:arxiv/)?([0-9.]+)$", "arxiv"),
    _site(
        r"dblp\.org|dblp\.uni-trier\.de|dblp\.dagstuhl\.de",
        rf"^/rec/(?:bibtex\d?/|html/|xml/|rdf/|ris/)?(.+?){_KEY_END}",
        "dblp",
    ),
    _site(
        r"openreview\.net",
        r"^/(?:forum|pdf|attachment|references)\?(?:.*&)?id=([\w-]+)(?=&|$)",
        "openreview",
    ),
    _site(r"aclanthology\.(?:org|info)|aclweb\.org", r"/([A-Z]\d\d-\d{4,5})(?![\d-])", "acl"),
    _site(r"aclanthology\.org", r"^/(\d{4}\.[\w.]+-[\w.]+?\.\d+)(?:v\d+)?(?:\.\w+)?[/?]*$", "acl"),
    _site(_S2_HOSTS, r"^/(?:.*/)?([0-9a-f]{40})(?![0-9a-f])", "s2"),
    _site(r"openalex\.org", r"^/(?:works/)?(W\d+)$", "openalex"),
    _site(
        r"proceedings\.mlr\.press|jmlr\.org",
        r"^/(?:proceedings/papers/)?([vr]\d+)/([a-z][\w-]*?)(?:/[\w-]+)?\.(?:html|pdf)$",
        "pmlr",
        lambda found: f"{found[1]}/{found[2]}",
    ),
    _site(
        r"nature\.com",
        r"^/articles/([a-z]\w*[0-9][\w-]*)(?:\.pdf)?$",
        "doi",
        lambda found: f"10.1038/{found[1]}",
    ),
)

_KNOWN_HOST = re.compile(
    r"(?:www\.|dx\.doi\.org/|(?:doi|dblp|arxiv|openreview|aclanthology|openalex|semanticscholar|"
    r"export\.arxiv|proceedings\.mlr|api\.semanticscholar|dblp\.uni-trier)\.[a-z.]+/)",
    re.IGNORECASE,
)


def as_address(text: str) -> str | None:
    """Return the text as an address with "https://", if it is one or starts as a known site's."""
    if re.match(r"https?://", text, re.IGNORECASE):
        return text
    if re.match(r"https?%3A%2F%2F", text, re.IGNORECASE):
        return unquote(text)
    return f"https://{text}" if _KNOWN_HOST.match(text) else None


def normalise_url(url: str) -> str | None:
    """Return the one form of an http(s) address, or None if it is none.

    https, lower-case host, no fragment, no final slash, no tracking parameters, no
    default port. An address with a name and password in it is refused.
    """
    parts = _split(url)
    if parts is None:
        return None
    host, port = parts
    path = quote(host.path, safe=_SAFE).rstrip("/")
    kept = [part for part in host.query.split("&") if part and not _TRACKING.match(part)]
    return urlunsplit(("https", port, path, quote("&".join(kept), safe=_SAFE), ""))


def _split(url: str) -> tuple[SplitResult, str] | None:
    """Return the parts of the address and its normalised host and port, or None."""
    try:
        parts = urlsplit(url)
        port = parts.port
        host = (parts.hostname or "").rstrip(".").encode("idna").decode()
    except ValueError:
        return None
    is_web = parts.scheme.lower() in {"http", "https"} and "@" not in parts.netloc
    if not is_web or not re.fullmatch(r"[a-z0-9_.-]+", host):
        return None
    default = port is None or (parts.scheme.lower(), port) in _DEFAULT_PORTS
    return parts, host if default else f"{host}:{port}"


def host_label(url: str) -> str:
    """Return the host to print for a link: "arxiv.org", without "www."; "" if there is none."""
    split = _split(url)
    return split[1].removeprefix("www.") if split else ""


def identifiers_in(url: str) -> Found | None:
    """Return the identifier that an address of a known site or publisher carries, or None."""
    split = _split(url)
    if split is None:
        return None
    parts, host = split
    path = unquote(parts.path)
    target = f"{path}?{parts.query}" if parts.query else path
    for site in _SITES:
        if site.hosts.fullmatch(host):
            found = site.path.search(path) or site.path.search(target)
            if found:
                return Found(site.scheme, site.text(found))
    found = _DOI_IN_PATH.search(unquote(target))
    return Found("doi", _AFTER_DOI.sub("", found[1])) if found else None
