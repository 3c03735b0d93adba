"""HTML views, by subject. A view reads, asks, answers; it decides nothing."""
