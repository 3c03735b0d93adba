"""Two texts of one person on one paper: what a merge of two papers can leave behind.

Both stay public and apart. Hiding the second would tell who wrote an anonymous first: when the
papers of "Anonymous" and of bob are merged and bob's text is gone, everybody knows why.
"""

from __future__ import annotations

from collections.abc import Sequence

from shortscience.papers.models import Paper
from shortscience.summaries.models import Summary

# Numbers above those that a person's texts of one paper have, while they are given new ones.
_ASIDE = 1000


def renumber(paper: Paper, author_id: int, *, joining: Sequence[Summary] = ()) -> None:
    """Number the person's texts of the paper from 0, named ones first, and let `joining` join.

    The number of a named text shows in its address on the page, so it must not count
    anonymous ones. Call it in the transaction of the change.
    """
    have = list(Summary.objects.select_for_update().filter(paper=paper, author_id=author_id))
    ordered = sorted(
        (*have, *joining), key=lambda text: (text.is_anonymous, text.paper_id != paper.pk, text.pk)
    )
    if all(text.nth == n and text.paper_id == paper.pk for n, text in enumerate(ordered)):
        return
    for number, text in enumerate(ordered):
        Summary.objects.filter(pk=text.pk).update(nth=_ASIDE + number, paper=paper)
    for number, text in enumerate(ordered):
        Summary.objects.filter(pk=text.pk).update(nth=number)
        text.nth = number
