"""The demo library: sound files, loaded once however often."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from shortscience.accounts.models import User
from shortscience.demo.content import FOLDER, WrongContent, read_library
from shortscience.demo.load import load
from shortscience.discussion.models import Comment
from shortscience.images.models import Image
from shortscience.lib import markup
from shortscience.papers.models import Paper
from shortscience.summaries import counts
from shortscience.summaries.models import Citation, Summary
from shortscience.voting.models import SummaryVote
from tests.factories import make_user


def rows() -> dict[str, Any]:
    return {
        model.__name__: list(model.objects.order_by("pk").values_list("pk", flat=True))
        for model in (User, Paper, Summary, Comment, SummaryVote, Citation, Image)
    }


@pytest.mark.django_db
def test_the_library_is_loaded_whole_and_again_changes_nothing() -> None:
    counted = load()
    before = rows()

    assert load() == counted
    assert rows() == before
    assert counted["papers"] == Paper.objects.count() >= 22
    assert counted["summaries"] == Summary.objects.public().count() >= 30
    assert counted["people"] == User.objects.count() >= 12
    assert counted["comments"] == Comment.objects.count() > 0
    assert counted["votes"] == SummaryVote.objects.count() > 0
    assert set(counts.recount().values()) == {0}


@pytest.mark.django_db
def test_it_shows_what_the_site_can_do() -> None:
    load()

    assert Summary.objects.filter(has_math=True).count() > 5
    assert Summary.objects.filter(is_anonymous=True).exists()
    assert Summary.objects.filter(text__contains="|---").exists() or (
        Summary.objects.filter(rest_html__contains="<table").exists()
    )
    assert Citation.objects.exclude(paper=None).count() > 5
    image = Image.objects.get()
    assert image.file is not None
    assert Summary.objects.filter(rest_html__contains=f'<img src="{image.address.large}"').exists()
    assert Paper.objects.filter(summary_count=0).exists()


@pytest.mark.django_db
def test_nobody_can_sign_in_as_an_invented_reader() -> None:
    load()

    for person in User.objects.all():
        assert (person.origin, person.email) == ("demo", "")
        assert not person.has_usable_password()


@pytest.mark.django_db
def test_a_member_who_has_the_name_of_a_reader_is_not_taken_over() -> None:
    make_user("kite-92")

    with pytest.raises(WrongContent, match="kite-92 is a member"):
        load()
    assert not Paper.objects.exists()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    folder = tmp_path / "demo"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return folder


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("anonymous = false", "anonimous = false", "anonimous"),
        ("anonymous = false", 'anonymous = "no"', "anonymous"),
        ('author = "', 'author = "nobody-', "nobody is called"),
        ('paper = "', 'paper = "no-', "there is no"),
        ("+++\n", "---\n", "does not begin with a head"),
        ('published_at = "20', 'published_at = "90', "future"),
    ],
)
def test_wrong_content_names_its_file_and_field(
    copy: Path, old: str, new: str, message: str
) -> None:
    path = next(
        p for p in sorted(copy.glob("summaries/**/*.md")) if "anonymous = false" in p.read_text()
    )
    path.write_text(path.read_text().replace(old, new, 1))

    with pytest.raises(WrongContent, match=message) as wrong:
        read_library(copy)
    assert path.name in str(wrong.value)


def test_every_person_and_every_paper_is_used() -> None:
    library = read_library()
    writers = {summary.head.author for summary in library.summaries}

    assert {person.handle for person in library.people} == writers


def test_the_library_marks_claims_without_a_fault() -> None:
    texts = [markup.render(summary.text, claims={}) for summary in read_library().summaries]

    assert [problem for text in texts for problem in text.problems] == []
    assert sum(len(text.claims) for text in texts) >= 25
