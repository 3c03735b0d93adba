"""Pictures on their way into a text: from a form, or from another site."""

from __future__ import annotations

from dataclasses import dataclass

from allauth.core import ratelimit
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from shortscience.accounts.actions import require_member
from shortscience.images.actions import add_image
from shortscience.images.models import Image
from shortscience.images.rules import NotAPicture
from shortscience.lib import markup
from shortscience.lib.errors import Refused, TooFast
from shortscience.lib.pictures import MAX_BYTES, Fault
from shortscience.sources.pictures import fetch_picture
from shortscience.web.forms.images import ImageForm
from shortscience.web.uploads import PICTURE_FIELD, was_too_large

HOUR_S = 3600


class NoFile(Refused):
    status = 422

    def __init__(self) -> None:
        super().__init__(_("Choose a file first, or give the address of a picture."))


class TooManyImages(TooFast):
    def __init__(self) -> None:
        super().__init__(
            _("That is a lot of images for one hour. Continue later; your text is kept here."),
            retry_after_s=HOUR_S,
        )


@dataclass(frozen=True, slots=True)
class Taken:
    """A picture that is here now, and what its writer says about it."""

    image: Image
    # Where it was copied from; "" for a file.
    copied_from: str
    alt: str
    caption: str

    @property
    def source(self) -> str:
        """The Markdown that shows it."""
        caption = f' "{self.caption}"' if self.caption else ""
        return f"![{self.alt}]({self.image.address.large}{caption})"

    def put_into(self, text: str) -> str:
        """Return the text with the picture: in the place of the foreign one, else at its end."""
        if self.copied_from:
            copied = markup.with_copy(text, self.copied_from, self.image.address.large)
            if copied != text:
                return copied
        before = f"{text.rstrip()}\n\n" if text.strip() else ""
        return f"{before}{self.source}\n"


@dataclass(frozen=True, slots=True)
class Desk:
    """What the editor's fold for images prints."""

    form: ImageForm
    # Pictures of other sites that the text shows as links.
    foreign: tuple[str, ...]
    refusal: str = ""
    added: bool = False

    most_bytes = MAX_BYTES
    too_big = NotAPicture(Fault.TOO_BIG).sentence

    @property
    def is_open(self) -> bool:
        return bool(self.refusal or self.added)


def desk(
    text: str, *, said: ImageForm | None = None, refusal: str = "", added: bool = False
) -> Desk:
    """Return the fold for images beside this text."""
    return Desk(said or ImageForm(), markup.foreign_pictures(text), refusal, added)


def take_picture(request: HttpRequest) -> Taken:
    """Take in the picture that a form sends or names.

    Raises:
        SignInFirst, NotAllowed: the person may not write.
        NoFile: neither a file nor an address.
        NotAPicture, ShelfFull, TooManyWaiting, TooManyImages: it is not taken.
        SourceError: the other site does not give it.
    """
    member = require_member(request.user)
    form = ImageForm(request.POST)
    form.is_valid()
    said = form.cleaned_data
    file = request.FILES.get(PICTURE_FIELD)
    address = said.get("image_address") or said.get("copy_image") or ""
    if was_too_large(request) or (file and (file.size or 0) > MAX_BYTES):
        raise NotAPicture(Fault.TOO_BIG)
    if file is None and not address:
        raise NoFile
    if not ratelimit.consume(request, action="add_image"):
        raise TooManyImages
    data = file.read() if file is not None else fetch_picture(address)
    image = add_image(owner=member, data=data)
    return Taken(
        image=image,
        copied_from="" if file is not None else address,
        alt=said.get("image_alt", ""),
        caption=said.get("image_caption", ""),
    )
