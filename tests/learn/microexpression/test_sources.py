"""What is drawn, how often, and how it is told apart."""

from dataclasses import replace

import numpy as np

from mien.capture.learned.labels import CLASSES
from mien.learn.microexpression.sources import Drawn, Labelled, Synthetic, joined, source_of


def test_every_window_is_drawn_once_a_round(labelled: Labelled) -> None:
    drawn = Drawn(labelled, seed=0)
    n = len(labelled)
    for turn in range(2):
        seen = {drawn[turn * n + at].window.tobytes() for at in range(n)}
        assert len(seen) == n


def test_oversampling_evens_out(labelled: Labelled) -> None:
    drawn = Drawn(labelled, seed=0, balanced=True)
    classes = [drawn[at].klass for at in range(400)]
    counts = np.bincount(classes)
    assert counts[counts > 0].min() > 0.5 * counts.max()


def test_synthetic_windows_stand_beside_a_set(labelled: Labelled) -> None:
    source = source_of(4, ("synthetic",), labelled)
    assert np.array_equal(source[5].window, Synthetic(4)[2].window)


def test_what_is_beside_counts(labelled: Labelled) -> None:
    """Half of what is drawn is synthetic, and so is half of the prior."""
    nobody = np.full(len(labelled), -1)
    unknown = replace(labelled, classes=nobody)
    beside = source_of(4, ("synthetic",), unknown).counts()
    shares = Synthetic(4).counts() / Synthetic(4).counts().sum()
    assert np.abs(beside - shares * len(labelled)).max() <= 1.0
    assert (beside > 0).all()
    both = source_of(4, ("synthetic",), labelled).counts()
    assert np.array_equal(both, beside + labelled.counts())
    assert not source_of(4, (), unknown).counts().any()


def test_another_label_is_another_source(labelled: Labelled) -> None:
    digests = {
        Drawn(one, 0).digest()
        for one in (
            labelled,
            labelled.only(range(1, len(labelled))),
            replace(labelled, subjects=("who", *labelled.subjects[1:])),
            replace(labelled, classes=(labelled.classes + 1) % len(CLASSES)),
            replace(labelled, courses=labelled.courses + 1.0),
        )
    }
    assert len(digests) == 5
    assert Drawn(labelled, 0).digest() == Drawn(labelled.only(range(24)), 0).digest()
    assert Synthetic(0).digest() != Synthetic(1).digest()
    assert source_of(0, ("synthetic",), labelled).digest() not in digests


def test_parts_make_a_whole(labelled: Labelled) -> None:
    parts = [labelled.only(range(5)), labelled.only(range(5, 24))]
    assert joined(parts).digest() == labelled.digest()
    assert joined(parts[:1]) is parts[0]
