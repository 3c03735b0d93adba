"""What was freed goes back to the system: without it the indexer grows for hours."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="glibc")

# Large pieces with small ones between them that stay: what an index leaves behind at each commit.
PROGRAM = """
import re, sys
from pathlib import Path
from shortscience.lib import heap

def own_mb():
    text = Path("/proc/self/smaps_rollup").read_text()
    return int(re.search(r"\\nAnonymous:\\s+(\\d+)", text)[1]) / 1024

if sys.argv[1] == "small":
    assert heap.stay_small()
# From the first large piece that is freed on, glibc takes such pieces from its heap.
piece = bytearray(24 << 20)
del piece
before = own_mb()
large, kept = [], []
for _ in range(40):
    large.append(bytearray(b"x") * (4 << 20))
    kept.append(bytes(900))
large.clear()
print(own_mb() - before)
"""


def grown_mb(how: str) -> float:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, how], capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def test_a_process_that_stays_small_gives_back_what_it_freed() -> None:
    assert grown_mb("small") < 8
    # Without it, the same process keeps most of it: the test can tell.
    assert grown_mb("as it comes") > 80
