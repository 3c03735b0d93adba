"""Typed reading of the environment; a bad value stops the start and names its setting."""

from __future__ import annotations

from pathlib import Path

from environs import Env

ROOT = Path(__file__).resolve().parents[2]

env = Env(expand_vars=False)
# The file is optional and never overrides what the process was started with.
env.read_env(str(Path.cwd() / ".env"), recurse=False, override=False)
