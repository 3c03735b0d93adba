"""How a flat list of comments becomes threads."""

import pytest

from shortscience.discussion.models import Comment
from shortscience.discussion.threads import Node, tree, walk

pytestmark = pytest.mark.pure


def comments(*parents: int | None) -> list[Comment]:
    """Comment n (from 1) answers the n-th of `parents`."""
    return [Comment(pk=pk, parent_id=parent) for pk, parent in enumerate(parents, start=1)]


def drawn(nodes: list[Node]) -> list[tuple[int, int]]:
    return [(node.comment.pk, node.depth) for node in walk(nodes)]


def test_answers_stand_below_what_they_answer() -> None:
    nodes = tree(comments(None, None, 1, 3))

    assert drawn(nodes) == [(1, 1), (3, 2), (4, 3), (2, 1)]


def test_answers_below_the_drawn_depth_stand_beside_what_they_answer() -> None:
    nodes = tree(comments(None, 1, 2, 3, 4), depth=3)

    assert drawn(nodes) == [(1, 1), (2, 2), (3, 3), (4, 3), (5, 3)]


def test_an_answer_to_a_comment_that_is_not_here_begins_a_thread() -> None:
    nodes = tree(comments(99, 1))

    assert drawn(nodes) == [(1, 1), (2, 2)]


def test_a_thousand_levels_do_not_recurse() -> None:
    nodes = tree(comments(None, *range(1, 1000)))

    assert max(depth for _pk, depth in drawn(nodes)) == 4
