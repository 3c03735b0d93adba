"""What tests of pages share: filled papers, and HTML read back."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.test import Client

from shortscience.accounts.models import User
from shortscience.papers.models import Paper
from shortscience.summaries.models import Summary
from tests.factories import make_comment, make_paper, make_summary, make_user, make_venue

# The bar for the front page and a paper page, without the texts themselves.
MAX_HTML_BYTES = 60_000
TITLE = "Batch Normalization: Accelerating Deep Network Training by Reducing Covariate Shift"
AUTHORS = tuple(f"Firstname{n} Lastname{n}" for n in range(8))


def filled_paper(summaries: int = 10, comments: int = 20) -> Paper:
    """Return a paper with everything a paper page can show."""
    paper = make_paper(
        TITLE,
        keys=("1502.03167", "conf/icml/IoffeS15", "10.1000/xyz"),
        authors=AUTHORS,
        venue=make_venue("ICML", name="International Conference on Machine Learning"),
        abstract="Told in one sentence.",
        source="arXiv",
        keywords=["cs.LG", "stat.ML"],
    )
    for n in range(summaries):
        make_paper(f"{TITLE}, other {n}", keys=(f"conf/x/Other{n}",))
    written = [
        make_summary(paper, text=f"Text {n}, cites \\cite{{1502.03167}}.") for n in range(summaries)
    ]
    for n in range(comments):
        make_comment(summary=written[n % len(written)], text=f"Comment {n}")
    for n in range(12):
        make_summary(make_paper(f"{TITLE} {n}"), text=f"{n} cites \\cite{{1502.03167}}")
    return paper


def filled_front(count: int = 12) -> list[Summary]:
    """Return summaries of as many papers, with side panels to show."""
    venue = make_venue("ICML", name="International Conference on Machine Learning")
    for n in range(6):
        make_paper(f"{TITLE} wanted {n}", keys=(f"conf/x/Wanted{n}",), venue=venue)
    writer = make_user()
    return [
        make_summary(
            make_paper(f"{TITLE} {n}", keys=(f"conf/x/Y{n}",), authors=AUTHORS, venue=venue),
            writer=writer,
            text=f"Text {n} cites \\cite{{conf/x/Wanted{n % 6}}}.",
        )
        for n in range(count)
    ]


def body(client: Client, url: str, **headers: str) -> str:
    response = client.get(url, headers=headers or None)
    assert response.status_code == 200, f"{url}: {response.status_code}"
    return response.content.decode()


def titles(html: str) -> list[str]:
    """Return the titles of the paper cards, in order."""
    return re.findall(r'class="paper-card__title"[^>]*><a href="[^"]*">([^<]*)</a>', html)


def element_ids(html: str) -> list[str]:
    return re.findall(r'\bid="([^"]*)"', html)


def bytes_without(html: str, texts: Sequence[str]) -> int:
    return len(html.encode()) - sum(len(text.encode()) for text in texts)


def names_of(person: User) -> list[str]:
    """Return every string that would tell who the person is."""
    return [person.username, person.shown_name, person.email]
