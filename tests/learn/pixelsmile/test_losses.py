"""The losses against values by hand and finite differences."""

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from mien.learn.pixelsmile import losses
from mien.learn.pixelsmile.losses import TRIPLETS, contrastive

# Cosines: generated with positive 0.8, with negative 0.6.
GENERATED = torch.tensor([[1.0, 0.0]])
POSITIVE = torch.tensor([[0.8, 0.6]])
NEGATIVE = torch.tensor([[1.2, -1.6]])  # length 2: lengths do not count


def draw(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("infonce", math.log(1.0 + math.exp(-0.2 / 0.07))),
        ("hinge", 0.0),
        ("log-ratio", math.log((0.2 + 1e-6) / (0.4 + 1e-6))),
    ],
)
def test_triplets_by_hand(name: str, value: float) -> None:
    found = TRIPLETS[name](GENERATED, POSITIVE, NEGATIVE)
    assert found.shape == (1,)
    assert float(found) == pytest.approx(value, abs=1e-6)


def test_the_wrong_edit_by_hand() -> None:
    assert float(losses.hinge(GENERATED, NEGATIVE, POSITIVE)) == pytest.approx(0.4)
    wrong = math.log(1.0 + math.exp(0.2 / 0.07))
    assert float(losses.info_nce(GENERATED, NEGATIVE, POSITIVE)) == pytest.approx(wrong)


def test_a_perfect_edit_has_a_finite_loss_and_gradient() -> None:
    made = POSITIVE.clone().requires_grad_()
    losses.log_ratio(made, POSITIVE, POSITIVE).sum().backward()
    assert made.grad is not None
    assert made.grad.isfinite().all()


@pytest.mark.parametrize("triplet", TRIPLETS.values(), ids=TRIPLETS)
def test_gradients_of_the_contrastive_loss(triplet: losses.Triplet) -> None:
    one, two, three, four = (draw(3, 5, seed=seed) for seed in range(4))

    def loss(a: Tensor, b: Tensor) -> Tensor:
        return contrastive((a, b), (three, four), triplet)

    assert torch.autograd.gradcheck(loss, (one.requires_grad_(), two.requires_grad_()))


@pytest.mark.parametrize("triplet", TRIPLETS.values(), ids=TRIPLETS)
def test_branches_swap(triplet: losses.Triplet) -> None:
    a, b, true_a, true_b = (draw(4, 6, seed=seed) for seed in range(4))

    def loss(*, swapped: bool, symmetric: bool) -> Tensor:
        made, truth = ((b, a), (true_b, true_a)) if swapped else ((a, b), (true_a, true_b))
        return contrastive(made, truth, triplet, symmetric=symmetric)

    assert torch.equal(loss(swapped=False, symmetric=True), loss(swapped=True, symmetric=True))
    one, other = loss(swapped=False, symmetric=False), loss(swapped=True, symmetric=False)
    assert not torch.isclose(one, other)
    torch.testing.assert_close(0.5 * (one + other), loss(swapped=False, symmetric=True))


def test_the_line_to_noise() -> None:
    clean, noise = draw(3, 2, 4), draw(3, 2, 4, seed=1)
    time = torch.tensor([0.0, 0.25, 1.0], dtype=torch.float64)
    noisy = losses.noised(clean, noise, time)
    assert torch.equal(noisy[0], clean[0])
    assert torch.equal(noisy[2], noise[2])
    torch.testing.assert_close(noisy[1], 0.75 * clean[1] + 0.25 * noise[1])
    torch.testing.assert_close(losses.clean_estimate(noisy, noise - clean, time), clean)


def test_flow_matching_by_hand() -> None:
    velocity, clean, noise = torch.tensor([[1.0, 2.0]]), torch.zeros(1, 2), torch.tensor([[3, 3.0]])
    assert float(losses.flow_matching(velocity, clean, noise)) == pytest.approx((4 + 1) / 2)
    assert float(losses.flow_matching(noise - clean, clean, noise)) == 0.0


@pytest.mark.parametrize(
    "of", [lambda v: losses.flow_matching(v, draw(2, 3), draw(2, 3, seed=1)),
           lambda v: losses.identity(v, draw(2, 3), torch.tensor([0.2, 0.9]).double())],
    ids=["flow", "identity"],
)  # fmt: skip
def test_gradients(of: Callable[[Tensor], Tensor]) -> None:
    assert torch.autograd.gradcheck(of, (draw(2, 3, seed=5).requires_grad_(),))


def test_each_face_is_gated_by_its_own_noise() -> None:
    time = torch.tensor([0.9, 0.6, 0.1])
    made, true = GENERATED.expand(3, 2), POSITIVE.expand(3, 2)
    expected = 0.2 * (1e-5 + 1.0 + 1.0) / 3
    for order in ([0, 1, 2], [2, 1, 0]):  # the published code would give two answers
        found = losses.identity(made, true, time[order])
        assert float(found) == pytest.approx(expected, rel=1e-5)


def test_the_published_weights() -> None:
    parts = losses.Losses(torch.tensor(3.0), torch.tensor(0.5), torch.tensor(0.2))
    assert float(parts.total) == pytest.approx(3.52)
