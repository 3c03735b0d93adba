"""Every address: it can be made by name, and it answers a stranger as it should."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from shortscience.accounts.models import User
from shortscience.claims.actions import propose
from shortscience.claims.saying import Said
from shortscience.evidence.actions import upload_report
from shortscience.evidence.models import Report
from shortscience.groups.actions import invite, make_group
from shortscience.library.actions.lists import add_to_list, make_list
from shortscience.library.actions.saving import save_paper
from shortscience.sharing.actions import invite_author_by_link, make_link
from tests.evidence.reports import IN, OUT, as_bytes, report_of
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
    # The paper there has one summary.
    "paper-side-by-side": MOVED,
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
    "reproductions": OPEN,
    "reproductions-guide": OPEN,
    "reproduction": OPEN,
    "report-new": SIGN_IN,
    "report-schema": OPEN,
    "api-reports": POST_ONLY,
    "run-report": OPEN,
    "run-report-json": OPEN,
    "run-report-codecheck": OPEN,
    "run-report-crate": OPEN,
    "claim-link": POST_ONLY,
    "claim-unlink": POST_ONLY,
    "settings-keys": SIGN_IN,
    "settings-key-end": POST_ONLY,
    "claims": OPEN,
    "claim": OPEN,
    "claim-propose": SIGN_IN,
    "claim-propose-for": SIGN_IN,
    "claim-edit": SIGN_IN,
    "claim-withdraw": POST_ONLY,
    "claim-take-over": POST_ONLY,
    "claim-decline": POST_ONLY,
    "claim-join": POST_ONLY,
    "claim-part": POST_ONLY,
    "comment-on-claim": SIGN_IN,
    "paper-save": POST_ONLY,
    "paper-list": POST_ONLY,
    "library": SIGN_IN,
    "library-edit": SIGN_IN,
    "library-export": SIGN_IN,
    "list-new": SIGN_IN,
    "list": OPEN,
    "list-export": OPEN,
    "list-print": OPEN,
    "list-feed": OPEN,
    "person-lists-feed": OPEN,
    "list-book": OPEN,
    "venue-book": OPEN,
    "list-edit": SIGN_IN,
    "list-delete": SIGN_IN,
    "list-arrange": POST_ONLY,
    "paper-add": SIGN_IN,
    "paper-fetch": SIGN_IN,
    "random": MOVED,
    "summary": OPEN,
    "summary-source": OPEN,
    "summary-share": OPEN,
    "summary-readers": SIGN_IN,
    "summary-vote": POST_ONLY,
    "summary-edit": SIGN_IN,
    "summary-delete": SIGN_IN,
    "summary-history": OPEN,
    "summary-compare": MOVED,
    "summary-revision": OPEN,
    "summary-restore": POST_ONLY,
    "summary-withdraw": POST_ONLY,
    "summary-links": SIGN_IN,
    "summary-link": SIGN_IN,
    "summary-authors": SIGN_IN,
    "summary-author-link": SIGN_IN,
    "summary-author-invitation": SIGN_IN,
    "summary-author": SIGN_IN,
    "shared": OPEN,
    "groups": SIGN_IN,
    "group-new": SIGN_IN,
    "group": SIGN_IN,
    "group-edit": SIGN_IN,
    "group-invite": SIGN_IN,
    "group-invitation": SIGN_IN,
    "group-member": SIGN_IN,
    "group-leave": SIGN_IN,
    "group-close": SIGN_IN,
    "group-join": SIGN_IN,
    "author-invitation": SIGN_IN,
    "author-join": SIGN_IN,
    "comment-on-summary": SIGN_IN,
    "note-on-summary": SIGN_IN,
    "summary-notes": OPEN,
    "write": OPEN,
    "drafts": SIGN_IN,
    "draft-delete": SIGN_IN,
    "write-cite": OPEN,
    "write-preview": POST_ONLY,
    "images": SIGN_IN,
    "image-add": SIGN_IN,
    "image-delete": SIGN_IN,
    "image": ABSENT,
    "staff-images": SIGN_IN,
    "staff-image": SIGN_IN,
    "comment": MOVED,
    "comment-reply": SIGN_IN,
    "comment-edit": SIGN_IN,
    "comment-delete": SIGN_IN,
    "comment-accept": POST_ONLY,
    "comment-history": ABSENT,
    "questions": OPEN,
    "mentions": SIGN_IN,
    "mentions-seen": POST_ONLY,
    "mentions-mute": POST_ONLY,
    "venues": OPEN,
    "venue": OPEN,
    "venue-year": OPEN,
    "venue-year-print": OPEN,
    "people": OPEN,
    "author": OPEN,
    "person": OPEN,
    "person-avatar": OPEN,
    "search": OPEN,
    "search-suggest": OPEN,
    "about": OPEN,
    "guide": OPEN,
    "keys": OPEN,
    "theme": POST_ONLY,
    "log": OPEN,
    "report": SIGN_IN,
    "staff-reports": SIGN_IN,
    "staff-act": SIGN_IN,
    "settings": SIGN_IN,
    "settings-profile": SIGN_IN,
    "settings-sessions": POST_ONLY,
    "settings-proof": POST_ONLY,
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
    claim = propose(by=alice, paper=paper, said=Said("It trains deep networks."))
    of_claim = {"claim_id": claim.pk}
    run = measured(alice)
    of_run = {"sha256": run.sha256}
    of_summary = {"summary_id": summary.pk}
    group = make_group(owner=alice, name="The lab")
    joining, joining_by = invite(group=group, by=alice, lasts=timedelta(days=7))
    for_group = make_summary(make_paper("For the lab"), writer=alice, group=group)
    link, secret = make_link(summary=for_group, by=alice, lasts=None)
    asked, asked_by = invite_author_by_link(summary=for_group, by=alice)
    of_group = {"group_id": group.pk}
    of_paper = {"paper_id": paper.pk, "slug": paper.slug}
    of_comment = {"comment_id": comment.pk}
    arguments: dict[str, Mapping[str, object]] = {
        "reproduction": {"reproduction_id": run.version.reproduction_id},
        "run-report": of_run,
        "run-report-json": of_run,
        "run-report-codecheck": of_run,
        "run-report-crate": of_run,
        "claim-link": of_claim,
        "claim-unlink": {"link_id": 1},
        "settings-key-end": {"number": 1},
        "claim": of_claim,
        "claim-propose": of_paper,
        "claim-propose-for": of_summary,
        "claim-edit": of_claim,
        "claim-withdraw": of_claim,
        "claim-take-over": of_claim,
        "claim-decline": of_claim,
        "claim-join": of_claim,
        "claim-part": {"merge_id": 1},
        "comment-on-claim": of_claim,
        "summary": of_summary,
        "summary-source": of_summary,
        "summary-share": of_summary,
        "summary-readers": of_summary,
        "summary-vote": of_summary,
        "summary-edit": of_summary,
        "summary-delete": of_summary,
        "summary-history": of_summary,
        "summary-compare": of_summary,
        "summary-revision": {**of_summary, "number": 1},
        "summary-restore": {**of_summary, "number": 1},
        "summary-withdraw": {**of_summary, "number": 1},
        "summary-links": {"summary_id": for_group.pk},
        "summary-link": {"summary_id": for_group.pk, "link_id": link.pk},
        "summary-authors": of_summary,
        "summary-author-link": of_summary,
        "summary-author-invitation": {"summary_id": for_group.pk, "invitation_id": asked.pk},
        "summary-author": {**of_summary, "handle": "alice"},
        "shared": {"token": secret},
        **{name: of_group for name in our_names() if re.match(r"group-(?!new|join)|group$", name)},
        "group-invitation": {**of_group, "invitation_id": joining.pk},
        "group-member": {**of_group, "handle": "alice"},
        "group-join": {"token": joining_by},
        "author-invitation": {"invitation_id": 1},
        "author-join": {"token": asked_by},
        "draft-delete": {"draft_id": 1},
        "comment-on-summary": of_summary,
        "note-on-summary": of_summary,
        "summary-notes": of_summary,
        "paper-save": of_paper,
        "paper-list": of_paper,
        "library-edit": {"saved_id": saved.pk},
        "library-export": {"ending": "bib"},
        "list": of_list,
        "list-print": of_list,
        "list-export": {**of_list, "ending": "bib"},
        "list-book": of_list,
        "list-edit": of_list,
        "list-feed": of_list,
        "person-lists-feed": {"handle": "alice"},
        "list-delete": of_list,
        "list-arrange": of_list,
        "paper-number": {"paper_id": paper.pk},
        "paper": of_paper,
        "paper-bibtex": of_paper,
        "paper-side-by-side": of_paper,
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
        "comment-accept": of_comment,
        "comment-history": of_comment,
        "venue": {"slug": venue.slug},
        "venue-year": {"slug": venue.slug, "year": 2016},
        "venue-year-print": {"slug": venue.slug, "year": 2016},
        "venue-book": {"slug": venue.slug, "year": 2016},
        "author": {"name": "Kaiming He"},
        "person": {"handle": "alice"},
        "person-avatar": {"handle": "alice"},
        "report": {"kind": "summary", "target_id": summary.pk},
        "staff-act": {"kind": "summary", "target_id": summary.pk},
        "media": {"name": "no/such.webp"},
        "image": {"file": f"{'a' * 26}-30x20.webp"},
        "image-delete": {"name": "a" * 26},
        "staff-image": {"name": "a" * 26},
        "sitemap-part": {"part": "no-such-part"},
    }
    return {name: reverse(name, kwargs=dict(arguments.get(name, {}))) for name in our_names()}


def measured(by: User, number: int = 0) -> Report:
    """Send a report on the paper of `addresses`; each number is a run of its own."""
    arms = {"out": [value - number / 10_000 for value in OUT], "inside": IN}
    made = report_of(arms=arms, arxiv="1512.03385")
    return upload_report(by=by, payload=as_bytes(made)).report


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
