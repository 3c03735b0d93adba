"""Methods of research papers in a few hundred lines each, and what they show when one runs them."""
