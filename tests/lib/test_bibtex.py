"""BibTeX as it is found: read all that can be read, refuse the rest with line and reason."""

import gzip
import io
import tracemalloc
from datetime import date

import pytest

from shortscience.lib import bibtex
from shortscience.lib.bibtex import BibtexRecord, Refusal, iter_entries, parse
from tests.shared import shared


def only(text):
    """Return the single record of a text, which has nothing to refuse."""
    found = parse(text)
    assert [str(refusal.reason) for refusal in found.refused] == []
    (record,) = found.records
    return record


def test_an_entry_gives_all_its_fields_in_unicode():
    record = only(
        """@InProceedings{DBLP:conf/semweb/X09,
          author    = {Robert J{\\"{a}}schke and van der Maaten, Laurens and others},
          title     = {{Enrichment} of {\\"U}ber-{ISWC} 50\\%.},
          booktitle = {The Semantic Web - {ISWC} 2009},
          year      = 2009, volume = {5823}, number = "3", pages = {747--762},
          publisher = {Springer}, keywords = {web, semantic; web},
          abstract  = {We&#8217;re <i>here</i>:
                       $x^{2}$.},
          url       = {https://doi.org/10.1007/978-3-642-04930-9\\_47},
          month = jul, day = {4},
        }"""
    )

    assert record == BibtexRecord(
        key="DBLP:conf/semweb/X09",
        entry_type="inproceedings",
        title="Enrichment of Über-ISWC 50%",
        authors=("Robert Jäschke", "Laurens van der Maaten"),
        has_others=True,
        year=2009,
        venue="The Semantic Web - ISWC 2009",
        doi="10.1007/978-3-642-04930-9_47",
        url="https://doi.org/10.1007/978-3-642-04930-9_47",
        abstract="We’re here: $x^{2}$.",
        keywords=("web", "semantic"),
        pages="747–762",
        publisher="Springer",
        volume="5823",
        number="3",
        published_on=date(2009, 7, 4),
        line=1,
    )


@pytest.mark.parametrize(
    ("fields", "arxiv_id"),
    [
        ("eprint={1512.03385v2}, archivePrefix={arXiv}", "1512.03385"),
        ("eprint={hep-th/9901001}", "hep-th/9901001"),
        ("journal={arXiv preprint arXiv:1412.6980}", "1412.6980"),
        ("journal={CoRR}, volume={abs/1512.03385}", "1512.03385"),
        ("journal={CoRR abs/1512.03385}", "1512.03385"),
        ("url={http://arxiv.org/abs/1203.1314}", "1203.1314"),
        ("howpublished={\\url{https://arxiv.org/pdf/1203.1314.pdf}}", "1203.1314"),
        ("doi={10.48550/arXiv.1706.03762}", "1706.03762"),
        ("journal={Nature}, volume={521}", ""),
        ("note={see arXiv:1203.1314}", ""),
    ],
)
def test_arxiv_id_is_found_where_it_is_printed(fields, arxiv_id):
    assert only(f"@article{{a, title={{T}}, {fields}}}").arxiv_id == arxiv_id


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@article(a, title = {T (x)}, year = 2001)", ("a", "T (x)", 2001)),
        ('@article{a, title = "T {\\"a} x", year = "2001"}', ("a", "T ä x", 2001)),
        ("@article{a, title={T} year={2001}}", ("a", "T", 2001)),
        ("@article{a title={T}, year={2001}}", ("a", "T", 2001)),
        ("@article{a,\n title={T},\n,\n year=2001\n}", ("a", "T", 2001)),
        ("@ article {a, title={T}, year=2001}", ("a", "T", 2001)),
        ("@article{a,\n title={T {x,\n year={2001}\n}", ("a", "T x", 2001)),
        ("@article{a,\n title={T \\\\{x} y},\n year={2001}\n}", ("a", "T x y", 2001)),
        ("@article{a, title={T}, year={2001}", ("a", "T", 2001)),
        ("@article{a, title={T}, title={U}, year={c2001}}", ("a", "T", 2001)),
        (
            "@string(t = {T}) @article{a, title = t # { and } # T, year=2001}",
            ("a", "T and T", 2001),
        ),
        ("@misc{a, title={T}, date={2001-02-03}}", ("a", "T", 2001)),
        ("@misc{a, title={T}, year={in press}}", ("a", "T", None)),
        ("@misc{, title={T}}", ("", "T", None)),
    ],
)
def test_common_faults_are_mended(text, expected):
    record = only(text)

    assert (record.key, record.title, record.year) == expected


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("@article{b, title={T}, year={0}}", "year “0”"),
        ("@article{b, title={T}, year={20199}}", "year “20199”"),
        ("@article{b, title={T}, year={1066}}", "year “1066”"),
        ("@article{b, year={2001}}", "no title"),
        ("@article{b, title={{}}, year={2001}}", "no title"),
        ("@article{b}", "could not be read"),
        ("@article{b, title={" + "x" * 1001 + "}}", "longer than 1,000"),
        ("@article{b, title={" + "x" * 1_100_000 + "}}", "too long"),
        ("@proceedings{b, title={Proceedings of X}}", "whole volume"),
    ],
)
def test_a_refused_entry_names_its_line_and_does_not_stop_the_rest(entry, words):
    found = parse(f"% comment\n@misc{{a, title={{A}}}}\n\n{entry}\n@misc{{c,\n title={{C}}}}\n")

    assert [(record.title, record.line) for record in found.records] == [("A", 2), ("C", 5)]
    (refusal,) = found.refused
    assert refusal.line == 4
    assert words in str(refusal.reason)


