"""Questions: one answer is accepted, by who asked or who wrote the summary."""

import pytest
from django.utils import timezone

from shortscience.accounts.models import User
from shortscience.discussion.actions import delete_comment
from shortscience.discussion.models import Comment
from shortscience.discussion.questions import accept_answer
from shortscience.discussion.rules import NotYourQuestion
from shortscience.discussion.threads import tree
from shortscience.lib.errors import Conflict, Refused
from tests.factories import make_comment, make_summary

pytestmark = pytest.mark.django_db


@pytest.fixture
def question(alice: User, bob: User) -> Comment:
    return make_comment(summary=make_summary(writer=alice), writer=bob, question=True)


def open_questions() -> list[Comment]:
    return list(Comment.objects.questions().waiting())


def test_an_accepted_answer_closes_the_question_and_is_drawn_first(
    question: Comment, bob: User
) -> None:
    first, second = make_comment(parent=question), make_comment(parent=question)
    assert open_questions() == [question]

    accept_answer(by=bob, answer=second)

    assert open_questions() == []
    (node,) = tree(Comment.objects.order_by("created_at", "pk"))
    assert [reply.comment for reply in node.replies] == [second, first]
    assert node.is_answered


def test_another_answer_takes_its_place_and_it_can_be_taken_back(
    question: Comment, alice: User, bob: User
) -> None:
    first, second = make_comment(parent=question), make_comment(parent=question)

    accept_answer(by=bob, answer=first)
    accept_answer(by=alice, answer=second)
    assert list(Comment.objects.filter(accepted_at__isnull=False)) == [second]

    accept_answer(by=bob, answer=second, is_accepted=False)
    assert open_questions() == [question]


def test_nobody_else_accepts(question: Comment, mona: User) -> None:
    answer = make_comment(parent=question)

    with pytest.raises(NotYourQuestion):
        accept_answer(by=mona, answer=answer)


def test_only_an_answer_to_a_question_is_accepted(question: Comment, bob: User) -> None:
    below = make_comment(parent=make_comment(parent=question))

    for comment in (question, below):
        with pytest.raises(Refused):
            accept_answer(by=bob, answer=comment)


def test_an_answer_asks_nothing(question: Comment) -> None:
    assert not make_comment(parent=question, question=True).is_question


def test_a_removed_answer_opens_the_question_again(question: Comment, bob: User) -> None:
    answer = make_comment(parent=question, writer=bob)
    accept_answer(by=bob, answer=answer)

    Comment.objects.filter(pk=answer.pk).update(hidden_at=timezone.now())
    assert open_questions() == [question]
    with pytest.raises(Conflict):
        accept_answer(by=bob, answer=answer)

    Comment.objects.filter(pk=answer.pk).update(hidden_at=None)
    make_comment(parent=answer)
    delete_comment(by=bob, comment=answer)
    assert open_questions() == [question]
