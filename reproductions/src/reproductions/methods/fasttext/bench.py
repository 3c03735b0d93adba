"""Speed beside the authors' library: from words in memory, or a file of them, to trained weights.

Both start from the same texts: ours from lists of words, the library from the lines of a file in
the system's cache, which it cuts, looks up and hashes anew in each epoch; that is how each is used.
Ours is compiled by numba; compiling is not timed, hashing and counting the words is.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from reproductions.contract import Bench, Check, Pair
from reproductions.parts import bbc
from reproductions.parts.texts import Labelled, zipf_tags

from . import method, peer
from .fitting import fit, many_classes, share_right, warm_up

# Both learn what they can: a library that had done nothing would be fast.
_SAME_ACCURACY = 0.03


def _news() -> tuple[Labelled[list[str]], dict]:
    articles = bbc.load()
    order = np.random.default_rng(0).permutation(len(articles.texts))
    shuffled = articles.take(order)
    texts = [bbc.words(text) for text in shuffled.texts]
    settings = {"ngrams": 1, "size": 10, "epochs": 10, "rate": 0.5}
    return Labelled(texts, shuffled.labels), settings


def _tags(classes: int) -> tuple[Labelled[list[str]], dict]:
    drawn = zipf_tags(np.random.default_rng(0), 20_000, classes)
    return drawn, {"ngrams": 1, "size": 10, "epochs": 5, "rate": 0.5}


def _against_library(
    make: Callable[[], tuple[Labelled[list[str]], dict]], loss: str, ngrams: int = 1
) -> Callable[[], Pair]:
    def pair() -> Pair:
        peer.library()
        part, settings = make()
        settings |= {"loss": loss, "ngrams": ngrams, "buckets": 200_000}
        folder = tempfile.mkdtemp()
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        path = Path(folder) / "train.txt"
        peer.write_lines(path, part.texts, part.labels)

        def ours() -> object:
            return fit(part, settings, np.random.default_rng(0))

        def theirs() -> object:
            return peer.train(path, settings)

        def compare() -> Check:
            warm_up()
            last = Labelled(part.texts[-2000:], part.labels[-2000:])
            mine = share_right(fit(part, settings, np.random.default_rng(0)), last, settings)
            other = peer.accuracy(peer.train(path, settings), last.texts, last.labels)
            name = "accuracy on 2,000 training texts, ours against the library's"
            return Check(name, abs(mine - other), _SAME_ACCURACY)

        return Pair(ours, theirs, compare)

    return pair


def _tree_against_softmax(classes: int) -> Callable[[], Pair]:
    """Pass once over the same 500 texts of many classes."""

    def pair() -> Pair:
        warm_up()
        random = np.random.default_rng(0)
        work = many_classes({"texts": 500, "size": 50, "rate": 0.5}, classes, random)
        tree = method.huffman(work.counts)
        weights = {way: work.weights(way and tree, random) for way in (None, "tree")}

        def compare() -> Check:
            error = 0.0
            for way, both in weights.items():
                work.run(both, way and tree)
                sums = method.probabilities(both, work.texts, way and tree).sum(1)
                error = max(error, float(abs(sums - 1).max()))
            return Check("probabilities of all classes against 1", error, 1e-3)

        return Pair(
            ours=lambda: work.run(weights["tree"], tree),
            theirs=lambda: work.run(weights[None], None),
            compare=compare,
        )

    return pair


BENCHES = (
    Bench(
        id="fasttext_tree_long",
        what="tree, 2,127 articles of the BBC in full, 5 sections, 10 epochs, 10 numbers a vector",
        peer=peer.VERSION,
        aim=2.0,
        make=_against_library(_news, "tree"),
    ),
    Bench(
        id="fasttext_tree_long_bigrams",
        what="the same with bigrams in 200,000 buckets",
        peer=peer.VERSION,
        aim=2.0,
        make=_against_library(_news, "tree", 2),
    ),
    Bench(
        id="fasttext_tree_short",
        what="tree, 20,000 texts of 14 words, 2,000 tags, 5 epochs, 10 numbers a vector",
        peer=peer.VERSION,
        aim=3.3,
        make=_against_library(lambda: _tags(2000), "tree"),
    ),
    Bench(
        id="fasttext_softmax_short",
        what="softmax, 20,000 texts of 14 words, 100 tags, 5 epochs, 10 numbers a vector",
        peer=peer.VERSION,
        aim=1.0,
        make=_against_library(lambda: _tags(100), "softmax"),
    ),
    Bench(
        id="fasttext_tree_or_softmax_5000",
        what="500 texts of 14 words, 5,000 classes, 50 numbers a vector: tree against softmax",
        peer="our softmax",
        aim=1.0,
        make=_tree_against_softmax(5000),
    ),
)
