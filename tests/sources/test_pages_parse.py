"""One dump of a page: papers, summaries, dates, comments, and what could not be read."""

from __future__ import annotations

from datetime import date

import pytest

from shortscience.sources.pages import NotAPage, parse_page

CARD = """\
Tree Nets: Growing Deep

{authors}

{venue}

Keywords: cs.LG, stat.ML

**First published:** {published}

**Abstract:** Trees grow deep when they are given water and light each day, and when
the winter is not long.
Second, they are found to fall in storms.
more
less

{authors}

{venue}

Keywords: cs.LG, stat.ML
"""


def page_with(
    body: str = "[link]\nIt grows trees. |\n",
    *,
    authors: str = "Ann Lee and Bo Chen",
    venue: str = "arXiv e-Print archive - 2019 via Local arXiv",
    published: str = "2019/03/04 (1 year ago)",
) -> str:
    card = CARD.format(authors=authors, venue=venue, published=published)
    return f"Welcome to ShortScience.org! |\n\n{card}\n{body}"


def only_paper(text: str):
    page = parse_page(text)
    assert page.refused == ()
    (paper,) = page.papers
    return paper


def test_card_becomes_one_paper_though_it_is_printed_twice():
    paper = only_paper(page_with())

    assert paper.title == "Tree Nets: Growing Deep"
    assert paper.authors == ("Ann Lee", "Bo Chen")
    assert (paper.venue, paper.year, paper.source) == ("arXiv e-Print archive", 2019, "arXiv")
    assert paper.keywords == ("cs.LG", "stat.ML")
    assert paper.published_on == date(2019, 3, 4)
    assert paper.line == 3
    assert [summary.text for summary in paper.summaries] == ["It grows trees."]


def test_abstract_is_rejoined_and_keeps_its_paragraphs():
    first, second = only_paper(page_with()).abstract.split("\n\n")

    assert first.endswith("each day, and when the winter is not long.")
    assert second == "Second, they are found to fall in storms."


@pytest.mark.parametrize(
    ("line", "authors"),
    [
        ("Lee, Ann and Chen, Bo", ("Ann Lee", "Bo Chen")),
        ("Lee, Ann B.", ("Ann B. Lee",)),
        ("van der Berg, Jan and others", ("Jan van der Berg",)),
        ("King, Jr., Martin and Dollár, Piotr", ("Martin King Jr.", "Piotr Dollár")),
        ("Plato", ("Plato",)),
        ("Ann Lee and Bo Chen et al.", ("Ann Lee", "Bo Chen")),
        ("王伟 and Zoë O'Neil-Smith", ("王伟", "Zoë O'Neil-Smith")),
    ],
)
def test_authors_come_as_first_last(line, authors):
    assert only_paper(page_with(authors=line)).authors == authors


@pytest.mark.parametrize(
    ("line", "venue", "year", "source"),
    [
        ("- 2020 via Local Bibsonomy", "", 2020, "Bibsonomy"),
        (
            "International Conference on Machine Learning - 2018 via Local Bibsonomy",
            "International Conference on Machine Learning",
            2018,
            "Bibsonomy",
        ),
        ("IEEE T-PAMI - Trees - 1998 via CrossRef", "IEEE T-PAMI - Trees", 1998, "CrossRef"),
        ("Some Journal - 0 via Local arXiv", "Some Journal", None, "arXiv"),
        ("Some Journal - via Local arXiv", "Some Journal", None, "arXiv"),
        ("Some Journal - 9999 via Local dblp", "Some Journal", None, "dblp"),
    ],
)
def test_venue_line_is_read(line, venue, year, source):
    paper = only_paper(page_with(venue=line))

    assert (paper.venue, paper.year, paper.source) == (venue, year, source)


@pytest.mark.parametrize(
    ("printed", "published_on"),
    [
        ("2013/12/21 (6 years ago)", date(2013, 12, 21)),
        ("2020/11/02 (3 weeks ago)", date(2020, 11, 2)),
        ("2013/12/21", date(2013, 12, 21)),
        ("2020/11/25 (just now)", None),
        ("2020/11/25 (0 days ago)", None),
        ("2020/11/25 (7 hours ago)", None),
        ("2013/02/30 (6 years ago)", None),
        ("soon", None),
    ],
)
def test_day_of_rendering_is_no_date(printed, published_on):
    assert only_paper(page_with(published=printed)).published_on == published_on


def test_day_that_another_card_calls_just_now_is_no_date():
    text = page_with(published="2020/11/25 (just now)") + page_with(
        published="2020/11/25 (1 day ago)"
    ).replace("Tree Nets", "Bird Nets")

    assert [paper.published_on for paper in parse_page(text).papers] == [None, None]


def test_importers_tag_is_no_keyword():
    text = page_with().replace("cs.LG, stat.ML", "dblp")

    assert only_paper(text).keywords == ()


def test_several_summaries_with_their_comments_belong_to_the_paper_above():
    body = (
        "[link]\nFirst one. |\n2 Comments\n\n[link]\nSecond one. |\n\n[link]\nThird. |\n1 Comment\n"
    )

    summaries = only_paper(page_with(body)).summaries

    assert [(s.raw, s.comment_count) for s in summaries] == [
        ("First one.", 2),
        ("Second one.", 0),
        ("Third.", 1),
    ]


