"""fastText: a text is the mean of the vectors of its words and word pairs, a linear layer names it.

Joulin, Grave, Bojanowski and Mikolov (2016), "Bag of Tricks for Efficient Text Classification",
arXiv:1607.01759. Sections below are the paper's; where it leaves a detail open (the hash, the end
mark, the decay of the rate), this does as the authors' library of version 0.9.2 does.

Symbols: N texts, L features of a text, V words, S buckets, h numbers a vector, K classes, D depth.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

END = "</s>"  # every text ends in this word, in the vocabulary and in the n-grams
_NGRAM_FACTOR = np.uint64(116_049_371)


def word_hash(word: str) -> int:
    """Return the 32-bit FNV-1a hash of a word, with the library's quirk.

    Bytes count as signed: one above 127 is stretched to 32 bits with ones before the exclusive or.
    Models in the wild were trained with it, so it stays.
    """
    value = 2_166_136_261
    for byte in word.encode():
        stretched = byte if byte < 128 else byte | 0xFFFFFF00
        value = (value ^ stretched) * 16_777_619 & 0xFFFFFFFF
    return value


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words and labels, the frequent first: the number of a word is the row of its vector."""

    words: dict[str, int]
    hashes: NDArray[np.uint32]  # (V,)
    labels: dict[str, int]
    label_counts: NDArray[np.int64]  # (K,) falling


def read_vocabulary(texts: Sequence[Sequence[str]], labels: Sequence[str]) -> Vocabulary:
    """Return the words and labels of the training texts."""
    counts = Counter(word for text in texts for word in text)
    counts[END] = len(texts)
    words = [word for word, _ in counts.most_common()]
    classes = Counter(labels).most_common()
    return Vocabulary(
        words={word: row for row, word in enumerate(words)},
        hashes=np.array([word_hash(word) for word in words], np.uint32),
        labels={label: k for k, (label, _) in enumerate(classes)},
        label_counts=np.array([count for _, count in classes], np.int64),
    )


@dataclass(frozen=True, slots=True)
class Texts:
    """N texts as rows of the embedding; text n owns `ids[starts[n] : starts[n + 1]]`."""

    ids: NDArray[np.int64]  # words [0, V), n-grams [V, V + S)
    starts: NDArray[np.int64]  # (N + 1,)
    tokens: NDArray[np.int64]  # (N,) words, end mark and label: what the decay of the rate counts

    def __len__(self) -> int:
        return len(self.tokens)


def encode(
    vocabulary: Vocabulary, texts: Sequence[Sequence[str]], ngrams: int = 1, buckets: int = 0
) -> Texts:
    """Return the features of each text (section 2.2): its words, then its n-grams by hash.

    An unknown word has no vector of its own but takes part in n-grams.
    """
    flat = [word for text in texts for word in (*text, END)]
    lengths = np.array([len(text) + 1 for text in texts])
    owner = np.repeat(np.arange(len(texts)), lengths)
    rows = np.array([vocabulary.words.get(word, -1) for word in flat], np.int64)
    hashes = vocabulary.hashes[rows]
    for place in np.flatnonzero(rows < 0):
        hashes[place] = word_hash(flat[place])
    ids, owners = [rows[rows >= 0]], [owner[rows >= 0]]
    signed = rolled = hashes.astype(np.int32).astype(np.uint64)  # the quirk again: sign-extended
    for length in range(2, ngrams + 1):
        rolled = rolled[:-1] * _NGRAM_FACTOR + signed[length - 1 :]  # modulo 2^64
        inside = owner[: len(rolled)] == owner[length - 1 :]  # not across two texts
        bucket = rolled[inside] % np.uint64(buckets)
        ids.append(len(vocabulary.words) + bucket.astype(np.int64))
        owners.append(owner[: len(rolled)][inside])
    order = np.argsort(np.concatenate(owners), kind="stable")
    per_text = np.bincount(np.concatenate(owners), minlength=len(texts))
    starts = np.concatenate([[0], np.cumsum(per_text)])
    return Texts(np.concatenate(ids)[order], starts, lengths + 1)


@dataclass(frozen=True, slots=True)
class Tree:
    """A Huffman tree over K classes (section 2.1): leaf k is class k, K … 2K - 2 are inner nodes.

    The way from the root to class k: inner nodes `nodes[starts[k] : starts[k + 1]]` (0 is the first
    inner node), and at each `turns`: 1 to the right, 0 to the left.
    """

    parent: NDArray[np.int64]  # (2K - 1,) the root's is -1
    turn: NDArray[np.int64]  # (2K - 1,)
    nodes: NDArray[np.int64]
    turns: NDArray[np.float32]
    starts: NDArray[np.int64]  # (K + 1,)


