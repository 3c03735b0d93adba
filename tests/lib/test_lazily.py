"""What a web process does not use is not loaded."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from shortscience.lib.lazily import lazily

_LOADED = """
import sys
import shortscience.config.wsgi
from django.urls import get_resolver
get_resolver().url_patterns
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def test_a_module_runs_when_it_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "is_rarely_used.py").write_text("answer = 42\n")
    monkeypatch.syspath_prepend(tmp_path)

    module = lazily("is_rarely_used")

    assert "is_rarely_used" not in sys.modules
    assert module.answer == module.answer == 42
    assert sys.modules.pop("is_rarely_used").answer == 42


def test_what_is_not_there_is_missed_when_it_is_used() -> None:
    with pytest.raises(ModuleNotFoundError, match="no_such_module"):
        assert lazily("no_such_module").word
    with pytest.raises(AttributeError, match="no_such_name"):
        assert lazily("json").no_such_name


def test_a_web_process_on_sqlite_does_not_load_what_it_does_not_use(tmp_path: Path) -> None:
    environment = {
        "PATH": "",
        "PYTHONPATH": ":".join(sys.path),
        "VAR_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "shortscience.config.settings",
    }
    done = subprocess.run(
        [sys.executable, "-c", _LOADED],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )

    assert "django" in (loaded := done.stdout.splitlines()[-1].split())
    assert not {"httpcore", "h11", "rich", "psycopg_binary", "PIL", "fontTools"} & set(loaded)
