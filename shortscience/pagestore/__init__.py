"""Pages for strangers, kept in memory and never older than the last commit.

Views say with `declare` that their page may be stored; `wsgi.PageStore` stands before Django.
`triggers` note in the log of changes what is written, `following` reads it, `marks` tells which
pages that concerns, `store` holds them, `pages` is one page in its encodings.
"""
