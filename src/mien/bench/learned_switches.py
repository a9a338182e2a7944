"""What each way of dealing with rare classes does, on a skewed set: one table, three seeds each.

The set is synthetic, its classes as uneven as in real ones; it is tested on an even one of other
windows. Small on purpose: a network that sees the whole of it often is where such switches matter.
"""

from collections.abc import Iterator, Mapping

import numpy as np

from mien.bench.micro.metrics import confusion, uar, uf1
from mien.bench.result import Row
from mien.capture.learned.labels import CLASSES
from mien.core.extras import require
from mien.core.seams import Progress, silent
from mien.learn.microexpression.calibrate import logits_of
from mien.learn.microexpression.config import SWITCHES, Config
from mien.learn.microexpression.sources import Labelled, gathered, source_of
from mien.learn.microexpression.synthetic import sample, truth
from mien.learn.microexpression.train import EXTRA, train

SEEDS = (0, 1, 2)
NETWORK, STEPS = "sssnet", 150
# Of each class; SAMM's own shares (Davison et al. 2018), thrice.
SKEWED: Mapping[str, int] = {"I": 72, "II": 39, "III": 60, "IV": 24, "V": 9, "VI": 21, "VII": 252}
EVEN = 40
_TRAINED, _TESTED = 501, 502  # seeds of the windows


def check() -> None:
    """See whether there is what trains.

    Raises:
        MissingExtraError: the extra ``train`` is not installed.
    """
    for module in ("torch", "accelerate"):
        require(module, EXTRA)


def rows(progress: Progress = silent) -> Iterator[Row]:
    """A row for each switch alone, and for none.

    Args:
        progress: told about the runs.

    Raises:
        MissingExtraError: the extra ``train`` is not installed.
    """
    skewed = _set(_TRAINED, SKEWED)
    tested = _set(_TESTED, dict.fromkeys(SKEWED, EVEN))
    ways: list[tuple[str, ...]] = [(), *((switch,) for switch in SWITCHES)]
    for done, way in enumerate(ways):
        scores = []
        for at, seed in enumerate(SEEDS, start=1):
            scores.append(_score(skewed, tested, way, seed))
            progress("switches", done * len(SEEDS) + at, len(ways) * len(SEEDS))
        f1, recall = np.array(scores).T
        yield Row(
            f"rare classes, {NETWORK}, {way[0] if way else 'nothing done'}: UF1; UAR",
            "",
            f"{f1.mean():.3f}; {recall.mean():.3f}",
            f"{len(SEEDS)} seeds",
            f"{f1.min():.3f} to {f1.max():.3f}",
            None,
        )


def _score(skewed: Labelled, tested: Labelled, way: tuple[str, ...], seed: int) -> list[float]:
    """UF1 and UAR of one run."""
    config = Config(network=NETWORK, steps=STEPS, batch=32, rate=1e-3, seed=seed, switches=way)
    net = train(config, source_of(seed, way, skewed), None, workers=0)
    _, classes, _ = logits_of(net, [tested[at] for at in range(len(tested))])
    said = classes[:, 1:].argmax(axis=1) + 1
    counts = confusion(tested.classes.tolist(), said.tolist(), len(CLASSES))
    return [uf1(counts), uar(counts)]


def _set(seed: int, counts: Mapping[str, int]) -> Labelled:
    """So many synthetic windows of each class."""
    left = {CLASSES.index(name): count for name, count in counts.items()}
    chosen, number = [], 0
    while any(left.values()):
        klass = truth(seed, number)
        if left.get(klass, 0) > 0:
            left[klass] -= 1
            chosen.append(sample(seed, number))
        number += 1
    return gathered(chosen, ["nobody"] * len(chosen), [str(at) for at in range(len(chosen))])
