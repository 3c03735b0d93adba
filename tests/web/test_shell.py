"""The frame that all pages share, and the pages that must work when little else does."""

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages import INFO, SUCCESS
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils.safestring import mark_safe
from jinja2 import UndefinedError

from shortscience.accounts.models import User
from shortscience.lib.paging import Page, window
from shortscience.summaries.models import Summary
from shortscience.web.rendering import part


def request_by(reader: object, address: str = "/") -> HttpRequest:
    request = RequestFactory().get(address)
    request.user = reader  # type: ignore[assignment]
    return request


@pytest.fixture
def alice() -> User:  # never saved: the shell must not need the database
    return User(pk=1, username="alice", display_name="Alice A.")


@pytest.mark.parametrize("code", [400, 500, 503])
def test_pages_for_broken_days_need_no_request_and_no_database(code: int) -> None:
    page = render_to_string(f"{code}.html")

    assert "<h1>" in page
    assert 'name="robots" content="noindex"' in page


@pytest.mark.parametrize("code", [400, 403, 500, 503])
def test_a_refused_text_is_given_back(code: int) -> None:
    page = render_to_string(f"{code}.html", {"kept_text": "Half a night's work & <b>more</b>"})

    assert "Your text, so that nothing is lost" in page
    assert "Half a night&#x27;s work &amp; &lt;b&gt;more&lt;/b&gt;</textarea>" in page


def test_a_stranger_sees_the_ways_in_and_gets_no_token() -> None:
    page = render_to_string("base.html", {"theme": ""})

    assert "Sign in" in page
    assert "csrfmiddlewaretoken" not in page


def test_the_chosen_theme_is_on_the_page() -> None:
    assert 'data-theme="dark"' in render_to_string("base.html", {"theme": "dark"})
    assert "data-theme=" not in render_to_string("base.html", {"theme": ""})


def votes(reader: User | AnonymousUser, *, vote: int = 0, own: bool = False) -> str:
    summary = Summary(pk=3, score=5)
    return part(
        "votes",
        summary=summary,
        vote=vote,
        own=own,
        reader=reader,
        csrf_token="token",
        next="/s/3",
    )


def test_pressing_ones_vote_again_takes_it_back(alice: User) -> None:
    html = votes(alice, vote=1)

    assert 'value="0" aria-label="Helpful" aria-pressed="true"' in html
    assert 'value="-1" aria-label="Not helpful" aria-pressed="false"' in html


def test_a_stranger_votes_by_signing_in() -> None:
    html = votes(AnonymousUser())

    assert 'name="next" value="/s/3"' in html
    assert "csrfmiddlewaretoken" not in html


def test_nobody_votes_on_their_own(alice: User) -> None:
    html = votes(alice, own=True)

    assert "<form" not in html
    assert html.count("disabled") == 2


def test_an_anonymous_writer_leaves_no_trace() -> None:
    assert part("person", person=None).strip() == '<span class="person">Anonymous</span>'


def test_a_part_escapes_what_people_write() -> None:
    html = part("person", person=User(pk=1, username="eve", display_name="<b>Eve</b> & co"))

    assert "&lt;b&gt;Eve&lt;/b&gt; &amp; co" in html


def test_a_part_that_misses_something_says_so() -> None:
    with pytest.raises(UndefinedError):
        part("person")


def test_the_pager_keeps_the_rest_of_the_address(alice: User) -> None:
    page: Page[int] = window(list(range(30)), number=2, size=10, count=30)

    pager = render_to_string(
        "_pager.html", {"page": page}, request=request_by(alice, "/people?order=new&page=2")
    )

    assert 'href="?order=new&amp;page=1" rel="prev"' in pager
    assert 'href="?order=new&amp;page=3" rel="next"' in pager
    assert "2 of 3" in pager


def test_one_page_has_no_pager(alice: User) -> None:
    page: Page[int] = window([1], number=1, size=10)

    assert "<nav" not in render_to_string("_pager.html", {"page": page}, request=request_by(alice))


def test_a_field_points_to_its_help_and_its_error() -> None:
    class Form(forms.Form):
        mail = forms.EmailField(help_text="Never shown.")

    html = render_to_string("_field.html", {"field": Form({"mail": "x"})["mail"]})

    assert 'aria-describedby="id_mail_helptext id_mail_error"' in html
    assert 'id="id_mail_helptext">Never shown.' in html
    assert 'id="id_mail_error"' in html
    assert 'class="input"' in html


def test_a_page_of_the_frame_begins_with_its_doctype() -> None:
    for page in (render_to_string("base.html"), render_to_string("500.html")):
        assert page.startswith("<!doctype html>\n<html")


def test_what_a_message_says_is_escaped_unless_it_is_html() -> None:
    said = [Message(INFO, "1 < 2"), Message(SUCCESS, mark_safe("<b>Done</b>"), "published")]

    page = part("messages", messages=said)

    assert '<p class="notice__title">1 &lt; 2</p>' in page
    assert 'notice--good" role="status" data-tags="published"' in page
    assert "<b>Done</b>" in page
