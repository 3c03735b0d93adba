"""The short ways that plain texts take give what the long ones give."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shortscience.lib import identifiers, names, plaintext

pytestmark = pytest.mark.pure

TAILS = st.text("abcXYZ0189._-", max_size=20)
FORMS = st.sampled_from(
    [
        "https://doi.org/10.{}/{}", "http://dx.doi.org/10.{}/{}",
        "https://doi.org/10.48550/arXiv.{}{}", "https://doi.org/10.18653/v1/P{}-{}",
        "dblp:conf/{}/{}", "dblp:journals/corr/abs-{}-{}", "dblp:journals/corr/{}{}",
    ]
)  # fmt: skip


@given(FORMS, st.sampled_from(["1000", "1109", "16", "1512", "x"]) | TAILS, TAILS)
def test_a_plain_identifier_is_read_as_any_other(form: str, one: str, two: str) -> None:
    text = form.format(one, two)

    assert identifiers.candidates(text) == identifiers._thorough_candidates(text)


@given(st.text("abÖé .'’-,{}\\&1~$", max_size=30))
def test_a_plain_name_is_read_as_any_other(name: str) -> None:
    quick = names.to_first_last(name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(names, "_MARKED", re.compile(""))
        assert names.to_first_last(name) == quick


@given(st.text(max_size=30))
def test_a_text_on_one_line_is_left_alone(text: str) -> None:
    assert plaintext.squeeze(text) == " ".join(plaintext._CONTROL.sub("", text).split())
