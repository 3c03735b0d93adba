"""Copies of a site that runs on: `take` makes one and tries it out, `restore` brings it back.

    manifest.json       written last: what is in it, with sizes and checksums, rows of each table
    database.sqlite3    or database.dump, made by pg_dump
    media/…             the files of texts
    secret_key          only when asked for

Either a folder, or the same as one file (`.tar`, `.tar.gz`). Until it is whole it has another name.
"""
