"""Residual nets: against the equation, torchvision's block, and the paper's parameter counts."""

import json
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from reproductions.methods.resnet.method import Block, ResidualNet, identity_shortcut

GOLDEN = Path(__file__).with_name("golden.json")


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def waves(*shape: int) -> Tensor:
    """Return numbers in [-1, 1] that need no generator, so that golden values can be stored."""
    count = torch.Size(shape).numel()
    return torch.sin(torch.arange(count, dtype=torch.float64) * 1.7 + 0.3).reshape(shape)


def fill(module: nn.Module) -> nn.Module:
    """Give every parameter other waves; the scales of the normalizations stay positive."""
    for k, (name, values) in enumerate(module.named_parameters()):
        values.data = waves(*values.shape) / (k + 1) + (1.5 if "bn" in name else 0)
    return module.double().train()


def own_block(channels: int, outputs: int, stride: int, *, is_residual: bool = True) -> Block:
    block = Block(channels, outputs, stride=stride, is_residual=is_residual).double()
    peer = fill(Peer(channels, outputs, stride))
    pairs = [("first", "conv1"), ("first_norm", "bn1"), ("second", "conv2"), ("second_norm", "bn2")]
    for ours, theirs in pairs:
        getattr(block, ours).load_state_dict(getattr(peer, theirs).state_dict())
    return block


class Peer(nn.Module):
    """The parameters of torchvision's BasicBlock by their names there."""

    def __init__(self, channels: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)


class Shortcut(nn.Module):
    """Option A in the words of its definition, for torchvision's place for a shortcut."""

    def __init__(self, outputs: int, stride: int) -> None:
        super().__init__()
        self.outputs, self.stride = outputs, stride

    def forward(self, x: Tensor) -> Tensor:
        n, c, h, w = x.shape
        rows, columns = range(0, h, self.stride), range(0, w, self.stride)
        y = torch.zeros(n, self.outputs, len(rows), len(columns), dtype=x.dtype)
        for a, row in enumerate(rows):
            for b, column in enumerate(columns):
                y[:, :c, a, b] = x[:, :, row, column]
        return y


def peer_block(kind: type[nn.Module], channels: int, outputs: int, stride: int) -> nn.Module:
    shortcut = None if stride == 1 and channels == outputs else Shortcut(outputs, stride)
    return fill(kind(channels, outputs, stride, downsample=shortcut))


def output_and_gradient(block: nn.Module, channels: int) -> tuple[Tensor, Tensor]:
    x = waves(2, channels, 5, 6).requires_grad_()
    y = block(x)
    (gradient,) = torch.autograd.grad((y * waves(*y.shape)).sum(), x)
    return y, gradient


@pytest.mark.parametrize(("outputs", "stride"), [(3, 1), (6, 2)])
def test_block_is_torchvisions_by_golden_values(outputs, stride):
    golden = json.loads(GOLDEN.read_text("utf-8"))["values"][f"stride {stride}"]

    y, gradient = output_and_gradient(own_block(3, outputs, stride), 3)

    assert y.flatten()[::7].tolist() == pytest.approx(golden["y"], abs=1e-10)
    assert gradient.flatten()[::11].tolist() == pytest.approx(golden["gradient"], abs=1e-10)


@pytest.mark.peer
@pytest.mark.parametrize(("outputs", "stride"), [(3, 1), (6, 2)])
def test_block_is_torchvisions_live(outputs, stride):
    resnet = pytest.importorskip("torchvision.models.resnet")

    ours = output_and_gradient(own_block(3, outputs, stride), 3)

    theirs = output_and_gradient(peer_block(resnet.BasicBlock, 3, outputs, stride), 3)
    torch.testing.assert_close(ours, theirs)


def by_hand(block: Block, x: Tensor) -> Tensor:
    """Equation 1 in its own words, every convolution as a sum over its nine places."""

    def convolve(x: Tensor, layer: nn.Conv2d) -> Tensor:
        stride, (h, w) = layer.stride[0], x.shape[2:]
        padded = functional.pad(x, (1, 1, 1, 1))
        return sum(
            torch.einsum(
                "nchw,oc->nohw",
                padded[:, :, i : i + h : stride, j : j + w : stride],
                layer.weight[:, :, i, j],
            )
            for i in range(3)
            for j in range(3)
        )

    def normalize(x: Tensor, layer: nn.BatchNorm2d) -> Tensor:
        mean = x.mean((0, 2, 3), keepdim=True)
        variance = ((x - mean) ** 2).mean((0, 2, 3), keepdim=True)
        scale, shift = layer.weight.view(1, -1, 1, 1), layer.bias.view(1, -1, 1, 1)
        return scale * (x - mean) / torch.sqrt(variance + layer.eps) + shift

    y = normalize(convolve(x, block.first), block.first_norm).clamp_min(0)
    y = normalize(convolve(y, block.second), block.second_norm)
    if block.is_residual:
        y = y + Shortcut(block.outputs, block.stride)(x)
    return y.clamp_min(0)


