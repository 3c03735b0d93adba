"""Licences of texts: few, known everywhere, by their names in the SPDX list."""

from __future__ import annotations

from django.db import models


class Licence(models.TextChoices):
    """From the narrowest to the widest."""

    CC_BY_SA = "CC-BY-SA-4.0", "CC BY-SA 4.0"
    CC_BY = "CC-BY-4.0", "CC BY 4.0"
    CC0 = "CC0-1.0", "CC0 1.0"

    @property
    def url(self) -> str:
        return _URLS[self.value]

    def is_narrower_than(self, other: Licence) -> bool:
        """Whether it forbids what the other allows."""
        order = list(Licence)
        return order.index(self) < order.index(other)


_URLS = {
    "CC-BY-SA-4.0": "https://creativecommons.org/licenses/by-sa/4.0/",
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
}
