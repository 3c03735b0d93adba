"""Web addresses: one form, and the name of the host."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shortscience.lib.addresses import host_label, identifiers_in, normalise_url


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("HTTP://Example.org", "https://example.org"),
        ("https://example.org:443/", "https://example.org"),
        ("http://example.org:8080/a", "https://example.org:8080/a"),
        ("https://example.org/a/b///", "https://example.org/a/b"),
        ("https://example.org/A?b=C", "https://example.org/A?b=C"),
        ("https://example.org/?fbclid=1&id=2&utm_medium=x", "https://example.org?id=2"),
        ("https://example.org/a#part", "https://example.org/a"),
        ("https://bücher.example/ä b", "https://xn--bcher-kva.example/%C3%A4%20b"),
        ("https://example.org./a", "https://example.org/a"),
    ],
)
def test_address_has_one_form(url, normal):
    assert normalise_url(url) == normal


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://example.org/x",
        "javascript:alert(1)",
        "//example.org/x",
        "https://",
        "https://a@b.example/",
        "https://example.org:99999/",
        "https://ex ample.org/",
        "https://[::1]/",
        "https://" + "a" * 70 + ".example/",
    ],
)
def test_anything_else_is_no_address(url):
    assert normalise_url(url) is None


@pytest.mark.parametrize(
    ("url", "label"),
    [
        ("https://www.arxiv.org/abs/1", "arxiv.org"),
        ("http://papers.nips.cc/paper/1", "papers.nips.cc"),
        ("https://example.org:8080/", "example.org:8080"),
        ("mailto:a@b.example", ""),
        ("", ""),
    ],
)
def test_a_link_is_labelled_with_its_host(url, label):
    assert host_label(url) == label


@pytest.mark.parametrize(
    "url",
    ["https://notarxiv.org/abs/1512.03385", "https://arxiv.org.evil.example/abs/1512.03385"],
)
def test_a_host_that_only_resembles_a_known_one_is_not_believed(url):
    assert identifiers_in(url) is None


@given(st.text(max_size=40), st.text(max_size=40))
def test_normalising_never_raises_and_is_idempotent(host, rest):
    for url in (f"https://{host}/{rest}", f"http://example.org/{rest}?{host}", rest):
        normal = normalise_url(url)
        assert normal is None or normalise_url(normal) == normal
        host_label(url)
        identifiers_in(url)
