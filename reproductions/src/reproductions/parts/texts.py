"""Made texts: word order that only pairs of words can tell, and tags of which few are frequent."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import numpy

from reproductions.contract import Data

Text = TypeVar("Text")
VERSION = "1"


@dataclass(frozen=True, slots=True)
class Labelled(Generic[Text]):
    """Texts, each with its label."""

    texts: list[Text]
    labels: list[str]

    def take(self, index: numpy.ndarray) -> Labelled[Text]:
        return Labelled([self.texts[i] for i in index], [self.labels[i] for i in index])


def word_order(
    random: numpy.random.Generator, count: int, words: int = 400, length: int = 10
) -> Labelled[list[str]]:
    """Return texts of two classes that have the same words, in another order.

    Words 2i and 2i + 1 are a pair. A text has two random pairs, in rising order if its label is
    "rising", else in falling order, between fillers of any words: single words tell nothing.
    """
    rising = random.integers(0, 2, count).astype(bool)
    pairs = random.integers(0, words // 2, (count, 2))
    fillers = random.integers(0, words, (count, length - 4))
    texts = []
    for up, two, rest in zip(rising, pairs, fillers, strict=True):
        pieces = [[2 * i, 2 * i + 1] if up else [2 * i + 1, 2 * i] for i in two]
        pieces += [[word] for word in rest]
        order = random.permutation(len(pieces))
        texts.append([f"w{word}" for place in order for word in pieces[place]])
    return Labelled(texts, ["rising" if up else "falling" for up in rising])


def zipf_tags(
    random: numpy.random.Generator,
    count: int,
    tags: int,
    words: int = 5000,
    length: int = 14,
    telling: int = 4,
) -> Labelled[list[str]]:
    """Return texts with one tag each; tag and word of rank r are drawn in proportion to 1 / r.

    Every tag has three words of its own, which other tags may share. Of the words of a text,
    `telling` come from those of its tag and the others from anywhere.
    """
    own = random.integers(0, words, (tags, 3))
    tag = random.choice(tags, count, p=_zipf(tags))
    told = own[tag[:, None], random.integers(0, 3, (count, telling))]
    other = random.choice(words, (count, length - telling), p=_zipf(words))
    mixed = random.permuted(numpy.concatenate([told, other], 1), axis=1)
    texts = [[f"w{word}" for word in row] for row in mixed.tolist()]
    return Labelled(texts, [f"t{number}" for number in tag])


def _zipf(ranks: int) -> numpy.ndarray:
    weight = 1 / numpy.arange(1, ranks + 1)
    return weight / weight.sum()


def _checksum(_folder: Path) -> str:
    """Return a hash over the first texts of every generator for one seed."""
    random = numpy.random.default_rng(0)
    drawn = [word_order(random, 100), zipf_tags(random, 100, 50)]
    return hashlib.sha256(repr([(one.texts, one.labels) for one in drawn]).encode()).hexdigest()


MADE_TEXTS = Data(
    name="made-texts",
    version=VERSION,
    source="generators word_order and zipf_tags of reproductions.parts.texts",
    licence="Apache-2.0",
    get=lambda _folder: (word_order, zipf_tags),
    sha256=_checksum,
)
