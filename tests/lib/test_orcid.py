"""ORCID iDs: form and check digit."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shortscience.lib.orcid import OrcidError, check_digit, normalise


@pytest.mark.parametrize(
    ("text", "orcid"),
    [
        ("0000-0002-1825-0097", "0000-0002-1825-0097"),
        (" https://orcid.org/0000-0001-5109-3700 ", "0000-0001-5109-3700"),
        ("http://www.orcid.org/0000-0002-1694-233X/", "0000-0002-1694-233X"),
        ("orcid.org/0000-0002-1694-233x", "0000-0002-1694-233X"),
        ("0000000218250097", "0000-0002-1825-0097"),
    ],
)
def test_orcid_has_one_form(text, orcid):
    assert normalise(text) == orcid


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "looks like"),
        ("0000-0002-1825-009", "looks like"),
        ("0000-0002-1825-00977", "looks like"),
        ("0000-0002-X825-0097", "looks like"),
        ("٠٠٠٠-0002-1825-0097", "looks like"),
        ("https://example.org/0000-0002-1825-0097", "looks like"),
        ("0000-0002-1825-0098", "does not fit"),
        ("0000-0002-1825-009X", "does not fit"),
        ("0000-0002-1852-0097", "does not fit"),
    ],
)
def test_wrong_orcid_is_refused_with_a_sentence(text, words):
    with pytest.raises(OrcidError) as refused:
        normalise(text)

    assert words in str(refused.value.sentence)


@given(st.text(alphabet="0123456789", min_size=15, max_size=15))
def test_any_id_with_its_check_digit_is_accepted_and_normal(base):
    digits = base + check_digit(base)
    orcid = "-".join(digits[start : start + 4] for start in range(0, 16, 4))

    assert normalise(orcid) == orcid == normalise(digits)


@given(st.text())
def test_any_text_is_an_orcid_or_refused(text):
    with suppress(OrcidError):
        assert normalise(normalise(text)) == normalise(text)
