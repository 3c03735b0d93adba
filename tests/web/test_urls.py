"""Every address: it can be made by name, and it answers a stranger as it should."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from shortscience.accounts.models import User
from shortscience.library.actions.lists import add_to_list, make_list
from shortscience.library.actions.saving import save_paper
from tests.factories import make_comment, make_paper, make_summary, make_venue

pytestmark = pytest.mark.django_db

# What a stranger gets by GET. A new address without a row here fails the build.
OPEN = 200
MOVED = (301, 302)
SIGN_IN = "sign in"
POST_ONLY = 405
ABSENT = 404
ANSWERS: dict[str, object] = {
    "home": OPEN,
    "paper-number": MOVED,
    "paper": OPEN,
    "paper-bibtex": OPEN,
    "comment-on-paper": SIGN_IN,
    "summary-write": SIGN_IN,
    "paper-history": OPEN,
    "paper-correct": SIGN_IN,
    "paper-merge": SIGN_IN,
    "paper-refresh": POST_ONLY,
    "venue-edit": SIGN_IN,
    "staff-doubtful": SIGN_IN,
    "staff-pair": POST_ONLY,
    "staff-suggestions": SIGN_IN,
    "staff-suggestion": POST_ONLY,
    "staff-undo-merge": POST_ONLY,
    "staff-jobs": SIGN_IN,
    "staff-job": SIGN_IN,
    "paper-save": POST_ONLY,
    "paper-list": POST_ONLY,
    "library": SIGN_IN,
    "library-edit": SIGN_IN,
    "library-export": SIGN_IN,
    "list-new": SIGN_IN,
    "list": OPEN,
    "list-export": OPEN,
    "list-edit": SIGN_IN,
    "list-delete": SIGN_IN,
    "list-arrange": POST_ONLY,
    "paper-add": SIGN_IN,
    "paper-fetch": SIGN_IN,
    "random": MOVED,
    "summary": OPEN,
    "summary-source": OPEN,
    "summary-share": OPEN,
    "summary-vote": POST_ONLY,
    "summary-edit": SIGN_IN,
    "summary-delete": SIGN_IN,
    "summary-history": OPEN,
    "summary-compare": MOVED,
    "summary-revision": OPEN,
    "summary-restore": POST_ONLY,
    "comment-on-summary": SIGN_IN,
    "write": OPEN,
    "drafts": SIGN_IN,
    "draft-delete": SIGN_IN,
    "write-preview": POST_ONLY,
    "comment": MOVED,
    "comment-reply": SIGN_IN,
    "comment-edit": SIGN_IN,
    "comment-delete": SIGN_IN,
    "venues": OPEN,
    "venue": OPEN,
    "venue-year": OPEN,
    "people": OPEN,
    "author": OPEN,
    "person": OPEN,
    "person-avatar": OPEN,
    "search": OPEN,
    "search-suggest": OPEN,
    "about": OPEN,
    "guide": OPEN,
    "theme": POST_ONLY,
    "log": OPEN,
    "report": SIGN_IN,
    "staff-reports": SIGN_IN,
    "staff-act": SIGN_IN,
    "settings": SIGN_IN,
    "settings-profile": SIGN_IN,
    "settings-sessions": POST_ONLY,
    "settings-export": SIGN_IN,
    "settings-delete": SIGN_IN,
    "favicon": MOVED,
    "healthz": OPEN,
    "readyz": OPEN,
    "metrics": ABSENT,
    "media": ABSENT,
    "legacy-paper": 400,
    "legacy-venue": MOVED,
    "legacy-user": 400,
    "legacy-users": MOVED,
    "legacy-export": OPEN,
    "rss": OPEN,
    "rss-all": OPEN,
    "rss-full": OPEN,
    "sitemap": OPEN,
    "sitemap-part": ABSENT,
    "robots": OPEN,
    "opensearch": OPEN,
}


def our_names() -> Iterator[str]:
    """Every named address of ours; allauth's and the admin's have their own tests."""

    def walk(resolver: URLResolver) -> Iterator[str]:
        for entry in resolver.url_patterns:
            if isinstance(entry, URLResolver):
                if entry.namespace != "admin" and "account/" not in str(entry.pattern):
                    yield from walk(entry)
            elif isinstance(entry, URLPattern) and entry.name:
                yield entry.name

    return walk(get_resolver())


@pytest.fixture
def addresses(alice: User) -> dict[str, str]:
    """One real address for every name."""
    venue = make_venue()
    paper = make_paper("Deep Residual Learning", venue=venue, year=2016, keys=("1512.03385",))
    summary = make_summary(paper, writer=alice)
    comment = make_comment(summary=summary)
    made = make_list(owner=alice, name="To read", is_public=True)
    add_to_list(by=alice, reading_list=made, papers=[paper])
    of_list = {"list_id": made.pk, "slug": made.slug}
    saved = save_paper(member=alice, paper=paper)
    of_summary = {"summary_id": summary.pk}
    of_paper = {"paper_id": paper.pk, "slug": paper.slug}
    of_comment = {"comment_id": comment.pk}
    arguments: dict[str, Mapping[str, object]] = {
        "summary": of_summary,
        "summary-source": of_summary,
        "summary-share": of_summary,
        "summary-vote": of_summary,
        "summary-edit": of_summary,
        "summary-delete": of_summary,
        "summary-history": of_summary,
        "summary-compare": of_summary,
        "summary-revision": {**of_summary, "number": 1},
        "summary-restore": {**of_summary, "number": 1},
        "draft-delete": {"draft_id": 1},
        "comment-on-summary": of_summary,
        "paper-save": of_paper,
        "paper-list": of_paper,
        "library-edit": {"saved_id": saved.pk},
        "library-export": {"ending": "bib"},
        "list": of_list,
        "list-export": {**of_list, "ending": "bib"},
        "list-edit": of_list,
        "list-delete": of_list,
        "list-arrange": of_list,
        "paper-number": {"paper_id": paper.pk},
        "paper": of_paper,
        "paper-bibtex": of_paper,
        "comment-on-paper": of_paper,
        "summary-write": of_paper,
        "paper-history": of_paper,
        "paper-correct": of_paper,
        "paper-merge": of_paper,
        "paper-refresh": of_paper,
        "venue-edit": {"slug": venue.slug},
        "staff-pair": {"pair_id": 1},
        "staff-suggestion": {"suggestion_id": 1},
        "staff-undo-merge": {"merge_id": 1},
        "staff-job": {"job_id": 1},
        "comment": of_comment,
        "comment-reply": of_comment,
        "comment-edit": of_comment,
        "comment-delete": of_comment,
        "venue": {"slug": venue.slug},
        "venue-year": {"slug": venue.slug, "year": 2016},
        "author": {"name": "Kaiming He"},
        "person": {"handle": "alice"},
        "person-avatar": {"handle": "alice"},
        "report": {"kind": "summary", "target_id": summary.pk},
        "staff-act": {"kind": "summary", "target_id": summary.pk},
        "media": {"name": "no/such.webp"},
        "sitemap-part": {"part": "no-such-part"},
    }
    return {name: reverse(name, kwargs=dict(arguments.get(name, {}))) for name in our_names()}


def test_every_address_has_a_row_in_this_table() -> None:
    assert set(our_names()) == set(ANSWERS)


def test_a_stranger_gets_what_the_table_says(client: Client, addresses: dict[str, str]) -> None:
    wrong = {}
    for name, address in addresses.items():
        answer = client.get(address)
        expected = ANSWERS[name]
        if expected == SIGN_IN:
            where = answer.headers.get("Location", "")
            right = answer.status_code == 302 and where.startswith(reverse("account_login"))
        elif isinstance(expected, tuple):
            right = answer.status_code in expected
        else:
            right = answer.status_code == expected
        if not right:
            wrong[name] = (answer.status_code, answer.headers.get("Location"))

    assert wrong == {}


def test_reading_sets_no_cookie(client: Client, addresses: dict[str, str]) -> None:
    setting = [
        name
        for name, address in addresses.items()
        if ANSWERS[name] == OPEN and client.get(address).cookies
    ]

    assert setting == []


def test_every_page_is_strict_about_what_a_browser_may_do(
    client: Client, addresses: dict[str, str]
) -> None:
    for name, address in addresses.items():
        answer = client.get(address)

        policy = answer.headers.get("Content-Security-Policy", "")
        assert "default-src 'none'" in policy, name
        assert "unsafe" not in policy, name
        assert answer.headers.get("X-Content-Type-Options") == "nosniff", name


def test_no_page_loads_from_another_host_or_carries_inline_code(
    client: Client, addresses: dict[str, str]
) -> None:
    for name, address in addresses.items():
        answer = client.get(address)
        if not answer.headers.get("Content-Type", "").startswith("text/html"):
            continue
        html = answer.content.decode()

        assert not re.search(
            r'<(?:img|script|iframe|video|audio|source)[^>]+src="(?:https?:)?//', html
        )
        assert not re.search(r'<link[^>]+rel="stylesheet"[^>]+href="(?:https?:)?//', html), name
        assert not re.search(r"<[^>]+\sstyle=", html), name
        assert not re.search(r"<[^>]+\son[a-z]+=", html), name
        assert not re.search(r"<script(?![^>]*\ssrc=)", html), name