@pytest.mark.parametrize(("outputs", "stride"), [(3, 1), (6, 2)])
@pytest.mark.parametrize("is_residual", [True, False])
def test_block_is_equation_1(outputs, stride, is_residual):
    block = own_block(3, outputs, stride, is_residual=is_residual)
    x = random(2, 3, 5, 6)

    torch.testing.assert_close(block(x), by_hand(block, x))


def test_gradients_agree_with_finite_differences():
    block = own_block(2, 4, 2)

    assert torch.autograd.gradcheck(block, random(2, 2, 4, 4).requires_grad_())


@pytest.mark.parametrize("size", [(4, 4), (5, 7)])
def test_shortcut_keeps_every_second_place_and_adds_zeros(size):
    x = random(2, 3, *size)

    y = identity_shortcut(x, channels=6, stride=2)

    torch.testing.assert_close(y, Shortcut(6, 2)(x))


def test_shortcut_of_the_same_size_is_its_input():
    x = random(2, 3, 4, 4)

    assert torch.equal(identity_shortcut(x, channels=3, stride=1), x)


def make(depth: int = 8, *, is_residual: bool = True, seed: int = 0, **sizes: int) -> ResidualNet:
    generator = torch.Generator().manual_seed(seed)
    return ResidualNet(depth, is_residual=is_residual, generator=generator, **sizes)


def parameters(net: nn.Module) -> int:
    return sum(values.numel() for values in net.parameters())


# Counted by hand: 3x3 convolutions 432 + n * 4,608 + 13,824 - 9,216 and so on; see the next test.
@pytest.mark.parametrize(("depth", "count"), [(20, 269_722), (44, 658_586), (56, 853_018)])
def test_paper_sized_nets_have_the_known_number_of_parameters(depth, count):
    assert parameters(make(depth)) == count


@pytest.mark.parametrize("n", [1, 3])
def test_number_of_parameters_follows_from_the_layers(n):
    width, count = 16, 3 * 16 * 9 + 2 * 16
    for stage, size in enumerate((width, 2 * width, 4 * width)):
        first = size if stage == 0 else size // 2
        count += first * size * 9 + (2 * n - 1) * size * size * 9 + 2 * n * 2 * size
    count += 4 * width * 10 + 10

    assert parameters(make(6 * n + 2)) == count


def test_plain_and_residual_nets_have_the_same_layers_and_weights():
    plain, residual = make(14, is_residual=False), make(14)

    torch.testing.assert_close(plain.state_dict(), residual.state_dict())
    assert not torch.equal(plain(torch.ones(2, 3, 8, 8)), residual(torch.ones(2, 3, 8, 8)))


@pytest.mark.parametrize("depth", [8, 14, 44])
def test_depth_counts_the_layers_with_weights(depth):
    layers = [one for one in make(depth).modules() if isinstance(one, nn.Conv2d | nn.Linear)]

    assert len(layers) == depth


@pytest.mark.parametrize("depth", [2, 7, 9, 21])
def test_a_depth_that_is_not_6n_plus_2_is_refused(depth):
    with pytest.raises(ValueError, match="6n"):
        make(depth)


def test_weights_have_the_variance_of_he_et_al():
    net = make(20)
    weights = net.blocks[-1].second.weight

    assert weights.var().item() == pytest.approx(2 / (64 * 9), rel=0.03)


def fit(net: ResidualNet, steps: int) -> float:
    x, labels = random(8, 1, 8, 8).float(), torch.arange(8) % 4
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    for _ in range(steps):
        loss = functional.cross_entropy(net(x), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()


def test_one_batch_is_learned_by_heart():
    assert fit(make(width=4, channels=1), 60) < 0.01


def test_same_seed_gives_the_same_net_and_training():
    assert fit(make(width=4, channels=1), 3) == fit(make(width=4, channels=1), 3)
    assert fit(make(width=4, channels=1), 3) != fit(make(width=4, channels=1, seed=1), 3)
