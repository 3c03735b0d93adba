"""The command line: what it prints, and with what it ends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from shortscience.accounts.models import User
from shortscience.config import cli
from shortscience.config.doctor.data import recounted
from shortscience.papers.models import Paper
from shortscience.summaries.models import Summary
from tests.config.site import shortscience
from tests.factories import make_comment, make_paper, make_summary, make_user


@pytest.mark.parametrize("command", ["", *(m.__name__.rpartition(".")[2] for m in cli.COMMANDS)])
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    name = {"imports": "import"}.get(command, command)
    if name == "manage":
        pytest.skip("Django explains its own commands")

    with pytest.raises(SystemExit) as ended:
        cli.main([*filter(None, [name]), "--help"])

    assert ended.value.code == 0
    assert "usage: shortscience" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["import", "jsonl"], ["export", "x"]])
def test_wrong_use_ends_with_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)

    assert ended.value.code == 2


@pytest.mark.slow
def test_init_is_one_line_and_can_be_repeated(tmp_path: Path) -> None:
    first = shortscience("init", var=tmp_path)
    second = shortscience("init", var=tmp_path)

    assert (first.returncode, first.stderr, first.stdout.count("\n")) == (0, "", 1)
    assert second.stdout == first.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "99999"),
        ("WEB_WORKERS", "0"),
        ("SITE_URL", "example.org"),
        ("SITE_URL", "ftp://example.org"),
        ("SIGN_UP_OPEN", "maybe"),
        ("DATABASE_URL", "garbage"),
        ("DATABASE_URL", "mysql://localhost/site"),
        ("DATABASE_URL", "postgresql://localhost:port/site"),
        ("SQLITE_SYNCHRONOUS", "SOMETIMES"),
        ("REDIS_URL", "localhost"),
        ("EMAIL_URL", "mail.example.org"),
        ("SIGN_UP_LIMIT", "lots"),
        ("LOG_LEVEL", "LOUD"),
        ("VAR_DIR", "/dev/null/var"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, name: str, value: str) -> None:
    refused = shortscience("check", var=tmp_path, **{name: value})

    assert refused.returncode == 1
    assert refused.stderr.startswith("shortscience: A setting is wrong:")
    assert name in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.django_db
def test_an_import_reports_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "bees.jsonl"
    file.write_text('{"title": "A Study of Bees"}\nnot json\n')

    assert cli.main(["import", "jsonl", str(file), "--json"]) == 0

    report = json.loads(capsys.readouterr().out)
    assert report["papers"] == {
        "added": 1,
        "updated": 0,
        "merged": 0,
        "unchanged": 0,
        "refused": 1,
    }
    assert report["refused"][0]["line"] == 2
    assert {"summaries", "comments", "unplaced"} <= report.keys()


@pytest.mark.django_db
def test_a_file_that_is_not_what_it_says_ends_with_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = tmp_path / "a.txt"
    wrong.write_bytes(b"\x89PNG\r\n\x1a\n\0\0")

    for kind in ("pages", "rss", "bibtex", "jsonl"):
        assert cli.main(["import", kind, str(wrong)]) == 1
        assert "a.txt" in capsys.readouterr().err
    assert cli.main(["import", "rss", str(tmp_path / "missing")]) == 1


@pytest.mark.django_db
def test_the_export_holds_what_is_public_and_names_nobody_who_is_anonymous(
    capsysbinary: pytest.CaptureFixture[bytes],
) -> None:
    paper = make_paper("A Study of Bees", keys=("1512.03385",))
    named = make_summary(paper, writer=make_user("ada"), text="Named.")
    make_summary(paper, writer=make_user("zoe"), text="Hidden who.", anonymous=True)
    make_summary(paper, text="For me alone.", private=True)

    assert cli.main(["export", "summaries"]) == 0
    output = capsysbinary.readouterr().out

    rows = [json.loads(row) for row in output.splitlines()]
    assert [(row["author"], row["text"]) for row in rows] == [
        ("ada", "Named."),
        (None, "Hidden who."),
    ]
    assert rows[0]["id"] == named.pk
    assert b"zoe" not in output


@pytest.mark.django_db
def test_papers_are_exported_and_can_be_imported_again(tmp_path: Path) -> None:
    make_paper("A Study of Bees", keys=("1512.03385",))

    for what, kind in (("papers", "jsonl"), ("bibtex", "bibtex")):
        file = tmp_path / what
        assert cli.main(["export", what, str(file)]) == 0
        assert cli.main(["import", kind, str(file)]) == 0

    assert Paper.objects.count() == 1


@pytest.mark.django_db
def test_an_exported_paper_comes_back_with_all_that_names_it(tmp_path: Path) -> None:
    keys = ("1512.03385", "10.1000/a:b", "conf/x/Bee16", "https://bees.example/study")
    paper = make_paper("A Study of Bees", keys=keys, source="arXiv", abstract="On bees.")
    before = {str(key) for key in paper.identifiers.all()}
    file = tmp_path / "papers.jsonl"
    assert cli.main(["export", "papers", str(file)]) == 0

    assert cli.main(["import", "jsonl", str(file)]) == 0
    assert {str(key) for key in paper.identifiers.all()} == before
    paper.delete()
    assert cli.main(["import", "jsonl", str(file)]) == 0

    again = Paper.objects.get()
    assert {str(key) for key in again.identifiers.all()} == before
    assert (again.title, again.source, again.abstract) == (paper.title, "arXiv", "On bees.")


@pytest.mark.django_db
def test_check_finds_a_wrong_number_and_repairs_it_only_when_asked(
    capsys: pytest.CaptureFixture[str], settings: Any
) -> None:
    summary = make_summary()
    make_comment(summary=summary)
    settings.SITE_URL = "http://localhost:8000"
    assert cli.main(["check"]) == 0
    Paper.objects.update(summary_count=7)
    Summary.objects.update(score=99, comment_count=5)

    assert cli.main(["check"]) == 1
    assert Paper.objects.get().summary_count == 7
    assert "wrong" in capsys.readouterr().out
    assert cli.main(["check", "--repair"]) == 0
    assert Paper.objects.get().summary_count == 1
    assert set(recounted(keep=False).values()) == {0}


@pytest.mark.django_db
def test_rerender_redoes_old_rows_only(capsys: pytest.CaptureFixture[str]) -> None:
    old, new = make_summary(), make_summary()
    make_comment(summary=new)
    Summary.objects.filter(pk=old.pk).update(renderer_version=0, lead_html="old", rest_html="")

    assert cli.main(["rerender"]) == 0
    assert "1 summaries, 0 claims, 0 comments" in capsys.readouterr().out
    old.refresh_from_db()
    assert "<p>" in old.html

    assert cli.main(["rerender", "--all"]) == 0
    assert "2 summaries, 0 claims, 1 comments" in capsys.readouterr().out


@pytest.mark.django_db
def test_a_member_becomes_a_moderator_and_an_imported_writer_does_not() -> None:
    make_user("ada")
    User.objects.create(username="imported", origin="shortscience.org")

    assert cli.main(["user", "staff", "ADA"]) == 0
    assert User.objects.get(username="ada").is_staff
    assert cli.main(["user", "plain", "ada"]) == 0
    assert not User.objects.get(username="ada").is_staff
    assert cli.main(["user", "staff", "imported"]) == 1
    assert cli.main(["user", "staff", "nobody-here"]) == 1


@pytest.mark.django_db
def test_a_member_is_created_with_a_password_that_is_safe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getpass", lambda _: "short")
    assert cli.main(["user", "create", "ada", "ada@example.org"]) == 1

    monkeypatch.setattr("getpass.getpass", lambda _: "a long and quiet evening")
    assert cli.main(["user", "create", "ada", "ada@example.org"]) == 0
    assert User.objects.get().check_password("a long and quiet evening")