def huffman(counts: NDArray[np.int64]) -> Tree:
    """Return the tree whose mean depth, weighted by `counts` (K >= 2, falling), is the least."""
    classes = len(counts)
    weight = np.concatenate([counts, np.zeros(classes - 1, np.int64)])
    parent, turn = np.full(2 * classes - 1, -1), np.zeros(2 * classes - 1, np.int64)
    leaf, inner = classes - 1, classes  # the lightest node still free, of either sort
    for new in range(classes, 2 * classes - 1):
        for side in (0, 1):
            if leaf >= 0 and (inner == new or weight[leaf] < weight[inner]):
                child, leaf = leaf, leaf - 1
            else:
                child, inner = inner, inner + 1
            parent[child], turn[child] = new, side
            weight[new] += weight[child]
    ways = []
    for k in range(classes):
        way, node = [], k
        while parent[node] >= 0:
            way.append((parent[node] - classes, turn[node]))
            node = parent[node]
        ways.append(way[::-1])
    starts = np.concatenate([[0], np.cumsum([len(way) for way in ways])])
    steps = np.array([step for way in ways for step in way])
    return Tree(parent, turn, steps[:, 0].copy(), steps[:, 1].astype(np.float32), starts)


@dataclass(slots=True)
class Weights:
    """The two matrices of section 2: f(B A x), x being the normalized bag of features."""

    embed: NDArray[np.floating]  # (V + S, h)  A
    out: NDArray[np.floating]  # (K, h) for the softmax, (K - 1, h) for the tree  B


def first_weights(
    rows: int, outputs: int, size: int, random: np.random.Generator, dtype: type = np.float32
) -> Weights:
    """Return A uniform in ±1/h and B zero, as the library starts."""
    embed = random.random((rows, size), np.float32) * 2 - 1
    return Weights((embed / size).astype(dtype), np.zeros((outputs, size), dtype))


def train(
    weights: Weights,
    texts: Texts,
    labels: NDArray[np.int64],
    tree: Tree | None,
    epochs: int,
    rate: float,
) -> None:
    """Change the weights by descent on -log p(label), text by text, in the given order.

    The rate falls linearly to zero over the tokens of all epochs (section 2).
    """
    embed, out = weights.embed, weights.out
    done, total = 0, epochs * int(texts.tokens.sum())
    for n in list(range(len(texts))) * epochs:
        step = rate * (1 - done / total)
        done += texts.tokens[n]
        ids = texts.ids[texts.starts[n] : texts.starts[n + 1]]  # (L,)
        hidden = embed[ids].mean(0)  # (h,)
        if tree is None:
            error = -softmax(out @ hidden)  # (K,)
            error[labels[n]] += 1
            gradient = error @ out  # (h,)
            out += step * np.outer(error, hidden)
        else:
            way = slice(tree.starts[labels[n]], tree.starts[labels[n] + 1])
            nodes = tree.nodes[way]  # (D,) no node twice
            error = tree.turns[way] - sigmoid(out[nodes] @ hidden)  # (D,)
            gradient = error @ out[nodes]  # (h,)
            out[nodes] += step * np.outer(error, hidden)
        np.add.at(embed, ids, (step / len(ids) * gradient).astype(embed.dtype))


def sigmoid(x: NDArray[np.floating]) -> NDArray[np.floating]:
    return 0.5 * (1 + np.tanh(0.5 * x))


def softmax(x: NDArray[np.floating]) -> NDArray[np.floating]:
    """Over the last axis."""
    grown = np.exp(x - x.max(-1, keepdims=True))
    return grown / grown.sum(-1, keepdims=True)


def vectors(weights: Weights, texts: Texts) -> NDArray[np.floating]:
    """Return the mean feature vector of each text, (N, h)."""
    sums = np.add.reduceat(weights.embed[texts.ids], texts.starts[:-1], axis=0)
    return sums / np.diff(texts.starts)[:, None].astype(sums.dtype)


def probabilities(weights: Weights, texts: Texts, tree: Tree | None) -> NDArray[np.floating]:
    """Return p(class | text), (N, K), every row summing to 1."""
    score = vectors(weights, texts) @ weights.out.T  # (N, K) or (N, K - 1)
    if tree is None:
        return softmax(score)
    classes = len(weights.out) + 1
    right = sigmoid(score).T  # (K - 1, N)
    reached = np.ones((2 * classes - 1, len(texts)), score.dtype)
    for node in range(2 * classes - 3, -1, -1):  # parents have higher numbers: they come first
        chance = right[tree.parent[node] - classes]
        taken = chance if tree.turn[node] else 1 - chance
        reached[node] = reached[tree.parent[node]] * taken  # product over the way (section 2.1)
    return reached[:classes].T


def likeliest(weights: Weights, vector: NDArray, tree: Tree, top: int) -> list[tuple[int, float]]:
    """Return the `top` likeliest classes of one text with their probabilities, best first.

    A node is never likelier than its parent, so nodes taken from a heap by falling probability
    meet the classes in order, and branches of low probability are never opened (section 2.1).
    """
    classes = len(weights.out) + 1
    children: dict[int, list[int]] = {}
    for node, parent in enumerate(tree.parent[:-1]):
        children.setdefault(int(parent), []).append(node)
    heap, found = [(-1.0, 2 * classes - 2)], []
    while heap and len(found) < top:
        chance, node = heapq.heappop(heap)
        if node < classes:
            found.append((node, -chance))
            continue
        right = float(sigmoid(weights.out[node - classes] @ vector))
        for child in children[node]:
            heapq.heappush(heap, (chance * (right if tree.turn[child] else 1 - right), child))
    return found
