"""Windows as batches of tensors, made ahead by other processes."""

import gc
import signal
from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.threads import one_thread
from mien.capture.learned.labels import CLASSES
from mien.learn.microexpression.config import Config
from mien.learn.microexpression.emotions import shares
from mien.learn.microexpression.sources import Source
from mien.learn.microexpression.synthetic import Sample

if TYPE_CHECKING:
    from mien.learn.microexpression.losses import Batch


@dataclass(frozen=True)
class _Batches:
    """Batches by number, for a loader in a process of its own."""

    source: Source
    size: int
    count: int

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, number: int) -> "Batch":
        first = number * self.size
        return batch_of([self.source[first + at] for at in range(self.size)])


def batch_of(samples: list[Sample]) -> "Batch":
    """Windows as tensors."""
    import torch

    from mien.learn.microexpression.losses import Batch

    def told(numbers: list[int], says: NDArray[np.float32]) -> NDArray[np.float32]:
        found = says[numbers]
        found[np.array(numbers) < 0] = np.nan
        return found

    return Batch(
        torch.from_numpy(np.stack([one.window for one in samples])),
        torch.from_numpy(np.stack([one.courses for one in samples])),
        torch.from_numpy(np.stack([one.aus for one in samples])),
        torch.from_numpy(
            told([one.klass for one in samples], np.eye(len(CLASSES), dtype=np.float32))
        ),
        torch.from_numpy(told([one.emotion for one in samples], shares())),
        torch.from_numpy(np.stack([one.times for one in samples])),
    )


def loaded(
    config: Config, source: Source, start: int, workers: int
) -> Generator["Batch", None, None]:
    """The batches that are left, in order; once closed nobody makes any more.

    Args:
        config: of the run.
        source: what it is trained on.
        start: steps that are done.
        workers: processes that make them; 0: this one.
    """
    import torch
    from torch.utils.data import DataLoader

    batches: Any = _Batches(source, config.batch, config.steps)
    gc.collect()  # a decoder that nobody holds any more waits for ever for its threads in a fork
    with one_thread():  # what is small and many is slower on two; passed on to who makes windows
        made = iter(
            DataLoader(
                batches,
                batch_size=None,
                sampler=range(start, config.steps),
                num_workers=workers,
                worker_init_fn=_settled if workers else None,
                generator=torch.Generator(),  # else it draws from ours, at every start
            )
        )
        try:
            yield from made
        finally:
            del made  # its processes end with it


def _settled(_: int) -> None:
    """Once, in a process that makes windows."""
    import cv2

    gc.freeze()  # what came with the fork is not ours to collect
    cv2.setNumThreads(0)
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, signal.SIG_IGN)  # who trains saves the place first, then ends us
