"""Everything about one person across the domains: what we hold about them, and leaving.

No models of its own: it stands above the domains, because none of them knows all the others.
"""
