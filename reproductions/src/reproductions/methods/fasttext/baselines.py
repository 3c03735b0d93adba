"""What fastText is compared with: a character network and a linear model on weighed words."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - as everywhere

# Zhang, Zhao and LeCun (2015), arXiv:1509.01626, section 2.2: letters, digits and marks.
ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789-,;.!?:'\"/\\|_@#$%^&*~`+=<>()[]{}\n £"


class CharacterNetwork(nn.Module):
    """A small relative of the character network of Zhang, Zhao and LeCun (2015).

    Two convolutions with batch normalization in place of six without, the mean over places in
    place of two wide layers: that much can be trained on some hundred articles.
    """

    def __init__(self, classes: int, channels: int = 64) -> None:
        super().__init__()
        self.letters = nn.Embedding(len(ALPHABET) + 1, 16)
        self.first = nn.Conv1d(16, channels, 7, padding=3, bias=False)
        self.second = nn.Conv1d(channels, 2 * channels, 3, padding=1, bias=False)
        self.norms = nn.ModuleList([nn.BatchNorm1d(channels), nn.BatchNorm1d(2 * channels)])
        self.dropout = nn.Dropout(0.3)
        self.last = nn.Linear(2 * channels, classes)

    def forward(self, letters: Tensor) -> Tensor:
        """Return scores (N, K) of texts given as (N, T) numbers of letters."""
        x = self.letters(letters).transpose(1, 2)  # (N, 16, T)
        x = F.max_pool1d(F.relu(self.norms[0](self.first(x))), 4)  # (N, C, T / 4)
        x = F.relu(self.norms[1](self.second(x))).mean(2)  # (N, 2 C)
        return self.last(self.dropout(x))  # (N, K)


def letters(texts: Sequence[Sequence[str]], length: int) -> Tensor:
    """Return the first `length` characters of each text as numbers, (N, T); 0 is none."""
    number = {letter: at for at, letter in enumerate(ALPHABET, start=1)}
    found = torch.zeros(len(texts), length, dtype=torch.long)
    for row, text in enumerate(texts):
        known = [number.get(letter, 0) for letter in " ".join(text)[:length]]
        found[row, : len(known)] = torch.tensor(known)
    return found


def train_network(
    network: CharacterNetwork,
    x: Tensor,
    y: Tensor,
    epochs: int,
    random: torch.Generator,
    say: Callable[[float], None],
) -> None:
    """Train with Adam in batches of 32, the rate falling linearly to zero."""
    optimizer = torch.optim.Adam(network.parameters(), lr=2e-3)
    falling = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, total_iters=epochs)
    network.train()
    for epoch in range(epochs):
        for batch in torch.randperm(len(x), generator=random).split(32):
            optimizer.zero_grad()
            F.cross_entropy(network(x[batch]), y[batch]).backward()
            optimizer.step()
        falling.step()
        say((epoch + 1) / epochs)


@torch.no_grad()
def network_accuracy(network: CharacterNetwork, x: Tensor, y: Tensor) -> float:
    """Return the share of texts whose highest score is that of the right class."""
    network.eval()
    hits = [network(x[rows]).argmax(1) == y[rows] for rows in torch.arange(len(x)).split(256)]
    return torch.cat(hits).float().mean().item()


def weighed_words_accuracy(
    train: tuple[Sequence[Sequence[str]], Tensor], test: tuple[Sequence[Sequence[str]], Tensor]
) -> float:
    """Return the test accuracy of logistic regression on TF-IDF weights of words.

    Terms (1 + log count) · (1 + log((1 + N) / (1 + N_word))), rows of length 1, as scikit-learn has
    them by default but for the logarithm of the count; L2 penalty 1/2 |W|² against the summed
    loss times 10; L-BFGS.
    """
    documents = Counter(word for text in train[0] for word in set(text))
    column = {word: at for at, word in enumerate(documents)}
    rarity = torch.tensor(
        [1 + math.log((1 + len(train[0])) / (1 + found)) for found in documents.values()]
    )
    x, x_test = (_weighed(texts, column, rarity) for texts in (train[0], test[0]))
    classes = int(train[1].max()) + 1
    weight = torch.zeros(len(column), classes, requires_grad=True)
    bias = torch.zeros(classes, requires_grad=True)
    optimizer = torch.optim.LBFGS([weight, bias], max_iter=60, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimizer.zero_grad()
        scores = torch.sparse.mm(x, weight) + bias  # (N, K)
        total = 10 * F.cross_entropy(scores, train[1], reduction="sum") + weight.square().sum() / 2
        total.backward()
        return total

    optimizer.step(loss)
    with torch.no_grad():
        guess = (torch.sparse.mm(x_test, weight) + bias).argmax(1)
    return (guess == test[1]).float().mean().item()


def _weighed(texts: Sequence[Sequence[str]], column: dict[str, int], rarity: Tensor) -> Tensor:
    """Return TF-IDF rows of length 1, sparse (N, V)."""
    places, values = [], []
    for row, text in enumerate(texts):
        counts = [(column[word], n) for word, n in Counter(text).items() if word in column]
        at = torch.tensor([place for place, _ in counts])
        value = (1 + torch.tensor([n for _, n in counts]).log()) * rarity[at]
        places.append(torch.stack([torch.full_like(at, row), at]))
        values.append(value / value.norm())
    shape = (len(texts), len(column))
    matrix = torch.sparse_coo_tensor(
        torch.cat(places, 1), torch.cat(values), shape, check_invariants=True
    )
    return matrix.coalesce()
