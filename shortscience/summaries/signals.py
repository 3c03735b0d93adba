"""What the apps above hear from this one."""

from django.dispatch import Signal

# A stored summary has other HTML than before, or others may read other older versions of it; sent
# in the transaction that writes it, with `summary`. Whoever listens may write, and a failure takes
# the change back.
html_changed = Signal()

# Sent in the transaction that writes a text, with `summary` and `marks`, what the text marks as
# claims now; or in the one that erases it, just before: then `marks` is None.
text_written = Signal()
