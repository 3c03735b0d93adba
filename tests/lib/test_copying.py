"""Words in a row that two texts share."""

from shortscience.lib.copying import copied

ABSTRACT = " ".join(f"word{number}" for number in range(100))


def test_more_than_so_many_words_in_a_row_are_found_whatever_stands_between() -> None:
    words = ABSTRACT.upper().split()[20:60]
    text = "My own words. “" + ",\n".join(words) + "” And more."

    (run,) = copied(text, ABSTRACT, more_than=30)

    assert (run.words, text[run.start :][:6]) == (40, "WORD20")
    assert run.begins == "WORD20, WORD21, WORD22, WORD23, WORD24, WORD25"


def test_so_many_words_are_not_yet_too_many() -> None:
    words = ABSTRACT.split()

    assert copied(" ".join(words[:30]), ABSTRACT, more_than=30) == []
    assert len(copied(" ".join(words[:31]), ABSTRACT, more_than=30)) == 1


def test_two_places_are_two_runs() -> None:
    words = ABSTRACT.split()
    text = " ".join([*words[:40], "mine", *words[40:80]])

    assert [run.words for run in copied(text, ABSTRACT, more_than=30)] == [40, 40]


def test_short_texts_have_nothing_in_common() -> None:
    assert copied("", ABSTRACT, more_than=30) == copied(ABSTRACT, "", more_than=30) == []
