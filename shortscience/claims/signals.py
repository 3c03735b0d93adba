"""What the apps above hear from this one."""

from django.dispatch import Signal

# What a claim says, or which line it is part of, changed: sent in the transaction of the change,
# with `claims`, their numbers. Whoever listens may write, and a failure takes the change back.
changed = Signal()
