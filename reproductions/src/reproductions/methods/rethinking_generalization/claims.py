"""What is claimed of random labels and memorisation, each with the rule that decides it."""

from reproductions.contract import Claim

CLAIMS = (
    Claim(
        id="c1",
        text="On 1,000 digits of MNIST with random labels, a fully connected and a convolutional "
        "network fit at least 99.9 % of the labels within 200 epochs, with every seed.",
        paper_says="Networks fit random labels to zero training error.",
        place="Section 2.2, Figure 1a, Table 1",
        kind="exact",
        metric="min(mlp_random.train, cnn_random.train)",
        relation=">",
        margin=0.999,
    ),
    Claim(
        id="c2",
        text="The fully connected network that fitted random labels is at chance on unseen digits: "
        "its accuracy lies within 3 points of 10 %.",
        paper_says="With random labels there is nothing to generalise; the test is at chance.",
        place="Section 2.2, Table 1",
        kind="equivalence",
        metric="mlp_random.test - 0.1",
        relation="==",
        margin=0.03,
        unit="share",
    ),
    Claim(
        id="c3",
        text="The convolutional network that fitted random labels is at chance on unseen digits: "
        "its accuracy lies within 3 points of 10 %.",
        paper_says="With random labels there is nothing to generalise; the test is at chance.",
        place="Section 2.2, Table 1",
        kind="equivalence",
        metric="cnn_random.test - 0.1",
        relation="==",
        margin=0.03,
        unit="share",
    ),
    Claim(
        id="c4",
        text="With true labels, both networks fit at least 99.9 % of 1,000 digits whose pixels are "
        "shuffled by one permutation, by one each, or replaced by Gaussian noise, every seed.",
        paper_says="Networks fit shuffled pixels, random pixels and Gaussian noise as well.",
        place="Section 2.2, Figure 1a",
        kind="exact",
        metric="min(mlp_shuffled.train, mlp_pixels.train, mlp_gaussian.train, "
        "cnn_shuffled.train, cnn_pixels.train, cnn_gaussian.train)",
        relation=">",
        margin=0.999,
    ),
    Claim(
        id="c5",
        text="With weight decay 0.001 both networks still fit at least 99.9 % of 1,000 random "
        "labels, with every seed.",
        paper_says="Explicit regularisation does not keep a network from fitting random labels.",
        place="Section 3, Table 2",
        kind="exact",
        metric="min(mlp_random_decay.train, cnn_random_decay.train)",
        relation=">",
        margin=0.999,
    ),
    Claim(
        id="c6",
        text="The fully connected network needs more than 1.2 times as many epochs to fit 1,000 "
        "random labels as to fit the true ones.",
        paper_says="Fitting random labels takes longer, by a small constant factor.",
        place="Section 2.2, Figure 1b",
        kind="ratio",
        metric="mlp_random.epochs / mlp_true.epochs",
        relation=">",
        margin=1.2,
        unit="×",
        is_central=False,
    ),
    Claim(
        id="c7",
        text="The convolutional network needs more than 1.2 times as many epochs to fit 1,000 "
        "random labels as to fit the true ones.",
        paper_says="Fitting random labels takes longer, by a small constant factor.",
        place="Section 2.2, Figure 1b",
        kind="ratio",
        metric="cnn_random.epochs / cnn_true.epochs",
        relation=">",
        margin=1.2,
        unit="×",
        is_central=False,
    ),
    Claim(
        id="c8",
        text="For neither network does it take more than 6 times as many epochs to fit 1,000 "
        "random labels as to fit the true ones.",
        paper_says="Fitting random labels takes longer, by a small constant factor.",
        place="Section 2.2, Figure 1b",
        kind="ratio",
        metric="max(mlp_random.epochs / mlp_true.epochs, cnn_random.epochs / cnn_true.epochs)",
        relation="<",
        margin=6.0,
        unit="×",
    ),
    Claim(
        id="c9",
        text="With 0, 20, 40, 60, 80 and 100 % of 1,000 labels drawn at random, the accuracy of "
        "the fully connected network on unseen digits falls at each step.",
        paper_says="The test error grows steadily with the share of corrupted labels.",
        place="Section 2.2, Figure 1c",
        kind="effect",
        metric="min(mlp_true.test - mlp_20.test, mlp_20.test - mlp_40.test, "
        "mlp_40.test - mlp_60.test, mlp_60.test - mlp_80.test, mlp_80.test - mlp_random.test)",
        relation=">",
        margin=0.0,
        unit="share",
    ),
    Claim(
        id="c10",
        text="The fully connected network fits 1,000 images of Gaussian noise in fewer epochs than "
        "1,000 random labels on true digits.",
        paper_says="Noise images are fitted faster than random labels on natural images.",
        place="Section 2.2, Figure 1a",
        kind="ratio",
        metric="mlp_gaussian.epochs / mlp_random.epochs",
        relation="<",
        margin=1.0,
        unit="×",
        is_central=False,
    ),
    Claim(
        id="c11",
        text="The network of Theorem 1 with exactly 2n + d weights gives 40 points of 10 whole "
        "numbers their random labels, without any error in fractions.",
        paper_says="Two layers of ReLU with 2n + d weights represent any function on n points.",
        place="Section 4, Theorem 1",
        kind="exact",
        metric="exact.error + abs(exact.excess)",
        relation="==",
        margin=0.0,
        is_proxy=False,
    ),
    Claim(
        id="c12",
        text="In float64, with thresholds in the middle of the gaps, the network of Theorem 1 "
        "gives 3,000 digits their random labels 0 to 9 with a largest error under 0.1 % of 9.",
        paper_says="Two layers of ReLU with 2n + d weights represent any function on n points.",
        place="Section 4, Theorem 1",
        kind="exact",
        metric="construction.error_3000 + abs(construction.excess_3000)",
        relation="<",
        margin=1e-3,
        is_central=False,
    ),
    Claim(
        id="c13",
        text="Inception V3 fits random labels of ImageNet.",
        paper_says="Inception V3 fits random labels of ImageNet almost wholly.",
        place="Section 2.2 and Appendix, ImageNet",
        kind="out_of_reach",
        is_central=False,
        reason="Needs ImageNet (1.28 million images, not free to pass on) and days of GPUs. "
        "Our runs cannot confirm or contradict it.",
    ),
    Claim(
        id="c14",
        text="Inception and AlexNet adapted to CIFAR-10 fit 50,000 random labels.",
        paper_says="Inception, AlexNet and fully connected networks fit random labels of CIFAR-10.",
        place="Section 2.2, Table 1",
        kind="out_of_reach",
        is_central=False,
        reason="The training images of CIFAR-10 are in no package that works on a closed network, "
        "and 50,000 random labels take GPU-hours. Claims c1 to c5 test the same on MNIST.",
    ),
    Claim(
        id="c15",
        text="The minimum-norm solution with a Gaussian kernel on all 60,000 digits generalises.",
        paper_says="Solving the linear system of a Gaussian kernel on MNIST gives a low test error "
        "without any regularisation.",
        place="Section 5",
        kind="out_of_reach",
        is_central=False,
        reason="The kernel matrix of 60,000 digits takes 29 GB in float64.",
    ),
)
