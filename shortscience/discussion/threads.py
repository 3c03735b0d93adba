"""Threads, built in Python from one flat read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from shortscience.discussion.models import Comment
from shortscience.discussion.rules import DRAWN_DEPTH


@dataclass(slots=True)
class Node:
    """A comment and the answers drawn below it."""

    comment: Comment
    depth: int = 1
    replies: list[Node] = field(default_factory=list)

    @property
    def answers(self) -> int:
        """How many comments are drawn below it, at any depth."""
        return sum(1 + reply.answers for reply in self.replies)

    @property
    def is_answered(self) -> bool:
        """Whether one of its answers was accepted and stands."""
        return any(
            reply.comment.is_accepted and not reply.comment.is_gone for reply in self.replies
        )


@dataclass(frozen=True, slots=True)
class Thread:
    """The comments on one summary or paper, as far as they are drawn."""

    nodes: list[Node]
    # Comments that stand, drawn or not.
    count: int
    # Whether some are left out here.
    is_cut: bool = False


def tree(comments: Iterable[Comment], *, depth: int = DRAWN_DEPTH) -> list[Node]:
    """Return the comments as trees, in the order given; an accepted answer comes first.

    An answer below `depth` is drawn beside what it answers, so that it stays readable on a
    phone. An answer whose parent is not among the comments begins a tree of its own.
    """
    roots: list[Node] = []
    known: dict[int, tuple[Node, list[Node]]] = {}
    for comment in comments:
        above = known.get(comment.parent_id) if comment.parent_id else None
        if above is None:
            node, siblings = Node(comment), roots
        elif above[0].depth < depth:
            node, siblings = Node(comment, above[0].depth + 1), above[0].replies
        else:
            node, siblings = Node(comment, above[0].depth), above[1]
        if comment.is_accepted and above is not None:
            siblings.insert(0, node)
        else:
            siblings.append(node)
        known[comment.pk] = (node, siblings)
    return roots


def walk(nodes: Iterable[Node]) -> Iterator[Node]:
    """Yield every node, each before its replies."""
    for node in nodes:
        yield node
        yield from walk(node.replies)
