"""What happens when things break: a script for each fault, on real processes, on this machine.

Each module has `look(workshop)`, which breaks something and yields what it saw. The quick ones
are also tests (tests/faults, tests/nodes); `python -m benchmarks.faults` runs all and prints a
table.
"""
