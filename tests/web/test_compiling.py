"""Parts are compiled in a way of our own: what they print and refuse is what Jinja2 would."""

from __future__ import annotations

from types import SimpleNamespace

import jinja2
import pytest
from django.utils.safestring import mark_safe
from markupsafe import Markup

from shortscience.web.compiling import PartEnvironment

THINGS = {
    "plain": "x",
    "signs": "<b>&'\"",
    "safe": mark_safe("<i>"),
    "marked": Markup("<u>"),
    "number": 7,
    "nothing": None,
    "true": True,
    "some": SimpleNamespace(word="a & b", pair={"k": "<v>"}, say=lambda *a, **n: f"{a}{n}"),
    "many": [3, "<", 5],
}
SOURCES = [
    *(f"{{{{ {name} }}}}" for name in THINGS),
    "{{ some.word }}{{ some.say() }}{{ some.say(1, number) }}{{ some.say(1, key='<') }}",
    "{{ some.say(*many) }}{{ some.say(1, **some.pair) }}{{ some.pair['k'] }}{{ 'abc'.upper() }}",
    "{% for one in many %}{{ loop.index }}{{ loop.last }}{{ loop.cycle('a', '<') }}{{ one }}"
    "{% else %}none{% endfor %}",
    "{% macro m(a, b='<', c=a) %}{{ a }}{{ b }}{{ c }}{% endmacro %}"
    "{{ m(1) }}{{ m('&', 2) }}{{ m(1, 2, 3) }}{{ m(b=1, a=some.word) }}",
    "{% macro m(a) %}{{ a }}{{ caller() }}{% endmacro %}{% call m('<') %}{{ signs }}{% endcall %}",
    "{% macro m(a) %}{{ a }}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, '<', k='&') }}",
    "{{ _('Said & done') }}{{ _('%(n)s times') % {'n': signs} }}{{ _(plain) }}",
    "{{ _('one') if true else _('other') }}{{ (_('a') ~ signs)|upper }}",
    "{{ 'yes' if nothing is none else 'no' }}{{ many|length }}{{ signs|safe }}{{ some.word|e }}",
    "{% set x %}<b>{{ signs }}</b>{% endset %}{{ x }}{{ x.upper() }}",
    "{% autoescape false %}{{ signs }}{% endautoescape %}",
]
FAULTS = [
    "{{ unknown }}",
    "{{ unknown.word }}",
    "{{ unknown() }}",
    "{% macro m(a) %}{{ a }}{% endmacro %}{{ m() }}",
    "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, 2) }}",
    "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(b=1) }}",
]


def _environments() -> list[jinja2.Environment]:
    made = [kind(autoescape=True, undefined=jinja2.StrictUndefined) for kind in KINDS]
    for environment in made:
        environment.globals["_"] = str
    return made


KINDS: tuple[type[jinja2.Environment], ...] = (PartEnvironment, jinja2.Environment)


@pytest.mark.parametrize("source", SOURCES)
def test_a_part_prints_what_jinja_prints(source: str) -> None:
    ours, theirs = (made.from_string(source).render(THINGS) for made in _environments())

    assert ours == theirs


@pytest.mark.parametrize("source", FAULTS)
def test_what_jinja_refuses_is_an_error(source: str) -> None:
    for made in _environments():
        with pytest.raises((jinja2.UndefinedError, TypeError)):
            made.from_string(source).render(THINGS)


def test_an_attribute_that_is_not_there_is_an_error_and_no_empty_place() -> None:
    with pytest.raises(AttributeError):
        PartEnvironment().from_string("{{ some.other }}").render(THINGS)
