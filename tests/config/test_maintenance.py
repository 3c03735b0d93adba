"""Days on which the site only shows, or shows nothing."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.client import ClientHandler
from django.urls import reverse
from django.utils import timezone

from shortscience.accounts.models import User
from shortscience.config import cli
from shortscience.config.maintenance import Gate
from shortscience.discussion.models import Comment
from shortscience.operations import actions, mode
from shortscience.operations.mode import MODE, Mode
from tests.conftest import signed_in
from tests.factories import make_comment, make_paper, make_summary, make_venue

pytestmark = pytest.mark.django_db

READ_ONLY: dict[str, Any] = {MODE: Mode(is_read_only=True)}
CLOSED: dict[str, Any] = {MODE: Mode(is_closed=True, says="We move to a larger disk.")}


@pytest.fixture(autouse=True)
def _nothing_is_known_from_another_test() -> Any:
    mode.forget()
    yield
    mode._known.mode = Mode()
    mode.forget()


# --- read-only --------------------------------------------------------------------------------


def test_every_page_is_there_while_nothing_is_written(client: Client, alice: User) -> None:
    venue = make_venue()
    paper = make_paper("Deep Residual Learning", venue=venue, year=2016)
    summary = make_summary(paper, writer=alice)
    make_comment(summary=summary)
    reader = signed_in(alice)
    pages = ["/", paper.get_absolute_url(), summary.get_absolute_url(), f"/v/{venue.slug}"]
    pages += ["/@alice", "/people", "/venues", "/search?q=residual", "/log", "/rss.xml", "/guide"]

    for page in pages:
        assert client.get(page, **READ_ONLY).status_code == 200, page
        assert reader.get(page, **READ_ONLY).status_code == 200, page
    assert reader.get("/settings", **READ_ONLY).status_code == 200
    assert reader.get(f"/s/{summary.pk}/edit", **READ_ONLY).status_code == 200


def test_a_write_gets_a_page_that_gives_the_text_back(alice: User) -> None:
    paper = make_paper()
    text = "It took me an hour to write this."

    answer = signed_in(alice).post(
        reverse("comment-on-paper", args=[paper.pk, paper.slug]), {"text": text}, **READ_ONLY
    )

    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
    page = answer.content.decode()
    assert page.count(text) == 2, "once to read and once to send again"
    assert "can only be read" in page
    assert Comment.objects.count() == 0


def test_who_writes_is_told_before(alice: User) -> None:
    paper = make_paper()
    editor = reverse("summary-write", args=[paper.pk, paper.slug])

    assert "can only be read" in signed_in(alice).get(editor, **READ_ONLY).content.decode()
    assert "can only be read" not in signed_in(alice).get(editor).content.decode()


def test_a_script_gets_the_sentence_alone(alice: User) -> None:
    summary = make_summary()

    answer = signed_in(alice).post(
        f"/s/{summary.pk}/vote", {"value": "1"}, HTTP_X_REQUESTED_WITH="fetch", **READ_ONLY
    )

    assert answer.status_code == 503
    assert answer["Content-Type"].startswith("text/plain")
    assert "can only be read" in answer.content.decode()


def test_nobody_can_sign_in_and_who_is_signed_in_stays_so(client: Client, alice: User) -> None:
    reader = signed_in(alice)
    before = Session.objects.count()

    answer = client.post(reverse("account_login"), {"login": "alice", "password": "x"}, **READ_ONLY)

    assert answer.status_code == 503
    assert Session.objects.count() == before
    assert "alice" in reader.get("/", **READ_ONLY).content.decode()


def test_a_message_that_is_shown_leaves_the_session_as_it_was(alice: User) -> None:
    reader = signed_in(alice)
    reader.post(reverse("settings-profile"), {"display_name": "Alice A."})
    before = Session.objects.get().session_data

    shown = reader.get(reverse("settings"), **READ_ONLY)

    assert shown.status_code == 200
    assert Session.objects.get().session_data == before


def test_whatever_would_write_while_reading_is_refused(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from shortscience.web.views import pages

    make_paper("Before")

    def meddling(request: Any, *_: object) -> Any:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE papers_paper SET title = 'After'")

    monkeypatch.setattr(pages, "render", meddling)

    answer = client.get("/about", **READ_ONLY)

    assert answer.status_code == 503
    with connection.cursor() as cursor:
        cursor.execute("SELECT title FROM papers_paper")
        assert cursor.fetchall() == [("Before",)]


def test_a_preview_and_the_colours_work_since_they_store_nothing(alice: User) -> None:
    reader = signed_in(alice)

    preview = reader.post(reverse("write-preview"), {"text": "*So*"}, **READ_ONLY)
    colours = reader.post(reverse("theme"), {"theme": "dark"}, **READ_ONLY)

    assert preview.status_code == 200
    assert colours.status_code == 302


# --- closed -----------------------------------------------------------------------------------


def test_a_closed_site_shows_one_page_and_stays_alive(client: Client) -> None:
    page = client.get("/", **CLOSED)

    assert page.status_code == 503
    assert int(page["Retry-After"]) > 0
    assert "We move to a larger disk." in page.content.decode()
    assert client.get("/nothing-here", **CLOSED).status_code == 503
    assert client.get("/healthz", **CLOSED).status_code == 200
    assert client.get("/readyz", **CLOSED).status_code == 200


def test_what_the_operator_wanted_is_no_error_in_the_log(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    client.get("/", **CLOSED)
    client.post("/account/sign-in", **READ_ONLY)

    assert caplog.records == []


def test_the_page_says_until_when(client: Client) -> None:
    until = timezone.now() + timedelta(hours=1)

    closed: dict[str, Any] = {MODE: Mode(is_closed=True, until=until)}

    page = client.get("/", **closed)

    assert 3500 < int(page["Retry-After"]) <= 3600
    assert f"{until:%H:%M} UTC" in page.content.decode()


def test_staff_can_sign_in_and_look(client: Client, alice: User, mona: User) -> None:
    assert client.get(reverse("account_login"), **CLOSED).status_code == 200
    assert signed_in(mona).get("/", **CLOSED).status_code == 200
    assert signed_in(alice).get("/", **CLOSED).status_code == 503


# --- the switch -------------------------------------------------------------------------------


def asked(application: Any, path: str = "/") -> tuple[str, bytes]:
    """Ask an application as a web server does."""
    said: list[str] = []
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "HTTP_HOST": "testserver",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
    }
    body = application(environ, lambda status, headers, *_: said.append(status))
    return said[0], b"".join(body)


def site(environ: Any, start_response: Any) -> list[bytes]:
    answer: Any = ClientHandler()(environ)
    start_response(f"{answer.status_code} {answer.reason_phrase}", list(answer.items()))
    return [answer.content]


def stored_pages(environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [])
    return [b"a stored page"]


def test_a_closed_site_gives_out_no_stored_page() -> None:
    gate = Gate(stored_pages, site)
    assert asked(gate) == ("200 OK", b"a stored page")

    actions.close_site()
    mode.forget()

    status, body = asked(gate)
    assert status == "503 Service Unavailable"
    assert b"being looked after" in body
    assert asked(gate, "/healthz")[0] == "200 OK"
    actions.stop_writing()
    actions.open_site()
    mode.forget()
    assert asked(gate) == ("200 OK", b"a stored page")


def test_the_switch_is_looked_at_twice_a_second_and_not_more(
    django_assert_num_queries: Any,
) -> None:
    with django_assert_num_queries(1):
        for _ in range(100):
            mode.current()


def test_it_stays_as_it_was_while_the_database_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    actions.close_site()
    mode.forget()
    assert mode.current().is_closed

    def away() -> Mode:
        raise OperationalError

    monkeypatch.setattr(mode, "stored", away)
    mode.forget()

    assert mode.current().is_closed


def test_a_setting_makes_it_read_only_whatever_the_switch_says(settings: Any) -> None:
    settings.READ_ONLY = True

    assert mode.stored().is_read_only


def test_the_commands_switch_and_tell(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["readonly", "on", "--until", "2031-01-01T14:00"]) == 0
    assert "read-only, until 2031-01-01 14:00 UTC" in capsys.readouterr().out
    assert mode.stored().is_read_only
    assert cli.main(["readonly", "off"]) == 0
    assert "is open" in capsys.readouterr().out

    assert cli.main(["maintenance", "on", "--say", "Back soon."]) == 0
    assert "closed" in capsys.readouterr().out
    assert (mode.stored().is_closed, mode.stored().says) == (True, "Back soon.")
    assert cli.main(["maintenance", "off"]) == 0
    assert mode.stored().is_usual


def test_a_time_that_is_none_is_refused() -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["maintenance", "on", "--until", "soon"])

    assert ended.value.code == 2
