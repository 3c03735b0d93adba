"""PMLR: the BibTeX file of a volume, and a paper's page."""

from __future__ import annotations

import pytest

from shortscience.sources.errors import SourceUnreadable
from tests.sources.expected import check, parsed, read

pytestmark = pytest.mark.pure


def test_a_real_volume() -> None:
    found = read("pmlr", "pmlr/aistats17.bib")

    # The volume's own entry is no paper and no mistake.
    assert (len(found.records), found.refused) == (167, ())
    check(
        found.records[0],
        title="Minimax Gaussian Classification & Clustering",
        authors=("Tianyang Li", "Xinyang Yi", "Constantine Carmanis", "Ravikumar Pradeep"),
        year=2017,
        day="2017-04-10",
        venue="AISTATS",
        long="Proceedings of the 20th International Conference on Artificial Intelligence and"
        " Statistics",
        keys=["pmlr:v54/li17a"],
        id="v54/li17a",
        source="PMLR",
        details={
            "entry_type": "inproceedings",
            "volume": "54",
            "publisher": "PMLR",
            "pages": "1-9",
            "url": "https://proceedings.mlr.press/v54/li17a.html",
        },
        starts="We present minimax bounds for classification and clustering error in the setting",
        ends="potentially larger than the number of samples n, but where the difference between the"
        " Gaussian means is sparse.",
    )
    last = next(record for record in found.records if record.source_id == "v54/khanna17b")
    check(last, count=5, first="Rajiv Khanna", last="Joydeep Ghosh")
    assert len({key for record in found.records for key in record.keys}) == 167


ENTRY = """@InProceedings{pmlr-v202-aamand23a, title = {Data Structures for $\\epsilon$},
 author = {Aamand, Anders and Indyk, Piotr}, booktitle = {Proceedings of the 40th ICML},
 pages = {1--2}, year = {2023}, volume = {202}, month = {23--29 Jul},
 url = {https://proceedings.mlr.press/v202/aamand23a.html}, abstract = {We &lt; you.} }"""


@pytest.mark.parametrize("attribute", ['class="citecode" id="bibtex"', "id=bibtex"])
def test_a_papers_page(attribute: str) -> None:
    """Written after what other programs read there."""
    page = f"<!DOCTYPE html><html><body><code {attribute}>\n{ENTRY}\n</code></body></html>"

    [record] = parsed("pmlr", page).records

    check(
        record,
        title="Data Structures for $\\epsilon$",
        authors=("Anders Aamand", "Piotr Indyk"),
        year=2023,
        venue="Proceedings of the 40th ICML",
        keys=["pmlr:v202/aamand23a"],
        starts="We < you.",
    )
    assert record.details["volume"] == "202"


def test_a_page_without_an_entry_is_unreadable() -> None:
    with pytest.raises(SourceUnreadable):
        parsed("pmlr", "<html><body>Not here</body></html>")
