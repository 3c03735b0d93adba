"""Images, video and audio: ours are shown, those of other hosts are only linked.

Loading a picture from a stranger's host would tell it who reads which note.
"""

from html import escape

from markdown_it.token import Token

from shortscience.lib.markup.links import FOREIGN_REL, host_of, is_allowed, is_own_media
from shortscience.lib.pictures import SMALL_WIDTH, PictureAddress

# How wide the column of text is: what `--measure` and the gutters of `layout.css` come to.
SHOWN_WIDTH = "(min-width: 42rem) 40rem, 100vw"

_KINDS = {
    "Image": ("png", "jpg", "jpeg", "gif", "webp", "svg", "avif"),
    "Video": ("mp4", "webm", "ogv"),
    "Audio": ("mp3", "ogg", "wav", "m4a"),
}
_KIND_OF = {ending: kind for kind, endings in _KINDS.items() for ending in endings}


def kind_of(address: str) -> str | None:
    """Return "Image", "Video" or "Audio" by the ending of the address, or `None`."""
    path = address.split("?")[0].split("#")[0]
    return _KIND_OF.get(path.rpartition("/")[2].rpartition(".")[2].lower())


def media_in(tokens: list[Token]) -> Token | None:
    """Return a `media` token if these inline tokens, one source line, are one medium alone."""
    tokens = [token for token in tokens if token.type != "text" or token.content.strip()]
    if len(tokens) == 1 and tokens[0].type == "image":
        image = tokens[0]
        shown = _token(str(image.attrs["src"]), image.content, str(image.attrs.get("title", "")))
        shown.meta["line"] = image.meta.get("line")
        return shown
    if len(tokens) == 1 and tokens[0].type == "text":
        address = tokens[0].content.strip()
        return _token(address) if is_own_media(address) and kind_of(address) else None
    bare = [token.type for token in tokens] == ["link_open", "text", "link_close"]
    if bare and tokens[0].markup == "autolink":
        address = str(tokens[0].attrs["href"])
        return _token(address) if kind_of(address) else None
    return None


def _token(address: str, alt: str = "", title: str = "") -> Token:
    token = Token("media", "", 0, block=True)
    token.content = alt
    token.meta = {"address": address, "alt": alt.strip(), "title": title.strip()}
    return token


def figure_html(token: Token) -> str:
    """Return the figure of a medium that stands alone."""
    address, alt = token.meta["address"], token.meta["alt"]
    caption = escape(token.meta["title"] or alt)
    if not is_own_media(address):
        text = f": {caption}" if caption else ""
        link = _link(address, alt=_described(address))
        return (
            f'<figure class="figure figure--link"><figcaption>{link}{text}</figcaption></figure>\n'
        )
    under = f"<figcaption>{caption}</figcaption>" if caption else ""
    return f'<figure class="figure">{_shown(address, alt)}{under}</figure>\n'


def inline_html(token: Token) -> str:
    """Return an image in running text: the image if it is ours, else a link that names it."""
    address, alt = str(token.attrs["src"]), token.content.strip()
    in_link = bool(token.meta.get("in_link"))
    if is_own_media(address) and kind_of(address) in ("Image", None):
        return _image(address, alt) if in_link else _shown(address, alt)
    named = f"{_described(address)}: {alt}" if alt else _described(address)
    return escape(named) if in_link else _link(address, alt=named)


def _shown(address: str, alt: str) -> str:
    url, kind = escape(address), kind_of(address) or "Image"
    if kind == "Image":
        return f'<a href="{url}">{_image(address, alt)}</a>'
    tag, named = kind.lower(), escape(alt or kind)
    return f'<{tag} controls preload="none" src="{url}" aria-label="{named}"></{tag}>'


def _image(address: str, alt: str) -> str:
    named = escape(alt or "Image, full size")
    picture = PictureAddress.read(address)
    sized = _sizes_of(picture) if picture else ""
    return f'<img src="{escape(address)}"{sized} alt="{named}" loading="lazy">'


def _sizes_of(picture: PictureAddress) -> str:
    """Return what lets a browser keep the place free, and choose the smallest file that will do."""
    sized = f' width="{picture.width}" height="{picture.height}"'
    if picture.has_small:
        both = f"{picture.small} {SMALL_WIDTH}w, {picture.large} {picture.width}w"
        sized += f' srcset="{both}" sizes="{SHOWN_WIDTH}"'
    return sized


def _described(address: str) -> str:
    kind = kind_of(address) or "Image"
    host = host_of(address)
    return f"{kind} at {host}" if host else kind


def _link(address: str, *, alt: str) -> str:
    if not is_allowed(address):
        return escape(alt)
    rel = f' rel="{FOREIGN_REL}"' if host_of(address) else ""
    return f'<a href="{escape(address)}"{rel}>{escape(alt)}</a>'
