"""How the C library keeps memory that was freed: give it back, instead of one heap a thread.

A process that makes and frees megabytes in threads of its own, as the search library does with each
commit, grows for hours with glibc's defaults: each thread gets a heap, and after the first large
piece was freed such pieces come from heaps too, where one small piece behind them keeps them all.
"""

from __future__ import annotations

import ctypes

# Numbers of glibc's malloc.h.
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
# Pieces of this size get pages of their own, which go back when they are freed. Saying so also
# keeps glibc from raising it by itself.
_LARGE_BYTES = 256 << 10
_ARENAS = 2


def stay_small() -> bool:
    """Let this process give back what it frees; call it before threads start.

    Returns False where the C library is another one, which then does as it does.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except AttributeError:
        return False
    settings = {
        _ARENA_MAX: _ARENAS,
        _MMAP_THRESHOLD: _LARGE_BYTES,
        _TRIM_THRESHOLD: _LARGE_BYTES,
    }
    done = [mallopt(which, value) == 1 for which, value in settings.items()]
    return all(done)
