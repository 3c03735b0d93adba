"""Pages about the site, the theme, and files that belong to texts."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shortscience.lib import markup
from shortscience.web.writing_guide import SOURCE, chapters
from tests.factories import make_paper, make_summary, make_venue
from tests.queries import content_of, queries_of


@pytest.mark.django_db
def test_about_tells_live_numbers_and_who_runs_it(client: Client, settings: Any) -> None:
    settings.OPERATOR_MAIL = "ops@example.org"
    make_summary(make_paper(venue=make_venue()))
    make_paper()

    html = client.get("/about").content.decode()

    numbers = [line for line in html.splitlines() if '<span class="num">' in line]
    counted = [line.split('<span class="num">')[1].split("<")[0] for line in numbers]
    assert counted == ["1", "1", "2", "1", "1"]
    assert "mailto:ops@example.org" in html


@pytest.mark.django_db
def test_about_costs_the_same_at_any_size(client: Client) -> None:
    few = queries_of(client, "/about")
    for _ in range(5):
        make_summary()

    assert queries_of(client, "/about") == few <= 8


@pytest.mark.django_db
def test_the_guide_shows_each_example_as_typed_and_as_rendered(client: Client) -> None:
    html = client.get("/guide").content.decode()

    assert "\\cite{conf/cvpr/HeZRS16}" in html
    assert "He et al., 2016" in html
    assert "<math" in html
    assert "<table" in html


def test_the_guide_is_rendered_by_the_code_of_summaries() -> None:
    examples = [part for chapter in chapters() for part in chapter.parts if part.source]

    assert len(examples) >= 7
    for part in examples:
        lead = markup.render(part.source, id_prefix="x-").words
        assert lead > 0
    assert "````" not in "".join(part.html for chapter in chapters() for part in chapter.parts)


def test_the_guide_loses_no_line_of_its_file() -> None:
    shown = sum(len(chapter.parts) for chapter in chapters())
    fences = SOURCE.read_text().count("````example")

    assert fences == sum(bool(part.source) for chapter in chapters() for part in chapter.parts)
    assert shown > fences


@pytest.mark.django_db
class TestTheme:
    def choose(self, theme: str, back: str = "/about") -> Any:
        return Client(enforce_csrf_checks=True).post("/theme", {"theme": theme, "next": back})

    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_a_choice_is_kept_in_a_cookie(self, theme: str) -> None:
        answer = self.choose(theme)

        cookie = answer.cookies["theme"]
        assert (answer.status_code, answer["Location"]) == (302, "/about")
        assert cookie.value == theme
        assert cookie["samesite"] == "Lax"
        assert cookie["httponly"]
        assert int(cookie["max-age"]) >= 31_000_000

    def test_auto_forgets_the_cookie(self) -> None:
        assert self.choose("auto").cookies["theme"]["max-age"] == 0

    def test_the_page_has_the_theme(self, client: Client) -> None:
        client.post("/theme", {"theme": "dark"})

        assert 'data-theme="dark"' in client.get("/about").content.decode()

    @pytest.mark.parametrize("theme", ["", "pink", "<script>"])
    def test_anything_else_is_refused(self, theme: str) -> None:
        assert self.choose(theme).status_code == 400

    @pytest.mark.parametrize(
        "back",
        ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "",
         "about", "http:///evil.example", "/\x00", "\n//evil.example"],
    )  # fmt: skip
    def test_the_way_back_stays_here(self, back: str) -> None:
        location = self.choose("dark", back)["Location"]

        assert location.startswith("/")
        assert not location.startswith(("//", "/\\"))

    def test_looking_is_not_choosing(self, client: Client) -> None:
        assert client.get("/theme").status_code == 405


@pytest.fixture
def media(db: None, tmp_path: Path, settings: Any) -> Path:
    root = tmp_path / "media"
    (root / "a").mkdir(parents=True)
    (root / "a" / "x.webp").write_bytes(b"0123456789")
    (root / "a" / "page.html").write_text("<script>")
    (root / ".hidden.png").write_bytes(b"x")
    (tmp_path / "secret.png").write_bytes(b"secret")
    os.symlink(tmp_path / "secret.png", root / "link.png")
    settings.MEDIA_ROOT = root
    return root


class TestMedia:
    def test_a_file_is_served_for_ever(self, client: Client, media: Path) -> None:
        answer = client.get("/media/a/x.webp")

        assert content_of(answer) == b"0123456789"
        assert answer["Content-Type"] == "image/webp"
        assert answer["Content-Length"] == "10"
        assert "immutable" in answer["Cache-Control"]
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer["Content-Security-Policy"]

    def test_a_known_file_is_not_sent_again(self, client: Client, media: Path) -> None:
        first = client.get("/media/a/x.webp")
        first.close()
        by_tag = client.get("/media/a/x.webp", headers={"If-None-Match": first["ETag"]})
        by_date = client.get(
            "/media/a/x.webp", headers={"If-Modified-Since": first["Last-Modified"]}
        )

        assert (by_tag.status_code, by_date.status_code) == (304, 304)

    @pytest.mark.parametrize(
        ("asked", "sent", "said"),
        [
            ("bytes=2-4", b"234", "bytes 2-4/10"),
            ("bytes=7-", b"789", "bytes 7-9/10"),
            ("bytes=-3", b"789", "bytes 7-9/10"),
            ("bytes=8-99", b"89", "bytes 8-9/10"),
            ("bytes=-99", b"0123456789", "bytes 0-9/10"),
        ],
    )
    def test_a_part_is_sent_for_players(
        self, client: Client, media: Path, asked: str, sent: bytes, said: str
    ) -> None:
        answer = client.get("/media/a/x.webp", headers={"Range": asked})

        assert answer.status_code == 206
        assert content_of(answer) == sent
        assert answer["Content-Range"] == said

    @pytest.mark.parametrize("asked", ["bytes=10-", "bytes=5-2", "bytes=-0"])
    def test_a_part_that_is_not_there_is_refused(
        self, client: Client, media: Path, asked: str
    ) -> None:
        answer = client.get("/media/a/x.webp", headers={"Range": asked})

        assert answer.status_code == 416
        assert answer["Content-Range"] == "bytes */10"

    @pytest.mark.parametrize("asked", ["bytes=-", "bytes=0-1,4-5", "lines=1-2", "bytes=a-b"])
    def test_other_ranges_get_the_whole(self, client: Client, media: Path, asked: str) -> None:
        answer = client.get("/media/a/x.webp", headers={"Range": asked})

        assert answer.status_code == 200
        answer.close()

    @pytest.mark.parametrize(
        "name",
        [
            "no.webp", "a/page.html", "../secret.png", "a/../../secret.png", "..%2fsecret.png",
            "%2e%2e/secret.png", "a/..%5c..%5csecret.png", "/etc/passwd", "link.png", ".hidden.png",
            "a", "a/", "%00.png", "x.webp%00.png", "a/x.webp/", "n" * 3000 + ".png",
        ],
    )  # fmt: skip
    def test_nothing_else_is_served(self, client: Client, media: Path, name: str) -> None:
        assert client.get(f"/media/{name}").status_code == 404

    @settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
    @given(name=st.text(max_size=40))
    def test_no_name_leads_out(self, client: Client, media: Path, name: str) -> None:
        from urllib.parse import quote

        answer = client.get(f"/media/{quote(name, errors='replace')}.png")

        assert answer.status_code == 404
