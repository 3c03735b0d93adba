"""A site of a given size, made quickly and always the same: Zipf words, real renderer.

Rows are written in bulk, as an import would leave them; numbers beside rows are right
(`shortscience doctor` agrees). Whatever its size, the pages that are measured show as much: the
paper FULL has ten summaries, twenty comments and citations both ways, the venue `venue-0` and the
person `reader0` fill their first page.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate, islice
from typing import Any

from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import Model

from shortscience.accounts.models import User
from shortscience.discussion.models import Comment
from shortscience.lib import markup, ranking
from shortscience.lib.fingerprint import fingerprint
from shortscience.lib.titles import title_key
from shortscience.papers.models import Identifier, Paper
from shortscience.search import indexer
from shortscience.summaries import counts
from shortscience.summaries.models import Citation, Summary
from shortscience.venues.models import Venue
from shortscience.voting.models import SummaryVote

SEED = 2026
# A database made by another recipe is not used again.
RECIPE = 2
# The paper whose page is measured; it comes first, its summaries too.
FULL = 1
FULL_SUMMARIES = 10
FULL_COMMENTS = 20
BATCH = 20_000
MEMBERS = 2_000
VENUES = 400
# Texts are rendered once each and reused: the pages do not care, the generator does.
TEXTS = 40
START = datetime(2016, 6, 1, tzinfo=UTC)
SYLLABLES = (
    "ba co de fi gu ha ki lo mu na po qua re si ta u ve xi za tion ment ing al er ic".split()
)


class Words:
    """Words whose frequency falls as 1/rank, as in language."""

    def __init__(self, draw: random.Random, size: int = 20_000) -> None:
        self.draw = draw
        self.words = [
            "".join(draw.choices(SYLLABLES, k=draw.choice((2, 2, 3, 3, 4)))) for _ in range(size)
        ]
        self.weights = list(accumulate(1 / rank for rank in range(1, size + 1)))

    def some(self, count: int) -> list[str]:
        return self.draw.choices(self.words, cum_weights=self.weights, k=count)


def insert(model: type[Model], columns: list[str], rows: Iterator[tuple[Any, ...]]) -> None:
    """Write rows with one prepared statement a batch; plain SQL, because there are millions."""
    names = ", ".join(f'"{name}"' for name in columns)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            with cursor.copy(f'COPY "{model._meta.db_table}" ({names}) FROM STDIN') as copy:
                for row in rows:
                    copy.write_row(row)
            for statement in connection.ops.sequence_reset_sql(no_style(), [model]):
                cursor.execute(statement)
        return
    marks = ", ".join(["%s"] * len(columns))
    statement = f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES ({marks})'
    while batch := list(islice(rows, BATCH)):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(statement, batch)


def build(*, papers: int, summaries: int) -> None:
    """Fill an empty database and index it. About 12,000 papers a second."""
    draw = random.Random(SEED)
    words = Words(draw)
    now = START.isoformat(sep=" ")
    Venue.objects.bulk_create(
        Venue(slug=f"venue-{n}", short_name=f"V{n}", name=f"Conference on {words.some(1)[0]} {n}")
        for n in range(VENUES)
    )
    venues = list(Venue.objects.values_list("pk", flat=True))
    User.objects.bulk_create(
        User(username=f"reader{n}", email=f"reader{n}@example.org", password="!")
        for n in range(MEMBERS)
    )
    members = list(User.objects.values_list("pk", flat=True))
    summarised = max(1, summaries // 2)

    def paper_rows() -> Iterator[tuple[Any, ...]]:
        for pk in range(1, papers + 1):
            title = " ".join(words.some(8)).capitalize()
            authors = '["' + '", "'.join(" ".join(words.some(2)).title() for _ in range(3)) + '"]'
            yield (
                pk, title, title_key(title), authors, 1990 + pk % 36,
                venues[0] if pk < 400 and pk % 10 == 1 else draw.choice(venues), "DBLP", "[]",
                ("cs", "cs", "bio", "ph")[pk % 4], None,
                " ".join(words.some(60)), "", "{}", "{}", "[]", now, now, 0, 0,
            )  # fmt: skip

    insert(
        Paper,
        ["id", "title", "title_key", "authors", "year", "venue_id", "source", "keywords", "section",
         "published_on", "abstract", "abstract_by", "details", "provenance", "versions",
         "created_at", "updated_at",
         "summary_count", "comment_count"],
        paper_rows(),
    )  # fmt: skip
    insert(
        Identifier,
        ["paper_id", "scheme", "value"],
        ((pk, "dblp", f"conf/v{pk % VENUES}/Author{pk}") for pk in range(1, papers + 1)),
    )
    insert(
        Identifier,
        ["paper_id", "scheme", "value"],
        ((pk, "doi", f"10.1000/{pk}") for pk in range(1, papers + 1, 3)),
    )
    texts = [_text(words) for _ in range(TEXTS)]
    rendered = [markup.render(text, id_prefix=f"s{n}-") for n, text in enumerate(texts)]

    def paper_of(n: int) -> int:
        """Ten summaries on the first paper, then one on each, then a second."""
        return FULL if n < FULL_SUMMARIES else 2 + (n - FULL_SUMMARIES) % summarised

    def writer_of(n: int) -> Any:
        if FULL_SUMMARIES <= n < summarised and n % 40 == 7:
            return members[0]
        return members[1 + (n + n // summarised) % (MEMBERS - 1)]

    def summary_rows() -> Iterator[tuple[Any, ...]]:
        for n in range(summaries):
            paper = paper_of(n)
            section = ("cs", "cs", "bio", "ph")[paper % 4]
            html = rendered[n % TEXTS]
            moment = START + timedelta(minutes=n * 30)
            ups = n % 7
            yield (
                n + 1, 0, paper, writer_of(n), n % 20 == 0, "public",
                "CC-BY-4.0", texts[n % TEXTS], html.lead_html, html.rest_html,
                html.has_more and html.rest_html == html.html, html.has_math, html.words,
                markup.RENDERER_VERSION, fingerprint(f"{n}"), moment, moment, moment, 1, "", 0, 0,
                section, ups, 0, ups, ranking.hot(ups, moment),
                ranking.wilson_lower_bound(ups, ups), 0,
            )  # fmt: skip

    insert(
        Summary,
        ["id", "nth", "paper_id", "author_id", "is_anonymous", "visibility", "licence", "text",
         "lead_html", "rest_html", "lead_is_excerpt", "has_math", "words",
         "renderer_version", "fingerprint",
         "created_at", "published_at", "recent_at", "version", "origin", "origin_votes",
         "origin_comments", "section", "ups", "downs", "score", "hot", "quality", "comment_count"],
        summary_rows(),
    )  # fmt: skip
    insert(
        SummaryVote,
        ["summary_id", "voter_id", "value", "voted_at"],
        (
            (n + 1, members[(n + 500 + vote) % MEMBERS], 1, START)
            for n in range(summaries)
            for vote in range(n % 7)
        ),
    )
    remark = markup.render("One thing to **add**: the proof needs $n > 1$, does it not?")

    def comment_rows() -> Iterator[tuple[Any, ...]]:
        for n in range(FULL_COMMENTS + summaries // 5):
            on = n % FULL_SUMMARIES if n < FULL_COMMENTS else 5 * (n - FULL_COMMENTS)
            # The second comment on a summary of the full paper answers the first.
            above = n - FULL_SUMMARIES + 1 if FULL_SUMMARIES <= n < FULL_COMMENTS else None
            if n < FULL_COMMENTS or on >= FULL_SUMMARIES:
                yield (
                    n + 1, paper_of(on), on + 1, above, members[(n * 7 + 3) % MEMBERS],
                    n % 15 == 0, "One thing to add.", remark.html, True, markup.RENDERER_VERSION,
                    START + timedelta(minutes=n * 30 + 7), False,
                )  # fmt: skip

    insert(
        Comment,
        ["id", "paper_id", "summary_id", "parent_id", "author_id", "is_anonymous", "text", "html",
         "has_math", "renderer_version", "created_at", "outlived_summary"],
        comment_rows(),
    )  # fmt: skip

    def citation_rows() -> Iterator[tuple[Any, ...]]:
        for n in range(0, summaries, 4):
            # Papers with a summary and papers without one; some cite the full paper.
            cited = summarised + 5 + n % 40 if n % 8 else 2 + n % 60
            yield n + 1, FULL if n in (40, 80, 120) else cited, f"conf/x/Cited{n}", 0

    insert(Citation, ["summary_id", "paper_id", "key", "position"], citation_rows())
    counts.recount()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    indexer.build()


def _text(words: Words) -> str:
    """Return about 2.5 KB: paragraphs, a heading, a list, formulas."""
    paragraphs = [" ".join(words.some(70)).capitalize() + "." for _ in range(4)]
    paragraphs.insert(
        2, r"$$\mathcal{L} = \frac{1}{n}\sum_{i=1}^n \ell(f(x_i), y_i) + \lambda \|w\|_2^2$$"
    )
    items = "\n".join(f"- {' '.join(words.some(8))} with $\\alpha_{{{n}}}$" for n in range(4))
    return "\n\n".join([*paragraphs[:4], "## What I doubt", items, paragraphs[4]])
