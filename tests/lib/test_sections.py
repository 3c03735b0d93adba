"""Sections of the front page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shortscience.lib.sections import Section, parse_sections, section_of


@pytest.mark.parametrize(
    ("keywords", "section"),
    [
        ("cs.LG, cs.CV, stat.ML", Section.CS),
        (["stat.ML", "physics.data-an"], Section.CS),
        ("cmp-lg", Section.CS),
        ("eess.IV", Section.CS),
        ("q-bio.NC, cs.NE", Section.BIO),
        ("physics.optics", Section.PH),
        ("hep-th", Section.PH),
        ("astro-ph.CO", Section.PH),
        ("cond-mat.dis-nn, cs.LG", Section.PH),
        ("quant-ph cs.CC", Section.PH),
        ("gr-qc", Section.PH),
        ("nucl-ex", Section.PH),
        ("nlin.CD", Section.PH),
        ("math-ph, math.MP", Section.PH),
        ("math.OC, cs.LG", Section.CS),
        ("math.ST, stat.TH", Section.OTHER),
        ("deep learning, vision", Section.OTHER),
        ("", Section.OTHER),
        ([], Section.OTHER),
    ],
)
def test_first_category_with_a_section_decides(keywords, section):
    assert section_of(keywords) == section


@pytest.mark.parametrize(
    ("arxiv_id", "section"),
    [
        ("hep-th/9901001", Section.PH),
        ("cmp-lg/9404001", Section.CS),
        ("q-bio/0309001", Section.BIO),
        ("math/0309136", Section.OTHER),
        ("1512.03385", Section.OTHER),
    ],
)
def test_archive_of_an_old_arxiv_id_decides_without_categories(arxiv_id, section):
    assert section_of("networks", arxiv_id=arxiv_id) == section


def test_venue_decides_last():
    assert section_of("", venue_section="bio") == Section.BIO
    assert section_of("cs.CV", venue_section="bio") == Section.CS
    assert section_of("", venue_section="cooking") == Section.OTHER


@pytest.mark.parametrize(
    ("text", "sections"),
    [
        ("cs,bio,zz", (Section.CS, Section.BIO)),
        ("PH, cs ,ph", (Section.PH, Section.CS)),
        (",,", ()),
        (None, ()),
    ],
)
def test_unknown_sections_are_dropped_and_the_order_kept(text, sections):
    assert parse_sections(text) == sections


@given(st.text(), st.text(), st.text())
def test_any_text_has_a_section(keywords, venue_section, arxiv_id):
    assert section_of(keywords, venue_section, arxiv_id) in Section
