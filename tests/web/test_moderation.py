"""The staff pages and the public log: who gets in, what is shown, what an act does."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from shortscience.accounts.models import User
from shortscience.discussion.models import Comment
from shortscience.membership.actions import Texts, leave
from shortscience.moderation import actions, cases
from shortscience.moderation.models import LogEntry, Report
from shortscience.summaries.actions import save_summary
from shortscience.summaries.models import Summary
from tests.conftest import signed_in
from tests.factories import make_comment, make_paper, make_summary, make_user

pytestmark = pytest.mark.django_db

QUEUE = reverse("staff-reports")


def act(client: Client, kind: str, pk: int, do: str, reason: str = "Advertising") -> Any:
    return client.post(reverse("staff-act", args=[kind, pk]), {"do": do, "reason": reason})


def report(target: Any, *, by: User | None = None, reason: str = "spam", note: str = "") -> None:
    actions.report(reporter=by or make_user(), target=target, reason=reason, note=note)


# --- who gets in ------------------------------------------------------------------------------
def test_a_stranger_signs_in_and_a_member_is_told_no(client: Client, alice: User) -> None:
    summary = make_summary()
    case = reverse("staff-act", args=["summary", summary.pk])

    for page in (QUEUE, case):
        assert client.get(page).headers["Location"] == f"{reverse('account_login')}?next={page}"
        answer = signed_in(alice).get(page)
        assert answer.status_code == 403
        assert "Only moderators can do this." in answer.content.decode()
    assert act(signed_in(alice), "summary", summary.pk, "hide").status_code == 403
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize(("kind", "pk"), [("summary", 999), ("venue", 1), ("person", 999)])
def test_what_does_not_exist_has_no_case(mona: User, kind: str, pk: int) -> None:
    assert signed_in(mona).get(f"/staff/act/{kind}/{pk}").status_code == 404


# --- the queue --------------------------------------------------------------------------------
def test_reports_of_one_thing_are_one_case(alice: User, mona: User) -> None:
    summary = make_summary(writer=alice)
    report(summary, reason="spam", note="Look at the link.")
    report(summary, reason="spam")
    report(summary, reason="unkind")

    page = signed_in(mona).get(QUEUE).content.decode()

    assert page.count('class="case"') == 1
    assert "Advertising or spam × 2" in page
    assert "3 reports" in page
    assert "Look at the link." in page
    assert summary.lead_html in page


def test_what_waits_longest_comes_first(mona: User) -> None:
    first, second = make_paper("First"), make_paper("Second")
    report(first)
    report(second)
    report(first)

    waiting = cases.open_cases(1).items

    assert [case.target for case in waiting] == [first, second]


def test_thirty_cases_cost_twelve_queries(mona: User, django_assert_max_num_queries: Any) -> None:
    for _ in range(8):
        summary = make_summary()
        report(summary, note="One.")
        report(make_comment(summary=summary), note="Two.")
        report(summary.paper, note="Three.")
        report(make_user(), note="Four.")
    client = signed_in(mona)

    with django_assert_max_num_queries(12):
        page = client.get(QUEUE).content.decode()

    assert page.count('class="case"') == 30
    assert "?page=2" in page


def test_an_empty_queue_says_so(mona: User) -> None:
    assert "No reports wait." in signed_in(mona).get(QUEUE).content.decode()


def test_reports_of_what_was_deleted_since_wait_for_nobody(alice: User, mona: User) -> None:
    report(alice)
    leave(person=alice, texts=Texts.REMOVE)

    assert cases.count_open() == 0
    assert "No reports wait." in signed_in(mona).get(QUEUE).content.decode()


def test_a_text_made_private_since_is_not_shown(alice: User, mona: User) -> None:
    summary = make_summary(writer=alice, text="My secret.")
    report(summary)
    save_summary(
        writer=alice, paper=summary.paper, text="My secret.", is_private=True,
        base_version=summary.version,
    )  # fmt: skip

    page = signed_in(mona).get(QUEUE).content.decode()

    assert "My secret." not in page
    assert "made it private since" in page


# --- acts -------------------------------------------------------------------------------------
def test_hiding_a_summary_closes_its_reports_and_stands_in_the_log(
    alice: User, mona: User, client: Client
) -> None:
    summary = make_summary(writer=alice)
    report(summary)

    answer = act(signed_in(mona), "summary", summary.pk, "hide", "Advertising")

    assert answer.headers["Location"] == QUEUE
    summary.refresh_from_db()
    assert summary.is_hidden
    assert Report.objects.get().outcome == "hidden"
    log = client.get(reverse("log")).content.decode()
    assert "Advertising" in log
    assert summary.paper.title in log
    assert f'href="{summary.get_absolute_url()}"' not in log


def test_what_is_hidden_is_found_and_restored(mona: User) -> None:
    client, comment, paper = signed_in(mona), make_comment(), make_paper("A hidden paper")
    act(client, "comment", comment.pk, "hide", "Unkind")
    act(client, "paper", paper.pk, "hide", "Not a paper")
    act(client, "paper", paper.pk, "restore", "It is one")
    act(client, "paper", paper.pk, "hide", "No, it is not")

    client.get(QUEUE)  # shows what was done
    page = client.get(QUEUE + "?show=hidden").content.decode()
    assert "Unkind" in page
    assert page.count("A hidden paper") == 1
    act(client, "comment", comment.pk, "restore", "A misunderstanding")

    assert Comment.objects.get(pk=comment.pk).hidden_at is None
    assert "Unkind" not in client.get(QUEUE + "?show=hidden").content.decode()


def test_keeping_changes_nothing_and_closes_the_reports(mona: User) -> None:
    summary = make_summary()
    report(summary)

    act(signed_in(mona), "summary", summary.pk, "keep", "A fair summary")

    assert Summary.objects.get().is_public
    assert Report.objects.get().outcome == "kept"
    assert cases.count_open() == 0


def test_banning_the_writer_of_a_text_and_lifting_it(alice: User, mona: User) -> None:
    client, summary = signed_in(mona), make_summary(writer=alice)

    act(client, "summary", summary.pk, "ban", "Forty advertisements")
    alice.refresh_from_db()
    assert alice.is_banned
    found = client.get(QUEUE + "?show=people&handle=Ali").content.decode()
    assert reverse("staff-act", args=["person", alice.pk]) in found
    assert "banned" in found
    act(client, "person", alice.pk, "unban", "It was a stolen password")

    alice.refresh_from_db()
    assert not alice.is_banned
    assert "the account alice" in Client().get(reverse("log")).content.decode()


@pytest.mark.parametrize("do", ["hide", "keep", "ban"])
def test_no_act_without_a_reason(mona: User, do: str) -> None:
    summary = make_summary()
    report(summary)

    answer = act(signed_in(mona), "summary", summary.pk, do, "  ")

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Give a reason" in page
    assert 'aria-invalid="true"' in page
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize("do", ["restore", "unban", "erase", ""])
def test_an_act_that_does_not_fit_is_refused_and_the_reason_kept(mona: User, do: str) -> None:
    answer = act(signed_in(mona), "summary", make_summary().pk, do, "My careful reason")

    assert answer.status_code == 422
    assert "My careful reason" in answer.content.decode()
    assert not LogEntry.objects.exists()


def test_moderators_are_not_banned_here(mona: User) -> None:
    client, other = signed_in(mona), make_user("other-mod", is_staff=True)

    for person in (mona, other):
        assert act(client, "person", person.pk, "ban").status_code == 422
    assert not User.objects.filter(banned_at__isnull=False).exists()


def test_an_act_needs_a_post(mona: User) -> None:
    summary = make_summary()

    signed_in(mona).get(f"/staff/act/summary/{summary.pk}?do=hide&reason=x")

    assert not LogEntry.objects.exists()


# --- anonymous writers ------------------------------------------------------------------------
def test_nobody_learns_who_wrote_an_anonymous_text(alice: User, mona: User) -> None:
    summary = make_summary(writer=alice, anonymous=True)
    comment = make_comment(summary=make_summary(), writer=alice, anonymous=True)
    client = signed_in(mona)
    for kind, text in (("summary", summary), ("comment", comment)):
        report(text)
        case = client.get(reverse("staff-act", args=[kind, text.pk])).content.decode()
        assert "The name stays closed to you" in case
        assert 'value="ban"' not in case
        pages = [case, client.get(QUEUE).content.decode()]
        assert act(client, kind, text.pk, "ban").status_code == 422
        act(client, kind, text.pk, "hide")
        pages += [client.get(QUEUE + "?show=hidden").content.decode()]
        pages += [client.get(reverse("log")).content.decode()]
        assert not any("alice" in page for page in pages)
    alice.refresh_from_db()
    assert not alice.is_banned


# --- the public log ---------------------------------------------------------------------------
def test_the_log_is_open_to_all_and_links_to_what_can_be_seen(client: Client, mona: User) -> None:
    paper = make_paper("A fine paper")
    report(paper)
    actions.keep(moderator=mona, target=paper, reason="It is one")

    page = client.get(reverse("log")).content.decode()

    assert "mona" in page
    assert f'href="{paper.get_absolute_url()}"' in page
    assert "It is one" in page


def test_a_report_of_a_person_that_came_to_nothing_is_not_public(
    client: Client, alice: User, mona: User
) -> None:
    report(alice)
    actions.keep(moderator=mona, target=alice, reason="Nothing in it")

    assert "alice" not in client.get(reverse("log")).content.decode()


def test_the_log_costs_the_same_for_one_row_or_fifty(
    client: Client, mona: User, django_assert_max_num_queries: Any
) -> None:
    for _ in range(15):
        for thing in (make_summary(), make_comment(), make_paper()):
            actions.hide(moderator=mona, target=thing, reason="Copied")

    with django_assert_max_num_queries(1):
        page = client.get(reverse("log")).content.decode()

    assert page.count("<tr>") == 46


def test_an_empty_log_says_so(client: Client) -> None:
    assert "No moderator had to do anything" in client.get(reverse("log")).content.decode()


# --- Django's admin ---------------------------------------------------------------------------
@pytest.fixture
def operator() -> Client:
    return signed_in(make_user("op", is_staff=True, is_superuser=True))


MODELS = [
    "accounts/user", "venues/venue", "papers/paper", "summaries/summary", "discussion/comment",
    "moderation/report", "moderation/logentry",
]  # fmt: skip


@pytest.mark.parametrize("model", MODELS)
def test_the_admin_lists_searches_and_opens_everything(
    operator: Client, mona: User, model: str
) -> None:
    from django.apps import apps

    actions.hide(moderator=mona, target=make_comment(), reason="Copied")
    report(make_paper("Deep Nets", keys=("1512.03385",)))
    row = apps.get_model(model.replace("/", "."))._default_manager.first()

    assert operator.get(f"/staff/admin/{model}/").status_code == 200
    assert operator.get(f"/staff/admin/{model}/?q=deep").status_code == 200
    if row is not None:
        assert operator.get(f"/staff/admin/{model}/{row.pk}/change/").status_code == 200


def test_the_admin_finds_a_paper_by_any_identifier(operator: Client) -> None:
    make_paper("Deep Nets", keys=("1512.03385",))
    make_paper("Other")

    page = operator.get("/staff/admin/papers/paper/?q=arxiv.org/abs/1512.03385v2").content.decode()

    assert "Deep Nets" in page
    assert "Other" not in page


@pytest.mark.parametrize("kind", ["summary", "comment"])
def test_the_admin_does_not_show_who_wrote_anonymously(
    operator: Client, alice: User, kind: str
) -> None:
    where = {"summary": "summaries/summary", "comment": "discussion/comment"}[kind]
    summary = make_summary(writer=alice, anonymous=True)
    comment = make_comment(summary=make_summary(), writer=alice, anonymous=True)
    text = summary if kind == "summary" else comment

    for page in (f"{where}/", f"{where}/{text.pk}/change/", f"{where}/?q=alice"):
        assert "alice" not in operator.get(f"/staff/admin/{page}").content.decode().replace(
            "q=alice", ""
        ).replace('value="alice"', "")
    assert operator.get(f"/staff/admin/{where}/?author={alice.pk}").status_code == 400


def test_signing_in_to_the_admin_goes_through_our_page(client: Client, alice: User) -> None:
    answer = client.get("/staff/admin/", follow=True)
    assert answer.redirect_chain[-1][0].startswith(reverse("account_login"))
    assert signed_in(alice).get("/staff/admin/login/").status_code == 403


def test_the_admin_does_not_show_mails_that_wait_with_their_codes(operator: Client) -> None:
    assert "Task Results" not in operator.get("/staff/admin/").content.decode()
