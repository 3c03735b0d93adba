"""Identifiers: one table of everything a person or the original site may give."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shortscience.lib.identifiers import (
    MAX_VALUE,
    Key,
    Scheme,
    bibtex_key,
    candidates,
    href,
    parse_arxiv,
    parse_doi,
)

SHA = "2c03df8b48bf3fa39054345bafabfeff15bfd11d"
SICI = "10.1002/(sici)1097-0258(19980815/30)17:15/16<1661::aid-sim968>3.0.co;2-2"

# text | keys as "scheme:value", most specific first
TABLE = f"""
10.1109/CVPR.2016.90                                  | doi:10.1109/cvpr.2016.90
doi:10.1109/CVPR.2016.90                              | doi:10.1109/cvpr.2016.90
DOI: 10.1109/CVPR.2016.90                             | doi:10.1109/cvpr.2016.90
https://doi.org/10.1109/CVPR.2016.90                  | doi:10.1109/cvpr.2016.90
http://dx.doi.org/10.1109/CVPR.2016.90                | doi:10.1109/cvpr.2016.90
doi.org/10.1109/cvpr.2016.90                          | doi:10.1109/cvpr.2016.90
https://doi.org/10.1109%2FCVPR.2016.90                | doi:10.1109/cvpr.2016.90
10.1109%2FCVPR.2016.90                                | doi:10.1109/cvpr.2016.90
10.1016/S0140-6736(05)01234-5.                        | doi:10.1016/s0140-6736(05)01234-5
10.1038/nature14539).                                 | doi:10.1038/nature14539
10.1007/978-3-642-04930-9\\_47                        | doi:10.1007/978-3-642-04930-9_47
{SICI.upper()} | doi:{SICI}
https://dl.acm.org/doi/abs/10.1145/1015330.1015428?download=true | doi:10.1145/1015330.1015428
https://link.springer.com/content/pdf/10.1007/978-3-319-46448-0_2.pdf | doi:10.1007/978-3-319-46448-0_2
https://onlinelibrary.wiley.com/doi/full/10.1002/abc.123 | doi:10.1002/abc.123
https://journals.plos.org/plosone/article?id=10.1371/journal.pone.0000000 | doi:10.1371/journal.pone.0000000
https://www.biorxiv.org/content/10.1101/2020.01.02.123456v2.full.pdf | doi:10.1101/2020.01.02.123456
https://www.nature.com/articles/nature14539           | doi:10.1038/nature14539
https://www.nature.com/articles/s41586-021-03819-2    | doi:10.1038/s41586-021-03819-2

1512.03385                                            | arxiv:1512.03385
1512.03385v2                                          | arxiv:1512.03385
0704.0001                                             | arxiv:0704.0001
arXiv:1512.03385v1 [cs.CV] 10 Dec 2015                | arxiv:1512.03385
arxiv.org/abs/1512.03385                              | arxiv:1512.03385
https://arxiv.org/abs/1512.03385v1                    | arxiv:1512.03385
http://www.arxiv.org/pdf/1512.03385v1.pdf             | arxiv:1512.03385
https://arxiv.org/pdf/1512.03385#page=3               | arxiv:1512.03385
https://export.arxiv.org/abs/1512.03385?context=cs    | arxiv:1512.03385
https://arxiv.org/html/2401.00001v2                   | arxiv:2401.00001
https://ar5iv.labs.arxiv.org/html/1512.03385          | arxiv:1512.03385
https://huggingface.co/papers/1512.03385              | arxiv:1512.03385
https%3A%2F%2Farxiv.org%2Fabs%2F1512.03385            | arxiv:1512.03385
abs/1512.03385                                        | arxiv:1512.03385
oai:arXiv.org:1512.03385                              | arxiv:1512.03385
hep-th/9901001                                        | arxiv:hep-th/9901001
hep-th%2F9901001                                      | arxiv:hep-th/9901001
math.GT/0309136                                       | arxiv:math/0309136
https://arxiv.org/abs/hep-th/9901001v3                | arxiv:hep-th/9901001
https://arxiv.org/pdf/math.GT/0309136.pdf             | arxiv:math/0309136
10.48550/arXiv.1706.03762                             | arxiv:1706.03762 doi:10.48550/arxiv.1706.03762
https://doi.org/10.48550/arXiv.hep-th/9901001         | arxiv:hep-th/9901001 doi:10.48550/arxiv.hep-th/9901001

