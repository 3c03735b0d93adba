"""Notes as W3C Web Annotations.

Source: Web Annotation Data Model, W3C Recommendation of 23 February 2017: annotations (3.1),
selectors (4.2.4, 4.2.5), collections and pages (5).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from shortscience.discussion.models import Comment, Passage
from shortscience.lib.routes import address
from shortscience.summaries.models import Summary

CONTEXT = "http://www.w3.org/ns/anno.jsonld"

Node = dict[str, Any]  # Any: JSON-LD of many shapes


def annotation_page(summary: Summary, notes: Sequence[Comment], *, site: str) -> Node:
    """Return all notes on a summary, which stand, as one page of its collection.

    Args:
        notes: with author and passage loaded.
        site: what the addresses begin with.
    """
    here = f"{site}{address('summary-notes', summary.pk)}"
    return {
        "@context": CONTEXT,
        "id": here,
        "type": "AnnotationPage",
        "partOf": {
            "id": f"{here}#all",
            "type": "AnnotationCollection",
            "total": len(notes),
        },
        "startIndex": 0,
        "items": [annotation(note, note.passage, site=site) for note in notes],
    }


def annotation(note: Comment, passage: Passage, *, site: str) -> Node:
    """Return one note, without the context, which its page names. An anonymous one names
    nobody."""
    found: Node = {
        "id": f"{site}{note.get_absolute_url()}",
        "type": "Annotation",
        "motivation": "questioning" if note.is_question else "commenting",
        "created": _moment(note.created_at),
    }
    if note.edited_at is not None:
        found["modified"] = _moment(note.edited_at)
    if note.named_author is not None:
        found["creator"] = {
            "id": f"{site}{note.named_author.get_absolute_url()}",
            "type": "Person",
            "name": note.named_author.shown_name,
        }
    found["body"] = {
        "type": "TextualBody",
        "value": note.text,
        "format": "text/markdown",
    }
    found["target"] = target(passage, site=site)
    return found


def target(passage: Passage, *, site: str) -> Node:
    """Return the passage where it stands; one that is gone in the version that had it, if
    everybody may read that, and else the summary as a whole."""
    summary = f"{site}{address('summary', passage.summary_id)}"
    if passage.words and passage.span is not None:
        quote = {
            "type": "TextQuoteSelector",
            "exact": passage.words,
            "prefix": passage.prefix,
            "suffix": passage.suffix,
        }
        place = {
            "type": "TextPositionSelector",
            "start": passage.span.start,
            "end": passage.span.end,
        }
        return {"source": summary, "selector": [quote, place]}
    if passage.words_before:
        version = f"{site}{passage.get_version_url()}"
        quote = {"type": "TextQuoteSelector", "exact": passage.words_before}
        return {"source": version, "selector": quote}
    return {"source": summary}


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
