"""The WSGI application that granian serves."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from shortscience.config import process

process.kind = process.WEB
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shortscience.config.settings")

application = get_wsgi_application()
