"""The texts to tell apart, cut into training and test parts, and what the authors' library gets.

The library cannot run wherever this does, so its accuracies were taken once (`peer.py`) and are
kept in `official.json`. That fixes the cuts: there are twenty of each task, and a seed uses the one
of its rest by twenty, while first weights and batches come from the seed itself.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy

from reproductions.contract import Data, DataMissing
from reproductions.parts import bbc
from reproductions.parts.texts import Labelled, word_order, zipf_tags

CUTS = 20
OFFICIAL = Path(__file__).with_name("official.json")
OFFICIAL_SHA256 = "d81ed3a26a7ffca9b516f941ce1092fbe850fa870352572da2092c430c27ce57"
_TASKS = ("bbc", "word_order", "tags_few", "tags_many")

Words = Labelled[list[str]]


def cut(task: str, sizes: Mapping[str, Any], number: int, folder: Path) -> tuple[Words, Words]:
    """Return the training and the test part of one cut of a task.

    Args:
        sizes: of the preset: "train" and "test", and what the task's generator takes.
    """
    random = numpy.random.default_rng([number, _TASKS.index(task)])
    train, test = sizes["train"], sizes["test"]
    if task == "bbc":
        articles = bbc.load(folder)
        order = random.permutation(len(articles.texts))
        chosen = articles.take(order[: train + test])
        drawn = Labelled([bbc.words(t, sizes["tokens"]) for t in chosen.texts], chosen.labels)
    elif task == "word_order":
        drawn = word_order(random, train + test, sizes["words"])
    else:
        drawn = zipf_tags(random, train + test, sizes["tags"])
    index = numpy.arange(train + test)
    return drawn.take(index[:train]), drawn.take(index[train:])


def work(settings: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the task of an arm and all that training on it needs."""
    own = {name: settings[name] for name in ("loss", "ngrams")}
    return settings["task"], {**settings[settings["task"]], **own}


def official_accuracy(arm: str, settings: Mapping[str, Any], number: int) -> float:
    """Return the test accuracy of the authors' library on one cut.

    Raises:
        DataMissing: it was not taken for these settings.
    """
    for entry in load_official()["accuracy"]:
        if entry["arm"] == arm and entry["settings"] == settings:
            return float(entry["by_cut"][number])
    raise DataMissing(f"official.json has no accuracy for {arm} with {dict(settings)}: see peer.py")


@cache
def load_official(_folder: Path | None = None) -> dict[str, Any]:
    """Return what was taken from the authors' library.

    Raises:
        DataMissing: the file is not there, or is not the one this experiment was written for.
    """
    if not OFFICIAL.is_file():
        raise DataMissing(f"{OFFICIAL} is not here: it belongs to this folder.")
    raw = OFFICIAL.read_bytes()
    if hashlib.sha256(raw).hexdigest() != OFFICIAL_SHA256:
        raise DataMissing(f"{OFFICIAL} is not the one that this experiment was written for.")
    return dict(json.loads(raw))


OFFICIAL_RESULTS = Data(
    name="fasttext-official",
    version="fasttext-wheel 0.9.2",
    source="official.json of this folder, made by peer.py",
    licence="Apache-2.0",
    get=load_official,
    sha256=lambda _folder: OFFICIAL_SHA256,
)
