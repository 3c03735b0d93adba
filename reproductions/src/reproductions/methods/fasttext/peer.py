"""The authors' library, where it is installed; run as a program, this makes `official.json`.

pip install --no-deps --target PEER fasttext-wheel==0.9.2
PYTHONPATH=PEER python -m reproductions.methods.fasttext.peer
"""

from __future__ import annotations

import hashlib
import itertools
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from reproductions.contract import PeerMissing

from . import method, tasks
from .experiment import EXPERIMENT, OFFICIAL_ARMS

VERSION = "fasttext-wheel 0.9.2"
_PREFIX = "__label__"


def library() -> Any:
    """Return the module (it has no types).

    Raises:
        PeerMissing: it is not installed.
    """
    try:
        import fasttext
    except ImportError as missing:
        raise PeerMissing("pip install --no-deps fasttext-wheel==0.9.2") from missing
    return fasttext


def write_lines(path: Path, texts: Sequence[Sequence[str]], labels: Sequence[str]) -> None:
    """Write a training file as the library reads it: a line a text, the label first."""
    lines = [
        f"{_PREFIX}{label} {' '.join(text)}\n" for text, label in zip(texts, labels, strict=True)
    ]
    path.write_text("".join(lines), "utf-8")


def train(path: Path, settings: dict[str, Any], **others: Any) -> Any:
    """Return the library's model of a file, by the names that our settings have."""
    ngrams = settings["ngrams"]
    return library().train_supervised(
        str(path),
        loss={"softmax": "softmax", "tree": "hs"}[settings["loss"]],
        dim=settings["size"],
        epoch=settings["epochs"],
        wordNgrams=ngrams,
        bucket=settings["buckets"] if ngrams > 1 else 0,
        **{"lr": settings["rate"], "minCount": 1, "thread": 1, "verbose": 0, **others},
    )


def accuracy(model: Any, texts: Sequence[Sequence[str]], labels: Sequence[str]) -> float:
    """Return the share of texts whose likeliest label is right."""
    guesses, _chances = model.predict([" ".join(text) for text in texts], k=1)
    hits = [guess[0] == _PREFIX + label for guess, label in zip(guesses, labels, strict=True)]
    return sum(hits) / len(hits)


def weights(model: Any, vocabulary: method.Vocabulary, outputs: int) -> method.Weights:
    """Return the library's matrices with the words in our order."""
    place = {word: row for row, word in enumerate(model.words)}
    embed = model.get_input_matrix().copy()
    embed[: len(place)] = embed[[place[word] for word in vocabulary.words]]
    return method.Weights(embed, model.get_output_matrix()[:outputs].copy())


def accuracies() -> list[dict[str, Any]]:
    """Return the library's accuracy for every arm, preset and cut."""
    found = []
    for preset in ("smoke", "laptop"):
        for arm in OFFICIAL_ARMS:
            task, settings = tasks.work(EXPERIMENT.settings(preset, arm))
            by_cut = [_one(task, settings, number) for number in range(tasks.CUTS)]
            found.append({"arm": arm, "settings": settings, "by_cut": by_cut})
            print(preset, arm, *by_cut, file=sys.stderr)
    return found


def _one(task: str, settings: dict[str, Any], number: int) -> float:
    train_part, test_part = tasks.cut(task, settings, number, Path())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "train.txt"
        write_lines(path, train_part.texts, train_part.labels)
        model = train(path, settings, seed=number)
    return accuracy(model, test_part.texts, test_part.labels)


# Small enough to keep both matrices of the library before and after training.
GOLDEN = {"size": 4, "epochs": 4, "rate": 0.5, "buckets": 30}


def golden_texts() -> tasks.Words:
    """Return 40 texts whose labels have different counts, so that one tree alone is right."""
    random = np.random.default_rng(0)
    words = ["naïve", "£", "the", "of", "日本", "x1", "-", "long" * 9, "Straße", "a", "b", "c"]
    texts = [[words[i] for i in random.integers(0, len(words), 5)] for _ in range(40)]
    labels = [f"t{k}" for k in np.repeat(range(5), [17, 10, 7, 4, 2])]
    order = random.permutation(len(texts))
    return tasks.Labelled(texts, [labels[i] for i in order])


def golden() -> list[dict[str, Any]]:
    """Return the library's matrices before and after training, for both losses and 1 to 3 words."""
    part, found = golden_texts(), []
    vocabulary = method.read_vocabulary(part.texts, part.labels)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "train.txt"
        write_lines(path, part.texts, part.labels)
        for loss, ngrams in itertools.product(("softmax", "tree"), (1, 2, 3)):
            settings = {**GOLDEN, "loss": loss, "ngrams": ngrams}
            outputs = len(vocabulary.labels) - (loss == "tree")
            # A rate of zero leaves the first weights as they are; the rate is set anew each text.
            pair = [train(path, settings, seed=1, lrUpdateRate=1, lr=rate) for rate in (0.0, 0.5)]
            first, last = (weights(model, vocabulary, outputs) for model in pair)
            found.append(
                {
                    "settings": settings,
                    "first": first.embed.round(8).tolist(),
                    "embed": last.embed.round(8).tolist(),
                    "out": last.out.round(8).tolist(),
                }
            )
    return found


def main() -> None:
    """Write `official.json` and `golden.json`, and say the checksum that `tasks.py` wants."""
    folder = Path(__file__).parent
    for name, content in (
        ("golden", {"weights": golden()}),
        ("official", {"accuracy": accuracies()}),
    ):
        text = json.dumps({"peer": VERSION, "made_by": "peer.py", **content}, indent=1) + "\n"
        (folder / f"{name}.json").write_text(text, "utf-8")
        print(name, hashlib.sha256(text.encode()).hexdigest())


if __name__ == "__main__":
    main()
