"""Names of authors."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shortscience.lib.names import (
    cite_label,
    family_name,
    has_others,
    join_authors,
    name_key,
    split_authors,
    to_first_last,
)


@pytest.mark.parametrize(
    ("text", "authors"),
    [
        ("Prannay Khosla and Piotr Teterwak", ("Prannay Khosla", "Piotr Teterwak")),
        ("Ren, Shaoqing and He, Kaiming", ("Shaoqing Ren", "Kaiming He")),
        ('Robert J{\\"{a}}schke and\nAndreas Hotho', ("Robert Jäschke", "Andreas Hotho")),
        ("Milton {Abramowitz} and Irene A. {Stegun}", ("Milton Abramowitz", "Irene A. Stegun")),
        ("von Hicks, III, Michael", ("Michael von Hicks III",)),
        ("Ruiz de Querol, Ricard", ("Ricard Ruiz de Querol",)),
        ("{Barnes and Noble, Inc.} and Doe, Jane", ("Barnes and Noble Inc.", "Jane Doe")),
        ("{The ALICE Collaboration}", ("The ALICE Collaboration",)),
        ("Xiaopeng Zhang 0009 and Wei Li 0001", ("Xiaopeng Zhang", "Wei Li")),
        ("He, Kaiming and others", ("Kaiming He",)),
        ("Kaiming He et al.", ("Kaiming He",)),
        ("Jane Doe; John Roe", ("Jane Doe", "John Roe")),
        ("A Doe, B Roe, and C Poe", ("A Doe", "B Roe", "C Poe")),
        ("Kuan Wang, Paul Vicol, Li Gu", ("Kuan Wang", "Paul Vicol", "Li Gu")),
        ("Taylor, Matthew, E.", ("Matthew E. Taylor",)),
        ("Anderson and Sandy", ("Anderson", "Sandy")),
        ("何恺明 and 任少卿", ("何恺明", "任少卿")),
        (" and ", ()),
        ("", ()),
        ("others", ()),
    ],
)
def test_authors_come_as_first_last_in_their_order(text, authors):
    assert split_authors(text) == authors


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("He and others", True),
        ("He et al.", True),
        ("He, et al", True),
        ("He and Others", True),
        ("Brothers", False),
        ("Carla et Alain", False),
        ("", False),
    ],
)
def test_a_cut_list_is_told(text, more):
    assert has_others(text) is more


def test_three_thousand_authors_are_read():
    names = [f"First{number} Last{number}" for number in range(3000)]

    assert split_authors(" and ".join(names)) == tuple(names)


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("Piotr Dollár", "Dollár"),
        ("Laurens van der Maaten", "van der Maaten"),
        ("van der Maaten, Laurens", "van der Maaten"),
        ("Luc Van Gool", "Van Gool"),
        ("José Ortega y Gasset", "Ortega y Gasset"),
        ("García Márquez, Gabriel", "García Márquez"),
        ("Xiaopeng Zhang 0009", "Zhang"),
        ("Martin Luther King Jr.", "King"),
        ("King, Jr., Martin Luther", "King"),
        ("Jean de La Fontaine", "de La Fontaine"),
        ("danah boyd", "boyd"),
        ("Van Nguyen", "Nguyen"),
        ("Plato", "Plato"),
        ("何恺明", "何恺明"),
        ("", ""),
    ],
)
def test_family_name_has_its_particle(name, family):
    assert family_name(name) == family


@pytest.mark.parametrize(
    ("authors", "year", "label"),
    [
        (["Ross Girshick"], 2015, "Girshick, 2015"),
        (["Sergey Ioffe", "Christian Szegedy"], 2015, "Ioffe and Szegedy, 2015"),
        (["Kaiming He", "Xiangyu Zhang", "Shaoqing Ren"], 2016, "He et al., 2016"),
        (["Kaiming He"], None, "He"),
        ([], 2016, "2016"),
        ([], None, ""),
    ],
)
def test_cite_names_the_authors_and_the_year(authors, year, label):
    assert cite_label(authors, year) == label


@pytest.mark.parametrize(
    ("spellings", "key"),
    [
        (["Piotr Dollár", "Dollar, P.", "P. Dollar", "PIOTR DOLLÁR"], "p dollar"),
        (["Luc Van Gool", "Van Gool, Luc", "L. V. Gool"], "l gool"),
        (["Laurens van der Maaten", "van der Maaten, L."], "l maaten"),
        (["Jean-Philippe Vert", "J.-P. Vert", "Vert, JP"], "j vert"),
        (["Łukasz Kaiser", "Lukasz Kaiser"], "l kaiser"),
        (["Conan O'Brien", "Conan O’Brien"], "c obrien"),
        (["Xiaopeng Zhang 0009"], "x zhang"),
        (["Martin L. King, Jr.", "King, Martin"], "m king"),
        (["Plato"], "plato"),
        ([".", ""], ""),
    ],
)
def test_spellings_of_one_author_have_one_key(spellings, key):
    assert {name_key(name) for name in spellings} == {key}


NAMES = st.one_of(
    st.text(max_size=30),
    st.lists(
        st.sampled_from(
            ["{", "}", ",", " ", " and ", "van ", "Jr.", "\\'", "e", "Foo", ";", "0009", " 0001",
             "et al.", "others", "&amp;", "\\", "y "]
        )
    ).map("".join),
)  # fmt: skip


@given(NAMES)
def test_no_name_breaks_anything(text):
    for name in (*split_authors(text), text):
        assert isinstance(name_key(name), str)
        assert isinstance(family_name(name), str)
    has_others(text)


@given(NAMES)
def test_turning_a_name_round_twice_changes_nothing(text):
    name = to_first_last(text)

    assert to_first_last(name) == name


@given(st.lists(NAMES.map(to_first_last).filter(bool), max_size=5))
def test_joined_authors_split_into_the_same(names):
    authors = tuple(name for name in names if split_authors(f"{{{name}}}") == (name,))

    assert split_authors(join_authors(authors)) == authors