conf/cvpr/GirshickDDM14                               | dblp:conf/cvpr/GirshickDDM14
conf%2Fcvpr%2FGirshickDDM14                           | dblp:conf/cvpr/GirshickDDM14
DBLP:conf/cvpr/HeZRS16                                | dblp:conf/cvpr/HeZRS16
https://dblp.org/rec/conf/cvpr/HeZRS16                | dblp:conf/cvpr/HeZRS16
https://dblp.org/rec/conf/cvpr/HeZRS16.html?view=bibtex | dblp:conf/cvpr/HeZRS16
https://dblp.uni-trier.de/rec/bibtex/conf/cvpr/HeZRS16 | dblp:conf/cvpr/HeZRS16
phd/basesearch/Smith15                                | dblp:phd/basesearch/Smith15
journals/corr/HeZRS15                                 | dblp:journals/corr/HeZRS15
journals/corr/1512.03385                              | arxiv:1512.03385 dblp:journals/corr/1512.03385
journals/corr/abs-1703-06870                          | arxiv:1703.06870 dblp:journals/corr/abs-1703-06870
journals/corr/hep-th/9901001                          | arxiv:hep-th/9901001 dblp:journals/corr/hep-th/9901001
journals/corr/cs-LG-0212028                           | arxiv:cs/0212028 dblp:journals/corr/cs-LG-0212028

N19-1423                                              | acl:N19-1423
https://aclanthology.org/N19-1423/                    | acl:N19-1423
https://www.aclweb.org/anthology/N19-1423.pdf         | acl:N19-1423
https://aclanthology.org/2020.acl-main.1v2.pdf        | acl:2020.acl-main.1
10.18653/v1/N19-1423                                  | doi:10.18653/v1/n19-1423 acl:N19-1423

https://openreview.net/forum?id=rJXMpikCZ             | openreview:rJXMpikCZ
https://openreview.net/forum?noteId=x&id=rJXMpikCZ    | openreview:rJXMpikCZ
https://openreview.net/pdf?id=rJXMpikCZ               | openreview:rJXMpikCZ
openreview:rJXMpikCZ                                  | openreview:rJXMpikCZ

http://proceedings.mlr.press/v37/ioffe15.html         | pmlr:v37/ioffe15
http://proceedings.mlr.press/v37/ioffe15.pdf          | pmlr:v37/ioffe15
https://proceedings.mlr.press/r0/pearl95a/pearl95a.pdf | pmlr:r0/pearl95a
http://jmlr.org/proceedings/papers/v37/ioffe15.pdf    | pmlr:v37/ioffe15
pmlr-v37-ioffe15                                      | pmlr:v37/ioffe15
pmlr-vR0-pearl95a                                     | pmlr:r0/pearl95a

{SHA}                                                 | s2:{SHA}
https://www.semanticscholar.org/paper/Deep-Residual-Learning/{SHA} | s2:{SHA}
https://www.semanticscholar.org/paper/{SHA.upper()}   | s2:{SHA}
W2194775991                                           | openalex:W2194775991
https://openalex.org/W2194775991                      | openalex:W2194775991
https://api.openalex.org/works/w2194775991            | openalex:W2194775991

ren2020not                                            | bibsonomy:ren2020not
bibsonomy:ren2020not                                  | bibsonomy:ren2020not
shannon-information                                   | bibsonomy:shannon-information

