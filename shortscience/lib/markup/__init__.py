"""Markdown, formulas and cites to safe HTML; the only place where user text becomes HTML."""

from shortscience.lib.markup.cites import CitedPaper
from shortscience.lib.markup.render import (
    MAX_HTML_BYTES,
    RENDERER_VERSION,
    Rendered,
    extract_cites,
    plain_text,
    render,
    render_comment,
)
from shortscience.lib.markup.source import MAX_SOURCE_BYTES, SourceRefused, check_source

__all__ = [
    "MAX_HTML_BYTES",
    "MAX_SOURCE_BYTES",
    "RENDERER_VERSION",
    "CitedPaper",
    "Rendered",
    "SourceRefused",
    "check_source",
    "extract_cites",
    "plain_text",
    "render",
    "render_comment",
]
