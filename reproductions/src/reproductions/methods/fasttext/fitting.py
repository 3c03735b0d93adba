"""From words to trained weights and back to a share of right answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from reproductions.parts.texts import Labelled, zipf_tags

from . import method

try:
    from .fast import train
except ImportError:  # without numba: the same, slower
    from .method import train

Words = Labelled[list[str]]
Settings = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Fitted:
    """fastText after training; no tree: softmax."""

    vocabulary: method.Vocabulary
    weights: method.Weights
    tree: method.Tree | None


def fit(part: Words, settings: Settings, random: np.random.Generator) -> Fitted:
    """Return fastText trained on texts.

    Args:
        settings: "loss" ("softmax" or "tree"), "ngrams", "size", "epochs", "rate", and with
            n-grams "buckets".
    """
    vocabulary = method.read_vocabulary(part.texts, part.labels)
    buckets = settings["buckets"] if settings["ngrams"] > 1 else 0
    texts = method.encode(vocabulary, part.texts, settings["ngrams"], buckets)
    labels = np.array([vocabulary.labels[label] for label in part.labels])
    tree = method.huffman(vocabulary.label_counts) if settings["loss"] == "tree" else None
    rows, outputs = len(vocabulary.words) + buckets, len(vocabulary.labels) - (tree is not None)
    weights = method.first_weights(rows, outputs, settings["size"], random)
    train(weights, texts, labels, tree, settings["epochs"], settings["rate"])
    return Fitted(vocabulary, weights, tree)


def share_right(fitted: Fitted, part: Words, settings: Settings) -> float:
    """Return the share of texts whose likeliest label is right; one never seen is missed."""
    known = fitted.vocabulary
    buckets = settings["buckets"] if settings["ngrams"] > 1 else 0
    texts = method.encode(known, part.texts, settings["ngrams"], buckets)
    guesses = method.probabilities(fitted.weights, texts, fitted.tree).argmax(1)
    labels = np.array([known.labels.get(label, -1) for label in part.labels])
    return float((guesses == labels).mean())


def warm_up() -> None:
    """Have both loops compiled, so that no time that is told has the compiler in it."""
    part = Labelled([["a"], ["b"], ["c"]], ["a", "b", "c"])
    for loss in ("softmax", "tree"):
        settings = {"ngrams": 1, "loss": loss, "size": 2, "epochs": 1, "rate": 0.1}
        fit(part, settings, np.random.default_rng(0))


@dataclass(frozen=True, slots=True)
class ManyClasses:
    """A pass over texts of so many classes, ready to be timed; most classes have no text."""

    texts: method.Texts
    labels: np.ndarray
    counts: np.ndarray
    words: int
    size: int
    rate: float

    def weights(self, tree: method.Tree | None, random: np.random.Generator) -> method.Weights:
        outputs = len(self.counts) - (tree is not None)
        return method.first_weights(self.words, outputs, self.size, random)

    def run(self, weights: method.Weights, tree: method.Tree | None) -> None:
        train(weights, self.texts, self.labels, tree, 1, self.rate)


def many_classes(settings: Settings, classes: int, random: np.random.Generator) -> ManyClasses:
    """Return made texts with tags, "texts" many; every class counts once more than it occurs."""
    drawn = zipf_tags(random, settings["texts"], classes)
    vocabulary = method.read_vocabulary(drawn.texts, drawn.labels)
    counts = np.ones(classes, np.int64)
    counts[: len(vocabulary.labels)] += vocabulary.label_counts
    return ManyClasses(
        texts=method.encode(vocabulary, drawn.texts),
        labels=np.array([vocabulary.labels[label] for label in drawn.labels]),
        counts=counts,
        words=len(vocabulary.words),
        size=settings["size"],
        rate=settings["rate"],
    )
