"""What is minimised, against formulas worked out by hand."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from mien.capture.learned.labels import CLASSES, EMOTIONS, UNITS
from mien.core.facs import COLUMNS
from mien.core.facs import mirrored as other_side
from mien.learn.microexpression.batches import batch_of
from mien.learn.microexpression.losses import Batch, Loss, mirrored, mixed
from mien.learn.microexpression.synthetic import Sample

EVEN = np.full(len(CLASSES), 10)


def of_class(klass: int, aus: float = float("nan")) -> Batch:
    """A batch of one of which only the class is known."""
    classes = torch.full((1, len(CLASSES)), float("nan"))
    if klass >= 0:
        classes = torch.eye(len(CLASSES))[[klass]]
    return Batch(
        torch.zeros(1, 32, 4, 28, 28),
        torch.zeros(1, 32, len(COLUMNS)),
        torch.full((1, len(UNITS)), aus),
        classes,
        torch.full((1, len(EMOTIONS)), float("nan")),
        torch.full((1, 3), float("nan")),
    )


def logits(classes: torch.Tensor) -> tuple[torch.Tensor, ...]:
    n = len(classes)
    nought = torch.zeros(n, len(UNITS)), classes, torch.zeros(n, len(EMOTIONS))
    return (*nought, torch.zeros(n, 3, 32))


def test_the_class_alone_is_a_cross_entropy() -> None:
    found = Loss((), EVEN)(logits(torch.zeros(1, len(CLASSES))), of_class(2))
    assert float(found) == pytest.approx(np.log(len(CLASSES)))


def test_what_nobody_labelled_costs_nothing() -> None:
    found = Loss((), EVEN)(logits(torch.randn(1, len(CLASSES))), of_class(-1))
    assert float(found) == 0.0


def test_class_balanced_weights_are_those_of_the_paper() -> None:
    counts = np.array([1000, 10, 10, 10, 10, 10, 10, 10])
    loss = Loss(("class-balanced",), counts)
    even = logits(torch.zeros(1, len(CLASSES)))
    common, rare = (float(loss(even, of_class(at))) for at in (0, 1))
    expected = (1 - 0.999**1000) / (1 - 0.999**10)
    assert rare / common == pytest.approx(expected, rel=1e-3)


def test_logit_adjustment_adds_the_prior() -> None:
    counts = np.array([700, 50, 50, 50, 50, 50, 25, 25])
    found = Loss(("logit-adjustment",), counts)(logits(torch.zeros(1, len(CLASSES))), of_class(7))
    assert float(found) == pytest.approx(-np.log(25 / 1000), rel=1e-4)


def test_focal_loss_forgets_what_is_sure() -> None:
    sure = torch.full((1, len(CLASSES)), -8.0)
    sure[0, 3] = 8.0
    plain, focal = (
        float(Loss(switches, EVEN)(logits(sure), of_class(3))) for switches in ((), ("focal",))
    )
    assert focal < 1e-3 * plain


def test_units_count_where_they_are_known() -> None:
    batch = of_class(-1, aus=1.0)
    found = Loss((), EVEN)(logits(torch.zeros(1, len(CLASSES))), batch)
    assert float(found) == pytest.approx(8.0 * np.log(2.0), rel=1e-5)


def test_mirroring_swaps_sides_and_turns_u(samples: list[Sample]) -> None:
    batch = batch_of(samples[:6])
    every = torch.ones(6, dtype=torch.bool)
    once = mirrored(batch, every)
    assert torch.equal(once.windows[:, :, 0], -batch.windows[:, :, 0].flip(-1))
    assert torch.equal(once.windows[:, :, 1:], batch.windows[:, :, 1:].flip(-1))
    left, right = UNITS.index("AU12L"), UNITS.index("AU12R")
    assert torch.equal(once.aus[:, left], batch.aus[:, right])
    twice = mirrored(once, every)
    assert torch.equal(twice.windows, batch.windows)
    assert torch.equal(twice.aus, batch.aus)
    assert torch.equal(twice.courses, batch.courses)
    assert torch.equal(mirrored(batch, ~every).windows, batch.windows)


def test_mirroring_swaps_what_was_read(samples: list[Sample]) -> None:
    batch = batch_of(samples[:6])
    chosen = torch.tensor([True, False] * 3)
    found = mirrored(batch, chosen)
    for at, column in enumerate(COLUMNS):
        there = COLUMNS.index(other_side(column))
        assert torch.equal(found.courses[::2, :, at], batch.courses[::2, :, there])
    assert torch.equal(found.courses[1::2], batch.courses[1::2])


@pytest.mark.parametrize(
    ("column", "other"),
    [("AU12L", "AU12R"), ("AU12R", "AU12L"), ("AU17", "AU17"), ("AU61", "AU62"), ("AU63", "AU63")],
)
def test_the_other_side(column: str, other: str) -> None:
    assert other_side(column) == other
    assert other_side(other) == column


def test_mixing_mixes_what_was_read(samples: list[Sample]) -> None:
    """In the shares in which windows are mixed."""
    torch.manual_seed(1)
    batch = batch_of(samples)
    marks = torch.arange(len(samples), dtype=torch.float32)
    marked = replace(
        batch,
        windows=marks.reshape(-1, 1, 1, 1, 1).expand_as(batch.windows),
        courses=marks.reshape(-1, 1, 1).expand_as(batch.courses),
    )
    found = mixed(marked)
    assert torch.allclose(found.courses[:, 0, 0], found.windows[:, 0, 0, 0, 0])
    assert not torch.equal(found.courses[:, 0, 0], marks)


def test_a_set_without_classes_has_no_weights() -> None:
    nobody = np.zeros(len(CLASSES), np.int64)
    loss = Loss(("class-balanced", "logit-adjustment"), nobody)
    found = loss(logits(torch.zeros(1, len(CLASSES))), of_class(2))
    assert float(found) == pytest.approx(np.log(len(CLASSES)))


def test_mixing_keeps_sums(samples: list[Sample]) -> None:
    torch.manual_seed(0)
    batch = batch_of(samples)
    found = mixed(batch)
    assert found.windows.sum() == pytest.approx(float(batch.windows.sum()), rel=1e-3, abs=1.0)
    assert torch.allclose(found.classes.sum(dim=1), torch.ones(len(samples)))
