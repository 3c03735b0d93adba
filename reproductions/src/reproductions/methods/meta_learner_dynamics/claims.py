"""What is claimed of learners and meta-learners, each with the rule that decides it."""

from reproductions.contract import Claim

# The margins stood before any run of five seeds; 1.5 lies between no order (1) and s_1 / s_2 = 2,
# the ratio that theory gives for gradient descent from ever smaller weights.
CLAIMS = (
    Claim(
        id="c1",
        text="On linear maps of the plane with singular values 1 and 0.5, a linear network of two "
        "layers takes more than 1.5 times as many steps to half of the small mode as to half of "
        "the large one.",
        paper_says="Learners pick up the modes of a linear map one after another, the largest "
        "singular value first.",
        place="The experiment on linear regression",
        kind="ratio",
        metric="linear_learner.half_last / linear_learner.half_first",
        relation=">",
        margin=1.5,
        unit="×",
    ),
    Claim(
        id="c2",
        text="On the same maps, a meta-trained LSTM takes less than 1.25 times as many pairs to "
        "half of the small mode as to half of the large one.",
        paper_says="Meta-trained LSTMs pick up nearly all modes at the same time.",
        place="The experiment on linear regression",
        kind="ratio",
        metric="linear_meta.half_last / linear_meta.half_first",
        relation="<",
        margin=1.25,
        unit="×",
    ),
    Claim(
        id="c3",
        text="On the same maps and pairs, the ratio of these times differs by less than 0.25 "
        "between meta-learner and Bayes-optimal answers.",
        paper_says="The order in which meta-learners learn is that of Bayes-optimal inference.",
        place="The experiment on linear regression",
        kind="equivalence",
        metric="linear_meta.half_last / linear_meta.half_first - linear_bayes.half_last / "
        "linear_bayes.half_first",
        relation="==",
        margin=0.25,
        unit="×",
    ),
    Claim(
        id="c4",
        text="On linear maps, the strengths of the modes of meta-learner and Bayes-optimal "
        "answers differ by less than 0.1 in the mean over 20 pairs.",
        paper_says="The order in which meta-learners learn is that of Bayes-optimal inference.",
        place="The experiment on linear regression",
        kind="effect",
        metric="linear_meta.distance",
        relation="<",
        margin=0.1,
        is_central=False,
    ),
    Claim(
        id="c5",
        text="On sums of four waves of equal variance, a network of two hidden layers takes more "
        "than 1.5 times as many steps to half of frequency 4 as to half of frequency 1.",
        paper_says="Learners pick up low frequencies before high ones.",
        place="The experiment on nonlinear regression",
        kind="ratio",
        metric="fourier_learner.half_last / fourier_learner.half_first",
        relation=">",
        margin=1.5,
        unit="×",
    ),
    Claim(
        id="c6",
        text="On the same sums, a meta-trained LSTM takes less than 1.25 times as many pairs to "
        "half of frequency 4 as to half of frequency 1.",
        paper_says="Meta-trained LSTMs pick up nearly all modes at the same time.",
        place="The experiment on nonlinear regression",
        kind="ratio",
        metric="fourier_meta.half_last / fourier_meta.half_first",
        relation="<",
        margin=1.25,
        unit="×",
    ),
    Claim(
        id="c7",
        text="On the same sums and pairs, the ratio of these times differs by less than 0.25 "
        "between meta-learner and Bayes-optimal answers.",
        paper_says="The order in which meta-learners learn is that of Bayes-optimal inference.",
        place="The experiment on nonlinear regression",
        kind="equivalence",
        metric="fourier_meta.half_last / fourier_meta.half_first - fourier_bayes.half_last / "
        "fourier_bayes.half_first",
        relation="==",
        margin=0.25,
        unit="×",
    ),
    Claim(
        id="c8",
        text="On sums of four waves, the strengths of the modes of meta-learner and Bayes-optimal "
        "answers differ by less than 0.1 in the mean over 30 pairs.",
        paper_says="The order in which meta-learners learn is that of Bayes-optimal inference.",
        place="The experiment on nonlinear regression",
        kind="effect",
        metric="fourier_meta.distance",
        relation="<",
        margin=0.1,
        is_central=False,
    ),
    Claim(
        id="c9",
        text="In contextual bandits, meta-trained LSTMs learn all contexts at the same time, "
        "unlike learners by reinforcement.",
        paper_says="In contextual bandits, learners by reinforcement get stuck on plateaus and "
        "learn contexts one after another; meta-learners do not.",
        place="The experiment on contextual bandits",
        kind="out_of_reach",
        is_central=False,
        reason="Meta-training by reinforcement takes many CPU-hours. Claims c1 to c8 test the two "
        "experiments on regression.",
    ),
)
