"""The Markdown dialect of notes: CommonMark, GitHub's tables and task lists, formulas, cites."""

from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.utils import EnvType
from mdit_py_plugins.footnote import footnote_plugin

from shortscience.lib.markup.arrange import arrange_plugin
from shortscience.lib.markup.autolink import autolink_plugin
from shortscience.lib.markup.cites import cites_plugin
from shortscience.lib.markup.claims import claims_plugin
from shortscience.lib.markup.lines import lines_plugin
from shortscience.lib.markup.links import is_allowed, normal_target
from shortscience.lib.markup.mathsyntax import maths_plugin
from shortscience.lib.markup.mentions import mentions_plugin
from shortscience.lib.markup.source import SourceRefused
from shortscience.lib.markup.tables import tables_plugin
from shortscience.lib.markup.writer import writer_plugin

# Lists in lists in quotes: twenty levels of them. Deeper text would be dropped by the parser
# without a word, so it is refused with one.
MAX_NESTING = 40


class _NoteParser(MarkdownIt):
    def normalizeLink(self, url: str) -> str:  # noqa: N802 - the parser's own name
        return normal_target(url)

    def validateLink(self, url: str) -> bool:  # noqa: N802
        return is_allowed(url)


def parse(source: str, env: EnvType) -> list[Token]:
    """Return the tokens of a checked source, arranged so that they make valid HTML.

    Raises:
        SourceRefused: it nests too deeply, or has too much of something.
    """
    try:
        tokens = parser().parse(source, env)
    except RecursionError:
        raise SourceRefused("The text nests brackets, lists or quotes too deeply.") from None
    if any(token.level >= MAX_NESTING - 1 for token in tokens):
        raise SourceRefused("The text nests lists or quotes too deeply.")
    return tokens


def parse_line(source: str, env: EnvType) -> list[Token]:
    """Return the tokens of a checked text of one line, read as words of a paragraph.

    Raises:
        SourceRefused: as `parse`.
    """
    try:
        return parser().parseInline(source, env)
    except RecursionError:
        raise SourceRefused("The text nests brackets too deeply.") from None


@cache
def parser() -> MarkdownIt:
    """Return the one parser; it keeps nothing between texts."""
    md = _NoteParser("commonmark", {"html": False, "maxNesting": MAX_NESTING})
    md.enable(["table", "strikethrough"])
    md.disable(["html_block", "html_inline"])
    md.use(footnote_plugin, inline=False)
    md.use(autolink_plugin)
    md.use(tables_plugin)
    md.use(maths_plugin)
    md.use(cites_plugin)
    md.use(lines_plugin)
    md.use(mentions_plugin)
    md.use(claims_plugin)
    md.use(arrange_plugin)
    md.use(writer_plugin)
    return md
