"""Writes about one's library: `saving` single papers, and `lists` of them."""
