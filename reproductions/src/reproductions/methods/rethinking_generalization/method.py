"""Randomisation tests and a network that memorises anything (Zhang et al., 2017).

"Understanding deep learning requires rethinking generalization", arXiv:1611.03530.

1. The randomisation tests of section 2.1 break the tie between images and labels. A network that
   still reaches zero training error has memorised: its capacity alone cannot be why it generalises
   on the labels that are true.
2. Theorem 1 of section 4 says that two layers with 2n + d weights suffice to memorise n points:

       c(x) = sum_j w_j max(<a, x> - b_j, 0),        a in R^d, b and w in R^n.

   Its proof is a recipe. Choose `a` so that the z_i = <a, x_i> differ, sort them, and choose
   b_1 < z_1 < b_2 < z_2 < ... < b_n < z_n. Then A_ij = max(z_i - b_j, 0) is lower triangular with a
   positive diagonal (Lemma 1), and A w = y has a solution whatever y is.

Symbols: n samples, d numbers in each, K classes; images are (n, height, width).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import torch
from torch import Tensor


def corrupt_labels(
    labels: Tensor, share: float, classes: int, generator: torch.Generator
) -> Tensor:
    """Return labels of which each, with probability `share`, is a class drawn at random.

    A drawn class can be the true one: at share 1 still 1/K of the labels are right by chance.
    The same generator draws the same classes at every share, so that a larger share only adds.

    Args:
        labels: (n,) integers in 0 ... classes - 1.
        share: probability in [0, 1]; 0 gives the true labels, 1 those of the test
            "random labels".
    """
    drawn = torch.randint(classes, labels.shape, generator=generator)  # (n,)
    is_drawn = torch.rand(labels.shape, generator=generator) < share  # (n,)
    return torch.where(is_drawn, drawn, labels)


def shuffle_pixels(images: Tensor, order: Tensor) -> Tensor:
    """Return the images with one and the same permutation of their pixels ("shuffled pixels").

    Args:
        images: (n, height, width).
        order: (height * width,) a permutation; the test images need the same.
    """
    return images.flatten(1)[:, order].view_as(images)


def permute_each(images: Tensor, generator: torch.Generator) -> Tensor:
    """Return the images, each with a permutation of its own ("random pixels")."""
    flat = images.flatten(1)  # (n, d)
    order = torch.rand(flat.shape, generator=generator).argsort(dim=1)  # (n, d)
    return flat.gather(1, order).view_as(images)


def gaussian_images(images: Tensor, generator: torch.Generator) -> Tensor:
    """Return noise with the mean and the deviation of the images' pixels ("Gaussian")."""
    noise = torch.randn(images.shape, generator=generator, dtype=images.dtype)
    return images.mean() + images.std() * noise


@dataclass(frozen=True, slots=True)
class Memory:
    """The network of Theorem 1.

    Attributes:
        a: (d,) the direction that both layers share.
        b: (n,) thresholds, rising.
        w: (n,) weights of the second layer.
    """

    a: Tensor
    b: Tensor
    w: Tensor

    @property
    def parameters(self) -> int:
        """How many numbers the network has: 2n + d."""
        return self.a.numel() + self.b.numel() + self.w.numel()

    def __call__(self, x: Tensor) -> Tensor:
        """Return c(x), (m,), of points (m, d)."""
        hidden = ((x @ self.a)[:, None] - self.b).clamp_min(0)  # (m, n)
        return hidden @ self.w  # (m,)


def memorise(x: Tensor, y: Tensor, a: Tensor, gap_share: float = 0.5) -> Memory:
    """Return the network of Theorem 1 that maps each point to its value.

    Args:
        x: (n, d) points; y: (n,) any real values; a: (d,) such that all <a, x_i> differ, which
            a random direction does with probability one if the points differ.
        gap_share: where b_i stands between z_(i-1) and z_i, in (0, 1); the theorem leaves it
            open. The middle doubles the size of the weights against a place near z_(i-1) and
            lets them alternate in sign.

    Raises:
        ValueError: two points fall on the same place of the direction.
    """
    z, order = (x @ a).sort()  # (n,) rising
    gaps = z.diff()  # (n-1,)
    if not bool((gaps > 0).all()):
        raise ValueError("two points have the same place on the direction: choose another")
    first = z[:1] - (gaps.mean() if len(gaps) else z.new_ones(()))
    b = torch.cat([first, z[:-1] + gap_share * gaps])  # (n,)
    matrix = (z[:, None] - b).clamp_min(0)  # (n, n) lower triangular, Lemma 1
    w = torch.linalg.solve_triangular(matrix, y[order, None], upper=False)[:, 0]  # (n,)
    return Memory(a, b, w)


def memorise_exactly(
    x: Sequence[Sequence[int]], y: Sequence[int], a: Sequence[int]
) -> tuple[list[Fraction], list[Fraction]]:
    """Return b and w of Theorem 1 for whole numbers, as fractions: no rounding anywhere.

    Forward substitution, row by row; the numbers grow with n, so keep n below a hundred.
    """
    places = [sum(p * q for p, q in zip(point, a, strict=True)) for point in x]
    order = sorted(range(len(x)), key=places.__getitem__)
    z = [Fraction(places[i]) for i in order]
    if any(left == right for left, right in pairwise(z)):
        raise ValueError("two points have the same place on the direction: choose another")
    mean_gap = (z[-1] - z[0]) / (len(z) - 1) if len(z) > 1 else Fraction(1)
    b = [z[0] - mean_gap, *((left + right) / 2 for left, right in pairwise(z))]
    w: list[Fraction] = []
    for i, place in enumerate(z):
        so_far = sum((w[j] * (place - b[j]) for j in range(i)), Fraction(0))
        w.append((y[order[i]] - so_far) / (place - b[i]))
    return b, w


def recall_exactly(
    point: Sequence[int], a: Sequence[int], b: Sequence[Fraction], w: Sequence[Fraction]
) -> Fraction:
    """Return c(x) of one point, as a fraction."""
    place = sum(p * q for p, q in zip(point, a, strict=True))
    return sum((wj * max(place - bj, Fraction(0)) for bj, wj in zip(b, w, strict=True)), Fraction())