def test_two_papers_of_the_same_people_and_venue_are_two():
    text = page_with() + "\n" + page_with().replace("Tree Nets", "Bird Nets")

    papers = parse_page(text).papers

    assert [paper.title for paper in papers] == [
        "Tree Nets: Growing Deep",
        "Bird Nets: Growing Deep",
    ]
    assert [len(paper.summaries) for paper in papers] == [1, 1]


def test_paper_without_summaries_or_meta_lines_is_kept():
    card = "Lee, Ann\n\n- 2020 via Local Bibsonomy\n\n"
    text = f"Trees\n\n{card}{card}"

    paper = only_paper(text)

    assert (paper.title, paper.authors, paper.summaries) == ("Trees", ("Ann Lee",), ())


def test_title_directly_above_its_authors_is_found():
    text = (
        "Trees\nLee, Ann and Chen, Bo\nJournal of Trees - 2020 via Local Bibsonomy\n[link]\nOk. |\n"
    )

    paper = only_paper(text)

    assert (paper.title, paper.authors) == ("Trees", ("Ann Lee", "Bo Chen"))


def test_summary_of_several_lines_without_a_bar_ends_before_the_next_card():
    text = "[link]\nFirst line\n\nsecond line.\n\n" + page_with()

    page = parse_page(text)

    assert [summary.raw for summary in page.loose] == ["First line\n\nsecond line."]
    assert len(page.papers) == 1


def test_line_that_names_the_writer_is_no_text():
    body = "[link]\nSummary by Ann 3 years ago\nIt grows. |\n"

    assert [s.raw for s in only_paper(page_with(body)).summaries] == ["It grows."]


def test_pages_saved_in_one_file_do_not_run_together():
    text = page_with() + "Welcome to ShortScience.org!\n[link]\nLoose. |\n"

    page = parse_page(text)

    assert [len(page.papers[0].summaries), len(page.loose)] == [1, 1]


def test_page_without_title_lines_gives_loose_summaries():
    text = (
        "![]() |\nWelcome to ShortScience.org! |\n![]() ![]() |\n"
        "[link]\nOne text. ![]() |\n[link]\nAnother. ![]()\n3 Comments\n|"
    )

    page = parse_page(text)

    assert [(s.text, s.comment_count, s.line) for s in page.loose] == [
        ("One text.", 0, 4),
        ("Another.", 3, 6),
    ]
    assert page.papers == page.refused == ()


def test_welcome_box_gives_the_number_of_public_summaries():
    text = "Welcome to ShortScience.org!\n\n- The website has 1,540 public summaries, mostly.\n"

    assert parse_page(text).public_summaries == 1540


def test_unreadable_places_are_reported_by_line_and_the_rest_is_read():
    text = page_with("[link]\n|\n\nsome stray words\n\n[link]\nGood. |\n\nAbout\n")

    page = parse_page(text)

    assert [reason for _, reason in page.refused] == [
        "A summary without text.",
        "Not understood: “some stray words”.",
    ]
    assert [summary.raw for summary in page.papers[0].summaries] == ["Good."]


def test_windows_line_ends_and_a_byte_order_mark_change_nothing():
    text = page_with()

    assert parse_page("\ufeff" + text.replace("\n", "\r\n")).papers == parse_page(text).papers


def test_summary_tells_cites_images_and_its_own_papers_id():
    body = (
        "[link]\nSee [paper](https://arxiv.org/pdf/1607.01759v3.pdf) and "
        "[char-CNN](http://arxiv.org/abs/1502.01710v5), \\cite{conf/a/B15,journals/c/D} "
        "[FPN](http://www.shortscience.org/paper?bibtexKey=journals%2Fcorr%2FLin16#ann) "
        "https://i.imgur.com/x1.png ![](https://x.org/y.jpg) |\n"
    )

    paper = only_paper(page_with(body))

    assert paper.summaries[0].cites == ("conf/a/B15", "journals/c/D", "journals/corr/Lin16")
    assert paper.summaries[0].images == ("https://i.imgur.com/x1.png", "https://x.org/y.jpg")
    assert paper.identifiers == ("1607.01759",)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "empty"),
        (" \n\n", "empty"),
        ("\x89PNG\r\n\x1a\n\0\0\0", "binary"),
        ("\ufffd\ufffd\x01\x02ab", "binary"),
        ("<!DOCTYPE html><html><p>Welcome to ShortScience.org!", "HTML"),
        ("<?xml version='1.0'?><rss/>", "XML"),
        ("@article{lee2019, title={Trees}}", "BibTeX"),
        ('[{"title": "Trees"}]', "JSON"),
        ("Dear reader,\n\nnothing is here.\n", "no title lines"),
    ],
)
def test_other_files_are_refused_with_a_sentence(text, word):
    with pytest.raises(NotAPage, match=word) as refusal:
        parse_page(text)

    assert str(refusal.value).endswith(".")


def test_ten_megabytes_are_read():
    text = page_with("[link]\n" + "word " * 1_000_000 + "|\n" + "\nstray\n" * 200_000)

    page = parse_page(text)

    assert len(page.papers[0].summaries[0].raw) > 4_900_000
    assert len(page.refused) == 200_000