HTTP://Example.ORG:80/a/b/?utm_source=x&id=3#frag     | url:https://example.org/a/b?id=3
https://papers.nips.cc/paper/4824-imagenet.pdf        | url:https://papers.nips.cc/paper/4824-imagenet.pdf
https://doi.org/                                      | url:https://doi.org
https://arxiv.org/list/cs.CV/recent                   | url:https://arxiv.org/list/cs.CV/recent
"""  # noqa: E501  # a table reads best with one case on one line

CASES = [tuple(map(str.strip, row.split(" | "))) for row in TABLE.splitlines() if row]


@pytest.mark.parametrize(("text", "keys"), CASES)
def test_every_spelling_gives_its_keys_most_specific_first(text, keys):
    assert [f"{key.scheme}:{key.value}" for key in candidates(f" {text}\n")] == keys.split()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "1234",
        "hello world",
        "x" * 501,
        "https://example.org/" + "x" * MAX_VALUE,
        "10.1109/CVPR\x00.2016",
        "ren2020\u202fnot a key",
        "ren\x07",
        "%00%01",
        "\ud800",
        "https://user:secret@example.org/",
        "https://[::1",
        "https://",
        "javascript:alert(1)//",
        "<script>",
        "../../etc/passwd",
        "ключ2020",
    ],
)
def test_garbage_gives_no_key(text):
    assert candidates(text) == ()


def test_invisible_characters_of_a_copied_pdf_do_not_hide_an_id():
    assert candidates("\ufeff1512.\u200b03385") == (Key(Scheme.ARXIV, "1512.03385"),)


@pytest.mark.parametrize("text", ["1513.03385", "1512.3385", "1412.03385", "2400.00001"])
def test_a_number_of_the_wrong_month_or_length_is_no_arxiv_id(text):
    assert parse_arxiv(text) is None


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("1512.03385v2", ("1512.03385", 2)),
        ("https://arxiv.org/abs/hep-th/9901001v3", ("hep-th/9901001", 3)),
        ("math.GT/0309136", ("math/0309136", None)),
        ("10.48550/arXiv.1706.03762", ("1706.03762", None)),
        ("arXiv preprint arXiv:1412.6980", ("1412.6980", None)),
        ("10.1109/CVPR.2016.90", None),
        ("https://example.org/1512.03385", None),
    ],
)
def test_arxiv_id_comes_with_its_version(text, parsed):
    assert parse_arxiv(text) == parsed


@pytest.mark.parametrize(
    ("text", "doi"),
    [
        ("10.1000/182", "10.1000/182"),
        ("10.1000.10/123", "10.1000.10/123"),
        ("doi:10.1000/A(B)C", "10.1000/a(b)c"),
        ("10.1000/x.”", "10.1000/x"),
        ("10.1000/", None),
        ("10.1000/...", None),
        ("10.1/x", None),
        ("11.1000/182", None),
        ("10.1000/a b", None),
        ("", None),
    ],
)
def test_doi_is_lower_case_without_prefix_and_tail(text, doi):
    assert parse_doi(text) == doi


ADDRESSABLE = [key for text, _keys in CASES for key in candidates(text) if href(key)]


@pytest.mark.parametrize("key", sorted(set(ADDRESSABLE)))
def test_the_address_of_a_key_leads_back_to_the_key(key):
    address = href(key)

    assert address.startswith("https://")
    assert key in candidates(address)


def test_bibsonomy_keys_have_no_address():
    assert href(Key(Scheme.BIBSONOMY, "ren2020not")) is None


@pytest.mark.parametrize(
    ("texts", "key"),
    [
        (["10.1/x", "1512.03385", "ren2020not", "conf/cvpr/HeZRS16"], "conf/cvpr/HeZRS16"),
        (["journals/corr/HeZRS15", "conf/cvpr/HeZRS16"], "conf/cvpr/HeZRS16"),
        (["journals/corr/abs-1703-06870"], "journals/corr/abs-1703-06870"),
        (["10.1109/x", "1512.03385", "ren2020not"], "ren2020not"),
        (["10.1109/x", "1512.03385"], "journals/corr/1512.03385"),
        (["hep-th/9901001"], "journals/corr/hep-th/9901001"),
        (["10.1109/x", "https://example.org/p"], "10.1109/x"),
        (["https://example.org/p"], None),
        ([], None),
    ],
)
def test_old_key_is_dblp_then_bibsonomy_then_arxiv_then_doi(texts, key):
    assert bibtex_key([found for text in texts for found in candidates(text)]) == key


LIKELY = st.sampled_from(
    [text for text, _keys in CASES]
    + [
        "10.1000/",
        "https://",
        "arXiv:",
        "%2F",
        "%",
        ")",
        ".",
        "v2",
        "?",
        "#",
        " ",
        "journals/corr/",
    ]
)


@given(st.lists(st.one_of(st.text(max_size=8), LIKELY), max_size=4).map("".join))
def test_reading_never_raises_and_a_key_read_again_is_the_same(text):
    for key in candidates(text):
        assert key.value
        assert len(key.value) <= MAX_VALUE
        assert key in candidates(f"{key.scheme}:{key.value}")


@given(st.lists(st.one_of(st.text(max_size=8), LIKELY), max_size=4).map("".join))
def test_doi_and_arxiv_are_idempotent(text):
    if doi := parse_doi(text):
        assert parse_doi(doi) == doi
    if arxiv := parse_arxiv(text):
        assert parse_arxiv(arxiv.id) == (arxiv.id, None)
