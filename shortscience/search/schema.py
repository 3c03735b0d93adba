"""What the index holds of a paper, and the version that says so."""

from __future__ import annotations

from importlib.metadata import version
from typing import Final

from tantivy import Schema, SchemaBuilder

from shortscience.search.text import ANALYZER

# Raise it when documents or fields change: every node then builds its index anew by itself.
VERSION = 3
# The format on disk belongs to the library's version.
FORMAT: Final = f"{VERSION}-tantivy-{version('tantivy')}"

# Fields that hold words, the most telling first.
WORD_FIELDS = ("title", "authors", "extra", "abstract", "told")


def schema() -> Schema:
    """Return the fields. Nothing is stored: what a page prints comes from the database."""
    builder = SchemaBuilder()
    # Signed on purpose: tantivy silently deletes nothing by the term of an unsigned field.
    builder.add_integer_field("id", indexed=True, fast=True)
    for name in ("title", "authors", "told"):
        builder.add_text_field(name, tokenizer_name=ANALYZER, index_option="position")
    builder.add_text_field("abstract", tokenizer_name=ANALYZER, index_option="freq")
    # The words of all these fields: whether a paper has a word is asked here, at one place.
    builder.add_text_field("all", tokenizer_name=ANALYZER, index_option="basic")
    # Venue, keywords, "pretraining" for "pre-training".
    builder.add_text_field("extra", tokenizer_name=ANALYZER, index_option="basic")
    # Each author twice: as spelt, and by lib.names.name_key.
    builder.add_text_field("names", tokenizer_name="raw", index_option="basic")
    for name in ("venue", "section"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    # "summary", and the statuses of its claims.
    builder.add_text_field("has", tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_integer_field("year", indexed=True, fast=True)
    builder.add_integer_field("summaries", fast=True)
    # What the score is multiplied by, in the form that `weight_by_field` reads.
    builder.add_unsigned_field("weight", fast=True)
    return builder.build()
