"""What the run decides, each with its rule."""

from __future__ import annotations

from reproductions.contract import Claim, Paper

PAPER = Paper(
    title="Batch Normalization: Accelerating Deep Network Training by Reducing Internal Covariate "
    "Shift",
    authors=("Sergey Ioffe", "Christian Szegedy"),
    year=2015,
    venue="ICML",
    arxiv="1502.03167",
)

NET = "On binary MNIST digits, 3 hidden layers of 100 sigmoids, batches of 60, 3,000 steps"

CLAIMS = (
    Claim(
        "c1",
        "The gradients that section 3 writes down for x, gamma and beta are those of algorithm 1: "
        "they differ from automatic differentiation by at most 1e-12 in float64.",
        "The transform is differentiable, and the gradients follow by the chain rule.",
        "Section 3",
        "exact",
        "formulas.gradient_difference",
        "<",
        1e-12,
        seeds=1,
        is_proxy=False,
        is_central=False,
    ),
    Claim(
        "c2",
        "Weights 100 times as large give the same output and a gradient 100 times smaller, to "
        "1e-12 in float64.",
        "A layer's output does not depend on the scale of its weights, and larger weights get "
        "smaller gradients.",
        "Section 3.3",
        "exact",
        "formulas.scale_difference",
        "<",
        1e-12,
        seeds=1,
        is_proxy=False,
        is_central=False,
    ),
    Claim(
        "c3",
        f"{NET}: the normalized net needs less than half the steps to 95 % accuracy, each net at "
        "the best of five learning rates.",
        "A normalized net reaches the same accuracy in a fraction of the steps.",
        "Section 4.1, figure 1(a); section 4.2.2",
        "ratio",
        "plain.steps_to_95 / normalized.steps_to_95",
        ">",
        2.0,
        "×",
        paper_value="14 times fewer steps on ImageNet",
        paper_source="abstract of the paper",
    ),
    Claim(
        "c4",
        f"{NET}: the normalized net needs less than half the steps to 90 % accuracy, each net at "
        "the best of five learning rates.",
        "A normalized net reaches the same accuracy in a fraction of the steps.",
        "Section 4.1, figure 1(a)",
        "ratio",
        "plain.steps_to_90 / normalized.steps_to_90",
        ">",
        2.0,
        "×",
    ),
    Claim(
        "c5",
        f"{NET}: the largest learning rate of 1, 3, 10, 30, 100 that ends at 90 % accuracy or more "
        "is over 5 times as large with normalization.",
        "Batch normalization allows much higher learning rates.",
        "Section 3.3; section 4.2.1",
        "ratio",
        "normalized.largest_rate / plain.largest_rate",
        ">",
        5.0,
        "×",
    ),
    Claim(
        "c6",
        "With 8 hidden layers of 100 sigmoids the normalized net gets above 90 % accuracy on "
        "MNIST within 1,500 steps, at the best of three learning rates.",
        "Nets of saturating units can be trained.",
        "Section 3.3; section 4.2.2 (Inception with sigmoids)",
        "effect",
        "deep_normalized.accuracy",
        ">",
        0.9,
    ),
    Claim(
        "c7",
        "With 8 hidden layers of 100 sigmoids the plain net stays below 20 % accuracy on MNIST "
        "(chance: 10 %), at the best of the same three learning rates.",
        "Without normalization the accuracy of such a net stays at chance.",
        "Section 4.2.2 (Inception with sigmoids)",
        "effect",
        "deep_plain.accuracy",
        "<",
        0.2,
    ),
    Claim(
        "c8",
        f"{NET}: the percentiles (15, 50, 85) of the inputs of the last hidden layer's sigmoids "
        "move over twice as far during training without normalization.",
        "The distribution of a sigmoid's inputs stays much more stable.",
        "Section 4.1, figure 1(b, c)",
        "ratio",
        "plain.drift / normalized.drift",
        ">",
        2.0,
        "×",
    ),
    Claim(
        "c9",
        f"{NET}: the same, with the movement counted in spreads of the input, since a plain net's "
        "inputs also grow: it still moves further without normalization.",
        "The distribution of a sigmoid's inputs stays much more stable.",
        "Section 4.1, figure 1(b, c)",
        "ratio",
        "plain.drift_in_spreads / normalized.drift_in_spreads",
        ">",
        1.0,
        "×",
        is_central=False,
    ),
    Claim(
        "c10",
        f"{NET}: the normalized net is more accurate at the end, each net at its fastest rate.",
        "The normalized net has the higher test accuracy.",
        "Section 4.1, figure 1(a)",
        "effect",
        "100 * (normalized.accuracy - plain.accuracy)",
        ">",
        0.0,
        "points",
    ),
    Claim(
        "c11",
        "From weights of deviation 0.01, the normalized net with 3 hidden layers is more accurate "
        "by over 5 points after 1,500 steps, at the best of three learning rates.",
        "One can be less careful about the first weights.",
        "Abstract",
        "effect",
        "100 * (small_normalized.accuracy - small_plain.accuracy)",
        ">",
        5.0,
        "points",
        is_central=False,
    ),
    Claim(
        "c12",
        "Inception with batch normalization on ImageNet: as accurate in 14 times fewer steps, and "
        "an ensemble with a top-5 error of 4.82 %.",
        "State of the art on ImageNet, with far fewer steps.",
        "Section 4.2",
        "out_of_reach",
        paper_value="14 times fewer steps; 4.82 % top-5 error",
        paper_source="abstract of the paper",
        reason="Needs ImageNet and many days of several GPUs. Claims c3 to c5 test the same effect "
        "on a small net.",
    ),
    Claim(
        "c13",
        "Dropout can be left out of a normalized Inception without overfitting.",
        "Batch normalization regularizes, and in some cases makes dropout unnecessary.",
        "Section 3.4; section 4.2.1",
        "out_of_reach",
        is_central=False,
        reason="The paper shows it on Inception and ImageNet. The net tested here does not overfit "
        "within its steps, so it could not tell.",
    ),
)
