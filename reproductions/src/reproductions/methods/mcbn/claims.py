"""What the run decides, each with its rule."""

from __future__ import annotations

from reproductions.contract import Claim, Paper

PAPER = Paper(
    title="Bayesian Uncertainty Estimation for Batch Normalized Deep Networks",
    authors=("Mattias Teye", "Hossein Azizpour", "Kevin Smith"),
    year=2018,
    venue="ICML",
    arxiv="1802.06455",
)

SAYS = "The sampled uncertainty beats a constant one, with strong statistical significance."
PLACE = "Abstract; experiments on regression (CUBN)"
SETS = "On diabetes and two generated regressions (averaged), 10-50-50-1 nets, 200 mini-batches"


def pooled(value: str) -> str:
    return f"mean(diabetes.{value}, dense.{value}, sparse.{value})"


CLAIMS = (
    Claim(
        "c1",
        "Queries that go through the net beside a mini-batch, many batches at a time, get the same "
        "outputs as from torch's batch normalization, batch after batch, to 1e-10 in float64.",
        "A query is normalized by the statistics of one training batch at a time.",
        "Algorithm 1",
        "exact",
        "formulas.output_difference",
        "<",
        1e-10,
        seeds=1,
        is_proxy=False,
        is_central=False,
    ),
    Claim(
        "c2",
        f"{SETS}: CRPS is better than with one constant variance around the ordinary prediction. "
        "In per cent of the way from there (0) to the best variance for each point (100).",
        SAYS,
        PLACE,
        "effect",
        pooled("crps_gain"),
        ">",
        0.0,
        "% of the way",
        seeds=20,
    ),
    Claim(
        "c3",
        "The same on the diabetes table alone, the one real regression here.",
        SAYS,
        PLACE,
        "effect",
        "diabetes.crps_gain",
        ">",
        0.0,
        "% of the way",
        seeds=20,
    ),
    Claim(
        "c4",
        f"{SETS}: CRPS is better than with one constant variance around the same averaged "
        "prediction, so that only the shape of the uncertainty counts.",
        SAYS,
        PLACE,
        "effect",
        pooled("crps_gain_same_mean"),
        ">",
        0.0,
        "% of the way",
        seeds=20,
    ),
    Claim(
        "c5",
        f"{SETS}: the log likelihood is better than with one constant variance around the ordinary "
        "prediction, on the same scale from 0 to 100. Its tails are heavy: see c2 first.",
        SAYS,
        PLACE,
        "effect",
        pooled("likelihood_gain"),
        ">",
        0.0,
        "% of the way",
        seeds=20,
        is_central=False,
    ),
    Claim(
        "c6",
        f"{SETS}: the rank correlation of the sampled deviation with the absolute error is over "
        "0.1.",
        "The uncertainty is meaningful: it is larger where the net is wrong.",
        "Experiments on regression",
        "effect",
        pooled("rank_correlation"),
        ">",
        0.1,
        seeds=20,
    ),
    Claim(
        "c7",
        f"{SETS}: the mean of the sampled outputs has a root mean squared error at most 1 % above "
        "the ordinary prediction's.",
        "Uncertainty comes without changing the net or its training.",
        "Abstract",
        "ratio",
        "mean(diabetes.rmse_ratio, dense.rmse_ratio, sparse.rmse_ratio)",
        "<",
        1.01,
        "×",
        seeds=20,
        is_central=False,
    ),
    Claim(
        "c8",
        "For a 784-100-100-10 net trained on 2,000 MNIST digits, the entropy of the averaged "
        "probabilities tells errors on 2,000 test digits from right answers better than that of "
        "the ordinary softmax (area under the ROC curve, 100 mini-batches).",
        "The uncertainty is meaningful for classification too.",
        "Experiments on images",
        "effect",
        "100 * (digits.area - digits.area_softmax)",
        ">",
        0.0,
        "points",
        seeds=20,
        is_central=False,
    ),
    Claim(
        "c9",
        "On eight further real regression tables the uncertainty beats a constant one, and is "
        "competitive with MC dropout and multiplicative normalizing flows.",
        "It outperforms baselines and is competitive with recent Bayesian approaches.",
        "Abstract; experiments on regression",
        "out_of_reach",
        reason="Those tables are in no package registry that this project reads, and the rival "
        "methods are not built here: a comparison with ones tuned by us in passing would be unfair "
        "to them.",
    ),
    Claim(
        "c10",
        "Uncertainty maps for segmentation of street scenes and of natural images.",
        "It gives useful maps with a Bayesian SegNet and with ResNets.",
        "Experiments on images",
        "out_of_reach",
        is_central=False,
        reason="Needs CamVid and Pascal VOC, which no package carries, and large pre-trained nets.",
    ),
)