@pytest.mark.parametrize("text", ["", "   \n", "Hello @world", "<html>{}</html>", "PK\x03\x04\x00"])
def test_what_is_not_bibtex_is_refused_with_one_sentence(text):
    found = parse(text)

    assert found.records == ()
    (refusal,) = found.refused
    assert "not BibTeX" in str(refusal.reason)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_crossref_gives_the_fields_of_the_volume_before_or_after(order):
    entries = (
        "@inproceedings{a, title={T}, author={A B}, crossref={Conf}}",
        "@book{conf, title={Conference}, year={2006}, publisher={P}, doi={10.1000/volume}}",
    )

    found = parse("\n".join(entries[index] for index in order))

    record = next(record for record in found.records if record.key == "a")
    assert (record.venue, record.year, record.publisher, record.doi) == (
        "Conference",
        2006,
        "P",
        "",
    )


def test_three_thousand_authors_are_one_entry():
    authors = " and\n ".join(f"Last{number}, First{number}" for number in range(3000))

    record = only(f"@article{{a, title={{T}}, author={{{authors}}}}}")

    assert len(record.authors) == 3000
    assert record.authors[-1] == "First2999 Last2999"


def test_latin1_lines_between_utf8_lines_are_read():
    text = "@misc{a, title={Ã}}\n".replace("Ã", "Größe").encode("latin-1")
    text += "@misc{b, title={Größe}}\n".encode()

    assert [item.title for item in iter_entries(io.BytesIO(text))] == ["Größe", "Größe"]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_lines_are_counted_with_every_line_end(newline):
    text = newline.join(["% x", "@misc{a,", " title={A}}", "", "@misc{b, title={B}}"])

    assert [record.line for record in parse(text).records] == [2, 5]


def test_entries_on_one_line_are_told_apart():
    text = "".join(f"@misc{{k{number}, title={{T{number}}}}}" for number in range(3000))

    assert [record.key for record in parse(text).records] == [f"k{n}" for n in range(3000)]


def test_an_at_sign_in_a_value_starts_no_entry():
    record = only("@misc{a, title={LeQua @ {CLEF}}, abstract={mail me@(x) or\n {a,b}@cs.example}}")

    assert record.title == "LeQua @ CLEF"
    assert "cs.example" in record.abstract


def test_a_large_file_is_read_in_constant_memory():
    entry = f"@misc{{k, title={{T}}, abstract={{{'word ' * 200}}}}}\n".encode()

    class Endless(io.RawIOBase):
        left = 8_000_000

        def readable(self):
            return True

        def readinto(self, buffer):
            size = min(len(buffer), max(0, self.left))
            start = -self.left % len(entry)
            buffer[:size] = (entry * (size // len(entry) + 2))[start : start + size]
            self.left -= size
            return size

    tracemalloc.start()
    count = sum(1 for _item in iter_entries(io.BufferedReader(Endless())))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert count > 7_000
    assert peak < 2_000_000


@pytest.mark.parametrize("folder", ["bibtex", "dblp", "crossref"])
def test_every_sample_is_read_without_refusing_a_paper(folder):
    for path in sorted(shared(f"data/samples/{folder}").glob("*.bib")):
        found = parse(path.read_text())

        assert found.records, path.name
        assert all(
            record.title and "{" not in record.title.split("$")[0] for record in found.records
        )
        assert all("whole volume" in str(refusal.reason) for refusal in found.refused), path.name


@pytest.mark.parametrize(("name", "count"), [("aistats", 5073), ("colt", 1416), ("uai", 1139)])
def test_every_entry_of_real_proceedings_is_read(name, count):
    with gzip.open(shared(f"data/bibtex/bibtex-{name}.bib.gz")) as file:
        items = list(iter_entries(file))

    assert [item for item in items if isinstance(item, Refusal)] == []
    assert len(items) == count
    complete = [item for item in items if item.title and item.authors and item.year and item.venue]
    assert len(complete) == count
    assert sum(item.is_mended for item in items) < 0.06 * count


def test_pmlr_submission_file_is_read():
    found = parse(shared("data/samples/pmlr/aistats17.bib").read_text())

    assert len(found.records) == 167
    assert [refusal.line for refusal in found.refused] == [1]


def test_a_written_entry_is_well_formed():
    written = bibtex.entry(
        key="conf/cvpr/He, X",
        entry_type="InProceedings",
        fields={
            "title": "50% of $x_{1}$ & {more}",
            "author": "Jane Doe and {Barnes and Noble}",
            "url": "https://example.org/a_b%20{c}",
            "note": "",
        },
    )

    assert written == (
        "@inproceedings{conf/cvpr/He_X,\n"
        "  title = {50\\% of $x_{1}$ \\& \\{more\\}},\n"
        "  author = {Jane Doe and {Barnes and Noble}},\n"
        "  url = {https://example.org/a_b%20%7Bc%7D},\n"
        "}\n"
    )
