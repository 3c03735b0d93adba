"""Read BibSonomy's interface, XML and JSON. Checked on the reference documents of its makers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec
from django.utils.translation import gettext_lazy as _

from shortscience.lib.identifiers import Key, Scheme
from shortscience.lib.names import split_authors
from shortscience.papers.records import PaperRecord
from shortscience.sources import fields, jsontree, xmltree
from shortscience.sources.errors import SourceRefused, SourceUnreadable
from shortscience.sources.jsontree import Loose
from shortscience.sources.parsed import BadField, Parsed, collect
from shortscience.sources.xmltree import Node

_PUBLICATIONS = ("bibtex", "publication", "goldStandardPublication")
# The field for everything else holds BibTeX: "doi = {10.1/x}, eprint = {…}".
_MISC = re.compile(r"(\w+)\s*=\s*[{\"]([^{}\"]*)[}\"]")
_HASH = re.compile(r"[0-9a-f]{32}")


def parse(payload: bytes) -> Parsed:
    """Return the publications among the posts; `next` is the address of the next page.

    Raises:
        SourceRefused: BibSonomy answers with an error, such as a missing sign-in.
        SourceUnreadable: it is no answer of BibSonomy.
    """
    if payload[:50].lstrip().startswith(b"{"):
        return _json(payload)
    root = xmltree.root(payload)
    if xmltree.name(root) != "bibsonomy":
        raise SourceUnreadable(_("This is no answer of BibSonomy."))
    if xmltree.attribute(root, "stat") == "fail":
        _fail(xmltree.text(root, "error"))
    posts = list(xmltree.anywhere(root, "post"))
    listed = xmltree.first(root, "posts")
    following = xmltree.attribute(listed, "next") if listed is not None else ""
    parsed = collect(posts, _post)
    return Parsed(parsed.records, parsed.refused, following or None)


def _fail(message: str) -> None:
    raise SourceRefused(_("BibSonomy answers: %s") % message[:300])


def _post(post: Node) -> PaperRecord:
    found = next((node for kind in _PUBLICATIONS for node in xmltree.all_named(post, kind)), None)
    tags = [xmltree.attribute(tag, "name") for tag in xmltree.all_named(post, "tag")]
    return _record(dict(found.attrib) if found is not None else None, tags)


class _Tag(Loose):
    name: str | None = None


class _Post(Loose):
    bibtex: dict[str, Any] | None = None
    publication: dict[str, Any] | None = None
    gold: dict[str, Any] | None = msgspec.field(default=None, name="goldStandardPublication")
    tag: list[_Tag] | None = None


class _Posts(Loose):
    post: msgspec.Raw = jsontree.NOTHING
    next: str | None = None


class _Answer(Loose):
    posts: _Posts | None = None
    post: msgspec.Raw = jsontree.NOTHING
    stat: str | None = None
    error: str | None = None


def _json(payload: bytes) -> Parsed:
    answer = jsontree.decode(payload, _Answer)
    if answer.stat == "fail":
        _fail(answer.error or "")
    raw = answer.posts.post if answer.posts else answer.post
    if answer.posts is None and not bytes(raw):
        raise SourceUnreadable(_("This is no answer of BibSonomy."))
    parsed = collect(jsontree.raw_list(raw) or [], _json_post)
    return Parsed(parsed.records, parsed.refused, answer.posts.next if answer.posts else None)


def _json_post(raw: msgspec.Raw) -> PaperRecord:
    post = jsontree.record(raw, _Post)
    found = post.bibtex or post.publication or post.gold
    return _record(found, [tag.name or "" for tag in post.tag or ()])


def _record(found: Mapping[str, Any] | None, tags: list[str]) -> PaperRecord:
    if found is None:
        raise BadField(_("This post is a bookmark, not a paper."))

    def get(name: str) -> str:
        value = found.get(name)
        return value.strip() if isinstance(value, str) else ""

    misc = {name.lower(): value for name, value in _MISC.findall(get("misc"))}
    year = fields.year(get("year"))
    return PaperRecord(
        title=fields.title(get("title")),
        authors=split_authors(get("author").replace("\n", " ")[:100_000]),
        year=year,
        venue=fields.text(get("journal") or get("booktitle")),
        keys=tuple(_keys(get, misc)),
        source="BibSonomy",
        keywords=fields.keywords(tags),
        published_on=fields.day([year, get("month"), get("day")]),
        abstract=fields.abstract(get("bibtexAbstract") or get("abstract")),
        details=fields.details(
            entry_type=get("entrytype").lower(),
            **{name: get(name) for name in ("pages", "volume", "number", "publisher", "url")},
        ),
        source_id=get("bibtexKey"),
    )


def _keys(get: Any, misc: Mapping[str, str]) -> list[Key]:
    """Return the identifiers. A member's own cite key ("doe2004") is none: two can have it."""
    cite_key = get("bibtexKey")
    own = [key for key in fields.keys(cite_key) if key.scheme in {Scheme.DBLP, Scheme.PMLR}]
    shared = (
        fields.key(Scheme.BIBSONOMY, get("interhash")) if _HASH.fullmatch(get("interhash")) else ()
    )
    eprint = misc.get("eprint", "")
    given = (get("doi") or misc.get("doi"), f"arxiv:{eprint}" if eprint else None, get("url"))
    return list(dict.fromkeys((*own, *fields.keys(*given), *shared)))
