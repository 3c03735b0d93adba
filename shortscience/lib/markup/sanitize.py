"""The last gate: only the elements, attributes and classes that the writer uses get out.

The writer escapes everything already. This holds even when a rule of ours, of a plug-in or of
math-core does not.
"""

import nh3

from shortscience.lib.markup.claims import STATUSES
from shortscience.lib.markup.links import FOREIGN_REL, is_allowed, is_own_media
from shortscience.lib.markup.mathstyle import class_names
from shortscience.lib.markup.media import SHOWN_WIDTH

_HTML = {
    *("a", "p", "br", "hr", "em", "strong", "s", "code", "pre", "blockquote", "ul", "ol", "li"),
    *("h3", "h4", "h5", "h6", "sup", "table", "thead", "tbody", "tr", "th", "td", "div", "span"),
    *("figure", "figcaption", "img", "video", "audio", "nav"),
}

# MathML Core and `menclose`, and the HTML elements that math-core writes into `mtext`.
_MATHML = {
    *("math", "semantics", "annotation", "mrow", "mi", "mn", "mo", "ms", "mtext", "mspace"),
    *("mfrac", "msqrt", "mroot", "mstyle", "merror", "mpadded", "mphantom", "msub", "msup"),
    *("msubsup", "munder", "mover", "munderover", "mmultiscripts", "mprescripts"),
    *("mtable", "mtr", "mtd", "menclose"),
}
_IN_MTEXT = {"b", "i", "u"}

_LENGTHS = {"width", "height", "depth", "voffset"}
_ATTRIBUTES: dict[str, set[str]] = {
    "a": {"href", "title", "aria-label", "id"},
    "img": {"src", "srcset", "alt", "width", "height"},
    "video": {"src", "controls", "aria-label"},
    "audio": {"src", "controls", "aria-label"},
    "code": {"class"},
    "ol": {"start"},
    "li": {"id"},
    **{f"h{level}": {"id"} for level in (3, 4, 5, 6)},
    **{tag: {"aria-label"} for tag in ("pre", "nav", "math")},
    **{tag: {"aria-label", "id"} for tag in ("div", "span")},
    "annotation": {"encoding"},
    "mi": {"mathvariant"},
    "mo": {
        *("form", "fence", "separator", "lspace", "rspace", "stretchy", "symmetric"),
        *("maxsize", "minsize", "largeop", "movablelimits"),
    },
    "mspace": {*_LENGTHS},
    "mpadded": {*_LENGTHS, "lspace", "displaystyle", "scriptlevel"},
    "mfrac": {"linethickness", "displaystyle", "scriptlevel"},
    "mover": {"accent"},
    "munder": {"accentunder"},
    "munderover": {"accent", "accentunder"},
    "mtd": {"columnspan", "rowspan"},
    "menclose": {"notation"},
    **{tag: {"displaystyle", "scriptlevel"} for tag in ("mrow", "mstyle", "mtable")},
}

_VALUES = {
    "a": {"rel": {FOREIGN_REL}},
    "img": {"loading": {"lazy"}, "sizes": {SHOWN_WIDTH}},
    "video": {"preload": {"none"}},
    "audio": {"preload": {"none"}},
    "th": {"scope": {"col"}},
    "math": {"display": {"block"}},
    **{
        tag: {"tabindex": {"0"}, "role": {"group", "img"} if tag == "span" else {"group"}}
        for tag in ("div", "span", "pre")
    },
}

_OF_MATH = class_names()
_ALIGN = {"align-left", "align-center", "align-right"}
_STATUS = {"claim-chip", "status", *(f"status--{name}" for name in STATUSES)}
_CLASSES = {
    "a": {"cite", "cite__number", "footnote-back", "here", "mention", *_STATUS},
    "nav": {"contents"},
    "p": {"references__title"},
    "div": {"equation", "table-scroll", "footnotes", "references"},
    "span": {
        *("cite", "cite--unknown", "equation", "equation--inline", "task__box", "claim-mark"),
        *_STATUS,
        *("math-core-sans-serif-font", "math-core-serif-font", "math-small-caps"),
    },
    "figure": {"figure", "figure--link"},
    "sup": {"footnote-ref"},
    "ul": {"task-list"},
    "ol": {"task-list"},
    "li": {"task"},
    "th": _ALIGN,
    "td": _ALIGN,
    "mrow": {
        *_OF_MATH,
        *("menclose-updiagonalstrike", "menclose-downdiagonalstrike", "menclose-phasorangle"),
    },
    **dict.fromkeys(("mtable", "mtr", "mtd", "mspace", "mpadded", "mfrac", "mtext"), _OF_MATH),
}


def _address_filter(_tag: str, name: str, value: str) -> str | None:
    """Keep `src` to our own files and `href` to where a link may lead."""
    if name == "src":
        return value if is_own_media(value) else None
    if name == "srcset":
        sources = (source.partition(" ")[0] for source in value.split(", "))
        return value if all(map(is_own_media, sources)) else None
    if name == "href":
        return value if is_allowed(value) else None
    return value


_CLEANER = nh3.Cleaner(
    tags={*_HTML, *_MATHML, *_IN_MTEXT},
    attributes=_ATTRIBUTES,
    tag_attribute_values=_VALUES,
    allowed_classes=_CLASSES,
    url_schemes={"http", "https", "mailto"},
    clean_content_tags={"script", "style"},
    link_rel=None,
    attribute_filter=_address_filter,
)


def clean(html: str) -> str:
    """Return the HTML with everything outside the allow-list removed."""
    return _CLEANER.clean(html)
