"""The training loop of `method.train`, compiled: same arguments, same result up to rounding.

Loops stand in place of array expressions, so that nothing is allocated per text. The twin in
`method.py` says what they compute.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .method import Texts, Tree, Weights

# Sums may be reordered, so that they run in vector registers; NaN keeps its meaning.
_compiled = njit(cache=True, fastmath={"contract", "reassoc", "nsz"})


def train(
    weights: Weights,
    texts: Texts,
    labels: NDArray[np.int64],
    tree: Tree | None,
    epochs: int,
    rate: float,
) -> None:
    """Change the weights (float32) as `method.train` does."""
    given = (weights.embed, weights.out, texts.ids, texts.starts, texts.tokens, labels)
    if tree is None:
        _train_softmax(*given, epochs, rate)
    else:
        _train_tree(*given, tree.nodes, tree.turns, tree.starts, epochs, rate)


@_compiled
def _train_softmax(embed, out, ids, starts, tokens, labels, epochs, rate):
    classes, size = out.shape
    score = np.zeros(classes, np.float32)
    hidden, gradient = np.zeros(size, np.float32), np.zeros(size, np.float32)
    done, total = 0, epochs * tokens.sum()
    for _ in range(epochs):
        for n in range(len(labels)):
            step = np.float32(rate * (1 - done / total))
            done += tokens[n]
            _mean(embed, ids[starts[n] : starts[n + 1]], hidden)
            gradient[:] = 0
            largest = np.float32(-np.inf)
            for k in range(classes):
                score[k] = _dot(out[k], hidden)
                largest = max(largest, score[k])
            whole = np.float32(0)
            for k in range(classes):
                score[k] = math.exp(score[k] - largest)
                whole += score[k]
            for k in range(classes):
                share = step * (np.float32(k == labels[n]) - score[k] / whole)
                _exchange(out[k], hidden, gradient, share)
            _spread(embed, ids[starts[n] : starts[n + 1]], gradient)


@_compiled
def _train_tree(embed, out, ids, starts, tokens, labels, nodes, turns, way_starts, epochs, rate):
    size = out.shape[1]
    hidden, gradient = np.zeros(size, np.float32), np.zeros(size, np.float32)
    done, total = 0, epochs * tokens.sum()
    for _ in range(epochs):
        for n in range(len(labels)):
            step = np.float32(rate * (1 - done / total))
            done += tokens[n]
            _mean(embed, ids[starts[n] : starts[n + 1]], hidden)
            gradient[:] = 0
            for place in range(way_starts[labels[n]], way_starts[labels[n] + 1]):
                row = out[nodes[place]]
                right = np.float32(1) / (np.float32(1) + math.exp(-_dot(row, hidden)))
                _exchange(row, hidden, gradient, step * (turns[place] - right))
            _spread(embed, ids[starts[n] : starts[n + 1]], gradient)


@_compiled
def _dot(a, b):
    total = np.float32(0)
    for j in range(len(a)):
        total += a[j] * b[j]
    return total


@_compiled
def _mean(embed, ids, hidden):
    hidden[:] = 0
    for row in ids:
        for j in range(len(hidden)):
            hidden[j] += embed[row, j]
    hidden /= np.float32(len(ids))


@_compiled
def _exchange(row, hidden, gradient, share):
    """Add to the gradient what the row says, then to the row what the text says."""
    for j in range(len(hidden)):
        gradient[j] += share * row[j]
        row[j] += share * hidden[j]


@_compiled
def _spread(embed, ids, gradient):
    """Every feature of the text takes its share of the gradient of the mean."""
    gradient /= np.float32(len(ids))
    for row in ids:
        for j in range(len(gradient)):
            embed[row, j] += gradient[j]
