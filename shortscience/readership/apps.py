from __future__ import annotations

from django.apps import AppConfig


class ReadershipConfig(AppConfig):
    name = "shortscience.readership"
