"""Where a result comes from: hashes of the code and of the environment, and what git knows."""

from __future__ import annotations

import ast
import hashlib
import json
import math
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy
import torch

PACKAGE = Path(__file__).resolve().parents[1]
# A method may be compiled from a file beside it; what measures or tests it does not change results.
_CODE = (".py", ".cpp")
_NOT_CODE = ("bench.py", "golden.py", "parity.py", "conftest.py")
_SHARED = ("parts", "methods")


def canonical(value: Any) -> str:
    """Return the one JSON text that everybody writes for this value.

    Raises:
        ValueError: NaN or infinity in it.
    """
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def sha256_of(value: Any) -> str:
    """Return the hash of a value's canonical JSON."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def code_files(folder: Path) -> dict[str, Path]:
    """Return what a method's results depend on: its own files and the shared parts they import.

    The harness and the contract are left out: they decide how a report looks, not what is found.
    """
    own = {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.suffix in _CODE
        and path.name not in _NOT_CODE
        and not path.name.startswith("test")
        and not {"results", "tests", "__pycache__", ".venv"} & set(path.relative_to(folder).parts)
    }
    parts: dict[str, Path] = {}
    waiting = list(own.values())
    while waiting:
        for part in _parts_imported(waiting.pop()):
            name = part.relative_to(PACKAGE).as_posix()
            if name not in parts and part not in own.values():
                parts[name] = part
                waiting.append(part)
    return own | parts


def code_hash(folder: Path) -> tuple[str, dict[str, str]]:
    """Return the hash over all of the code, and that of each file by its name."""
    files = {
        name: hashlib.sha256(path.read_bytes()).hexdigest()
        for name, path in code_files(folder).items()
    }
    return sha256_of(files), files


def _parts_imported(path: Path) -> Iterator[Path]:
    if path.suffix != ".py":
        return
    for module in _modules(path):
        top, *names = module.split(".")
        if top != "reproductions" or not names or names[0] not in _SHARED:
            continue
        for depth in range(2, len(names) + 1):
            place = PACKAGE.joinpath(*names[:depth])
            about = (place / "__init__.py", place.with_suffix(".py"), place.with_suffix(".cpp"))
            yield from (path for path in about if path.is_file())


def _modules(path: Path) -> Iterator[str]:
    inside = path.is_relative_to(PACKAGE)
    home = ("reproductions", *path.relative_to(PACKAGE).parts[:-1]) if inside else ()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                base = ".".join([*home[: len(home) - node.level + 1], *filter(None, [base])])
            yield base
            # "from reproductions.parts import mnist" names a module after the import.
            yield from (f"{base}.{name.name}" for name in node.names)


def code(folder: Path) -> dict[str, Any]:
    """Return the part `code` of a report."""
    total, files = code_hash(folder)
    paths = [str(path) for path in code_files(folder).values()]
    top = _git(folder, "rev-parse", "--show-toplevel")
    place = folder.relative_to(top).as_posix() if top and folder.is_relative_to(top) else ""
    commit = _git(folder, "rev-parse", "HEAD") if top else ""
    is_clean = bool(commit) and not _git(folder, "status", "--porcelain", "--", *paths)
    tree = _git(folder, "rev-parse", f"HEAD:{'' if place == '.' else place}") if is_clean else ""
    return {
        "sha256": total,
        "files": files,
        "repository": "",
        "commit": commit,
        "committed_at": _git(folder, "log", "-1", "--format=%cI", "--", *paths) if commit else "",
        "is_clean": is_clean,
        "swhid": f"swh:1:dir:{tree}" if tree else "",
        "path": place if top else folder.name,
    }


def committed_at(folder: Path) -> datetime | None:
    """Return when the code was committed as it is; None where it was not, or there is no git.

    The author's date: it stays when the commit is moved onto others.
    """
    paths = [str(path) for path in code_files(folder).values()]
    if _git(folder, "status", "--porcelain", "--", *paths):
        return None
    said = _git(folder, "log", "-1", "--format=%aI", "--", *paths)
    return datetime.fromisoformat(said) if said else None


def _git(folder: Path, *arguments: str) -> str:
    """Return what git says, or nothing where there is no git, no repository or no commit."""
    git = shutil.which("git")
    if git is None:
        return ""
    done = subprocess.run(  # noqa: S603 - our own arguments, no shell
        [git, "-C", str(folder), *arguments], capture_output=True, text=True, check=False
    )
    return done.stdout.strip() if done.returncode == 0 else ""


def environment(threads: int = 1, device: str = "cpu") -> dict[str, Any]:
    """Return the part `env` of a report: what has to agree to repeat digits, and the rest."""
    return {
        "exact": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "numpy": numpy.__version__,
            "blas": _blas(),
            "cpu_capability": torch.backends.cpu.get_cpu_capability(),
            "threads": threads,
            "deterministic": True,
        },
        "loose": {
            "cpu_model": _cpu_model(),
            "os": f"{platform.system()} {platform.machine()}",
            "cores": os.cpu_count() or 1,
            "load1_start": round(load(), 2),
            "gpu": torch.cuda.get_device_name() if device == "cuda" else None,
        },
    }


def machine() -> str:
    """Return the machine in a few words."""
    return f"{_cpu_model()}, {os.cpu_count()} cores, torch {torch.__version__}, load {load():.2f}"


def load() -> float:
    """Return the load of the last minute; 0 where the system does not say."""
    try:
        minute = os.getloadavg()[0]
    except (AttributeError, OSError):
        return 0.0
    return minute if math.isfinite(minute) else 0.0


def _blas() -> str:
    settings = torch.__config__.show()
    kind = re.search(r"BLAS_INFO=(\w+)", settings)
    version = re.search(r"Math Kernel Library Version ([\w.]+)", settings)
    name = kind.group(1) if kind else "unknown"
    return f"{name} {version.group(1)}" if version and name == "mkl" else name


def _cpu_model() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor()
    found = re.search(r"^model name\s*: (.+)$", text, re.MULTILINE)
    return found.group(1).strip() if found else platform.processor()
