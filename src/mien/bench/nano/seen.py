"""What the judge and who compares persons say of pictures of everybody in everything."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mien.bench.nano.likeness import Likeness
from mien.bench.nano.tested import Tested
from mien.media.files import atomic

if TYPE_CHECKING:
    from mien.learn.pixelsmile.small_judge import SmallJudge

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Seen:
    """Answers on n people in 12 categories at s strengths.

    Attributes:
        scores: of all twelve, shape (n, 12, s, 12), 0 to 1.
        likeness: to the source, shape (n, 12, s), cosine.
    """

    scores: Array
    likeness: Array


@dataclass(frozen=True, eq=False)
class Eyes:
    """Who looks.

    Attributes:
        judge: of expressions.
        likeness: of persons.
        tested: whose pictures are shown.
    """

    judge: "SmallJudge"
    likeness: Likeness
    tested: Tested

    def seen(self, pictures: NDArray[np.uint8]) -> Seen:
        """What is said of pictures, shape (n, 12, s, 32, 32, 3), of everybody in their order."""
        shape = pictures.shape[:3]
        flat = pictures.reshape(-1, *pictures.shape[3:])
        scores = self.judge.scores(flat).reshape(*shape, -1)
        points = np.repeat(self.tested.points, shape[1] * shape[2], axis=0)
        found = self.likeness.embed(flat, points).reshape(*shape, -1)
        source = self.likeness.embed(self.tested.sources, self.tested.points)
        return Seen(scores, np.einsum("pcsd,pd->pcs", found, source))


def kept(eyes: Eyes, pictures: NDArray[np.uint8], file: Path, made_by: str) -> Seen:
    """What is said, asked once.

    Args:
        eyes: who looks.
        pictures: as :meth:`Eyes.seen` takes them.
        file: that keeps it.
        made_by: changes with the pictures.
    """
    told = f"{eyes.judge.seal} {eyes.likeness.name} {made_by}"
    seal = hashlib.sha256(told.encode()).hexdigest()
    if file.is_file():
        with np.load(file) as stored:
            if str(stored["seal"]) == seal:
                return Seen(stored["scores"], stored["likeness"])
    found = eyes.seen(pictures)
    with atomic(file) as part:
        np.savez_compressed(part, scores=found.scores, likeness=found.likeness, seal=np.array(seal))
    return found
