"""The WSGI application that granian serves."""

from __future__ import annotations

import gc
import os
from functools import partial

from django.core.wsgi import get_wsgi_application
from django.db import DEFAULT_DB_ALIAS

from shortscience.config import process, telemetry

process.kind = process.WEB
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shortscience.config.settings")

_site = get_wsgi_application()

# Models are ready only now.
from shortscience.config.maintenance import Gate  # noqa: E402
from shortscience.config.readers import counted  # noqa: E402
from shortscience.config.replicas import pinned  # noqa: E402
from shortscience.pagestore.wsgi import in_front_of  # noqa: E402

# The first may answer from what it stored, the second makes every page.
_stored = in_front_of(_site, while_making=partial(pinned, DEFAULT_DB_ALIAS))
application = counted(Gate(_stored, _site))
telemetry.start("web")

# A request makes some ten thousand objects and drops them all. Looked for less often, and never
# among what was loaded for good, garbage costs a tenth of a page less.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 50)
