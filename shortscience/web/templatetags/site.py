"""What the partials of the shell need beyond Django's own tags."""

from types import MappingProxyType
from typing import Any

from django import forms, template
from django.forms import BoundField
from django.template.base import Parser, Token
from django.template.loader_tags import BLOCK_CONTEXT_KEY, BlockNode
from django.utils.safestring import SafeString

from shortscience.web import rendering

register = template.Library()

# Widgets that bring their own form; `input` is the box that all others share.
_BOXLESS = (forms.CheckboxInput, forms.RadioSelect, forms.CheckboxSelectMultiple)


@register.simple_tag
def part(name: str, **arguments: Any) -> SafeString:  # Any: whatever the part declares
    """Return a part of `web/parts`: `{% part "paper_card" paper=paper small=True %}`."""
    return rendering.part(name, **arguments)


register.simple_tag(rendering.avatar)


register.simple_tag(rendering.static)


@register.tag
def framed(parser: Parser, _token: Token) -> template.Node:
    """Put the blocks of base.html into the frame of every page: `{% framed %}…{% endframed %}`."""
    blocks = parser.parse(("endframed",))
    parser.delete_first_token()
    return _Framed(blocks)


class _Framed(template.Node):
    # Blocks as the frame names them.
    NAMES = MappingProxyType({"mode": "notices", "messages": "told"})

    def __init__(self, nodelist: template.NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: template.Context) -> SafeString:
        filled = context.render_context.get(BLOCK_CONTEXT_KEY)
        blocks = {
            self.NAMES.get(block.name, block.name): block.render_annotated(context)
            for block in self.nodelist
            if isinstance(block, BlockNode)
            and filled is not None
            and filled.get_block(block.name) is not block
        }
        request = context.get("request")
        around = {name: context.get(name, "") for name in ("site", "theme", "nav", "mode")}
        return rendering.part(
            "frame",
            **around,
            messages=context.get("messages"),
            reader=context.get("user"),
            csrf_token=context.get("csrf_token", ""),
            here=request.get_full_path() if request else "",
            query=context.get("query", ""),
            canonical=context.get("canonical", ""),
            **blocks,
        )


@register.simple_tag
def control(field: BoundField) -> SafeString:
    """Return the input of a form field with the class that our styles know.

    Django itself adds `aria-invalid` and points to the help and the error by id.
    """
    widget = field.field.widget
    if isinstance(widget, _BOXLESS):
        return field.as_widget()
    given = str(widget.attrs.get("class", ""))
    return field.as_widget(attrs={"class": f"input {given}".strip()})


@register.simple_tag
def editor_text(
    field: BoundField, preview_url: str = "", draft_of: str = "", draft_by: str = ""
) -> SafeString:
    """Return a text box for `editor.js`.

    Args:
        preview_url: where to ask for a preview.
        draft_of: whose drafts it keeps.
        draft_by: the name of the open editor that saved the draft in it.
    """
    attrs: dict[str, str | bool] = {"class": "editor__text", "spellcheck": "true"}
    if preview_url:
        attrs |= {
            "data-preview": preview_url,
            "data-preview-into": f"{field.id_for_label}_preview",
        }
    if draft_of:
        attrs |= {"data-draft": draft_of, "data-draft-by": draft_by}
    if field.form.is_bound:
        attrs["data-unsaved"] = "true"
    return field.as_widget(attrs=attrs)
