"""What can go wrong with a source, each with a sentence for whoever waits for its answer."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from shortscience.lib.errors import Refused, Sentence


class SourceError(Refused):
    """A source gave nothing; `retry` tells whether asking again later can help."""

    status = 502

    def __init__(self, sentence: Sentence, *, retry: bool = False) -> None:
        super().__init__(sentence)
        self.retry = retry


class SourceUnavailable(SourceError):  # named after what is wrong
    """It does not answer, is overloaded, or asked us to wait `retry_after_s` seconds."""

    status = 503

    def __init__(self, sentence: Sentence, *, retry_after_s: float | None = None) -> None:
        super().__init__(sentence, retry=True)
        self.retry_after_s = retry_after_s


class SourceRefused(SourceError):  # named after what is wrong
    """It says no, or its address is one that we must not ask."""


class SourceNotFound(SourceError):  # named after what is wrong
    """It does not know what was asked for."""

    status = 404


class SourceTooBig(SourceError):  # named after what is wrong
    """Its answer is larger than we read."""


class SourceUnreadable(SourceError):  # named after what is wrong
    """Its answer is not in the format that it should have."""


class SourcesOff(SourceError):
    """The operator switched all foreign sources off."""

    status = 503

    def __init__(self) -> None:
        super().__init__(_("This site does not ask other sites: its operator switched that off."))
