"""Which images the texts of the site use.

Nothing is noted when a text is saved: who reads this are a task at night and people who leave,
and reading all texts once is cheaper than a table that every save keeps up.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps

from shortscience.lib.pictures import addresses_in

# Every column in which somebody's Markdown stands, as "app.Model.column". They are named in words,
# so that domains above this one can be among them; a test asks about each column of text there is.
SOURCES = (
    "summaries.Summary.text",
    "summaries.SummaryRevision.text",
    "summaries.Draft.text",
    "discussion.Comment.text",
    "discussion.CommentRevision.text",
    "library.SavedPaper.note",
    "library.ReadingList.description",
    "library.ListItem.comment",
    "accounts.User.about",
)
_AT_ONCE = 500


def names_in_use() -> set[str]:
    """Return the name of each image that any text, version or draft shows or links to."""
    return {address.name for text in _texts() for address in addresses_in(text)}


def _texts() -> Iterator[str]:
    for source in SOURCES:
        label, column = source.rsplit(".", 1)
        rows = apps.get_model(label)._base_manager.filter(**{f"{column}__contains": "/i/"})
        yield from rows.values_list(column, flat=True).iterator(_AT_ONCE)
