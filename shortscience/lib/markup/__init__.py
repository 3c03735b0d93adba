"""Markdown, formulas and cites to safe HTML; the only place where user text becomes HTML."""

from shortscience.lib.markup.cites import CitedPaper, is_citable, is_named_in
from shortscience.lib.markup.claims import (
    CLAIM,
    MAX_CLAIMS,
    ClaimMark,
    Problem,
    ShownClaim,
    unmarked,
)
from shortscience.lib.markup.claimsyntax import (
    ClaimKind,
    Relation,
    claim_opening,
    number_of,
    relation_of,
)
from shortscience.lib.markup.foreign import foreign_pictures, with_copy
from shortscience.lib.markup.proof import Proof, proof
from shortscience.lib.markup.render import (
    MAX_HTML_BYTES,
    RENDERER_VERSION,
    Rendered,
    extract_cites,
    plain_line,
    plain_text,
    render,
    render_comment,
    render_line,
)
from shortscience.lib.markup.source import MAX_SOURCE_BYTES, SourceRefused, check_source

__all__ = [
    "CLAIM",
    "MAX_CLAIMS",
    "MAX_HTML_BYTES",
    "MAX_SOURCE_BYTES",
    "RENDERER_VERSION",
    "CitedPaper",
    "ClaimKind",
    "ClaimMark",
    "Problem",
    "Proof",
    "Relation",
    "Rendered",
    "ShownClaim",
    "SourceRefused",
    "check_source",
    "claim_opening",
    "extract_cites",
    "foreign_pictures",
    "is_citable",
    "is_named_in",
    "number_of",
    "plain_line",
    "plain_text",
    "proof",
    "relation_of",
    "render",
    "render_comment",
    "render_line",
    "unmarked",
    "with_copy",
]
