"""What ends a command with a sentence instead of a traceback."""


class Problem(RuntimeError):
    """Something that the person at the keyboard can understand and act upon; exit code 1."""
