"""Which process this is. Web processes wait for a database less long than commands do."""

from __future__ import annotations

WEB = "web"
# Set before the settings are read: by the web application, or by the command line to its command.
kind = "python"
