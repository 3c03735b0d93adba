"""What the detectors share: boxes and their overlap, suppression of doubles, RoIPool."""
