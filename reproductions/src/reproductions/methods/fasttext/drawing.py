"""The figures of the report, from what the units found."""

from __future__ import annotations

from collections.abc import Sequence

import numpy

from reproductions.contract import Figure, Line, Results

_CLASSIFIED = {
    "news_softmax": "news, softmax",
    "news_tree": "news, tree",
    "news_bigrams": "news, bigrams",
    "order_words": "order, words",
    "order_bigrams": "order, bigrams",
    "tags_softmax": "100 tags, softmax",
    "tags_tree": "100 tags, tree",
    "many_tags_tree": "2,000 tags, tree",
}


def figures(results: Results) -> Sequence[Figure]:
    """Return accuracy beside the library's, cost by number of classes, accuracy by buckets."""
    return _accuracy(results), _cost(results), _buckets(results)


def _accuracy(results: Results) -> Figure:
    places = range(len(_CLASSIFIED))
    ours = [results.values(arm, "accuracy") for arm in _CLASSIFIED]
    theirs = [results.values(arm, "official") for arm in _CLASSIFIED]
    told = "; ".join(
        f"{name} {100 * numpy.mean(a):.1f} and {100 * numpy.mean(b):.1f}"
        for name, a, b in zip(_CLASSIFIED.values(), ours, theirs, strict=True)
    )
    return Figure(
        id="accuracy",
        title="Accuracy of ours and of the authors' library",
        alt=f"Bars of mean accuracy, ours and the library's, in percent: {told}.",
        x_label="task",
        y_label="accuracy",
        kind="bars",
        ticks=tuple(_CLASSIFIED.values()),
        lines=(_band("ours", places, ours), _band("fasttext-wheel 0.9.2", places, theirs)),
    )


def _cost(results: Results) -> Figure:
    classes = results.series("timing", "classes")[0]
    tree = _by_place(results.series("timing", "tree"))
    softmax = _by_place(results.series("timing", "softmax"))
    told = "; ".join(
        f"{count:.0f} classes {numpy.mean(a):.1f} and {numpy.mean(b):.0f}"
        for count, a, b in zip(classes, tree, softmax, strict=True)
    )
    return Figure(
        id="cost",
        title="CPU time of a training text by the number of classes",
        alt=f"Two rising lines, microseconds a text with tree and with softmax: {told}.",
        x_label="classes",
        y_label="CPU time, µs a text",
        log_x=True,
        log_y=True,
        lines=(_band("tree", classes, tree), _band("softmax", classes, softmax)),
    )


def _buckets(results: Results) -> Figure:
    lines = []
    for arm, name in (("hashing_news", "news"), ("hashing_order", "order")):
        places = results.series(arm, "buckets_per_bigram")[0]
        lines.append(_band(name, places, _by_place(results.series(arm, "accuracy"))))
    told = "; ".join(
        f"{line.name} " + ", ".join(f"{100 * value:.1f}" for value in line.y) for line in lines
    )
    return Figure(
        id="buckets",
        title="Accuracy with bigrams by buckets per different bigram",
        alt=f"Lines of mean accuracy in percent at a tenth of a bucket, one and ten: {told}.",
        x_label="buckets per different bigram",
        y_label="accuracy",
        log_x=True,
        lines=lines,
    )


def _by_place(series: Sequence[Sequence[float]]) -> list[list[float]]:
    """Return, for every place of the lists, its values over the seeds."""
    return [list(values) for values in zip(*series, strict=True)]


def _band(name: str, x: Sequence[float], values: Sequence[Sequence[float]]) -> Line:
    """Return the means over the seeds, with the least and the largest as a band."""
    return Line(
        name=name,
        x=[float(place) for place in x],
        y=[float(numpy.mean(of_seeds)) for of_seeds in values],
        low=[min(of_seeds) for of_seeds in values],
        high=[max(of_seeds) for of_seeds in values],
    )
