"""What may be sent, how much of it, and what the site says when not."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from shortscience.lib.errors import NotAllowed, Refused, Sentence
from shortscience.lib.pictures import MAX_BYTES, MAX_PIXELS, Fault

# A figure takes 30 to 200 KB once it is WebP: some five hundred of them.
MOST_BYTES = 100 * 1024 * 1024
# What waits lies there as it was sent, up to 10 MB each.
MOST_WAITING = 20
# A draft that lies in a browser of another machine comes back from a holiday, and its pictures
# with it.
KEPT_UNUSED_FOR = timedelta(days=30)

_SENTENCES: dict[Fault, Sentence] = {
    Fault.EMPTY: _("The file is empty."),
    Fault.TOO_BIG: _("The file is larger than %(most)d MB. Make it smaller, then try again.")
    % {"most": MAX_BYTES // 1024**2},
    Fault.VECTOR: _(
        "Drawings such as SVG and PDF can carry programs, so they are not taken. Save it as PNG."
    ),
    Fault.UNKNOWN: _("This is no picture that we can read: PNG, JPEG, WebP, GIF or AVIF."),
    Fault.TOO_MANY_PIXELS: _(
        "The picture has more than %(most)d million pixels. Make it smaller, then try again."
    )
    % {"most": MAX_PIXELS // 1_000_000},
    Fault.DAMAGED: _("The picture is damaged and cannot be opened. Save it anew, then try again."),
}


class NotAPicture(Refused):
    """The file is not taken; `fault` says why."""

    status = 422

    def __init__(self, fault: Fault) -> None:
        super().__init__(_SENTENCES[fault])
        self.fault = fault


class ShelfFull(Refused):
    status = 422

    def __init__(self) -> None:
        super().__init__(
            _("Your images take %(most)d MB, which is all there is for one person. Remove some.")
            % {"most": MOST_BYTES // 1024**2}
        )


class TooManyWaiting(Refused):
    status = 422

    def __init__(self) -> None:
        super().__init__(
            _("%(most)d of your images wait to be made ready. Try again in a minute.")
            % {"most": MOST_WAITING}
        )


class NotYourImage(NotAllowed):
    def __init__(self) -> None:
        super().__init__(_("Only who sent an image can remove it."))
