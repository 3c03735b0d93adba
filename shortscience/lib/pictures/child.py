"""The process that opens a stranger's file: `python -m shortscience.lib.pictures.child look`.

Reads the file from its input, writes a line of JSON and the bytes after it. Before a byte is
looked at it gives away the right to use much memory or time, to write files and to start others.
"""

from __future__ import annotations

import json
import resource
import sys

# A picture of 50 million pixels with transparency, once as it is and once being turned.
MEMORY_BYTES = 1_500 * 1024 * 1024
CPU_S = 40


def limit() -> None:
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def main(work: str) -> None:
    # Loaded first: loading needs files and, at times, a cache of bytecode to be written.
    from shortscience.lib.pictures import codec, kinds

    limit()
    data = sys.stdin.buffer.read(kinds.MAX_BYTES + 1)
    answer: dict[str, object]
    rest = b""
    try:
        if work == "look":
            seen = codec.look(data)
            answer = {name: getattr(seen, name) for name in seen.__struct_fields__}
        else:
            done = codec.encode(data)
            answer = {"width": done.width, "height": done.height, "large": len(done.large)}
            rest = done.large + done.small
    except codec.Unreadable as why:
        answer = {"fault": why.fault.value}
    except Exception:
        # Decoders raise whatever damaged bytes make them stumble over, MemoryError included.
        answer = {"fault": kinds.Fault.DAMAGED.value}
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + rest)


if __name__ == "__main__":
    main(sys.argv[1])
