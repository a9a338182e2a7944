"""Every clip is answered by a network that never saw its subject, or, of several sets, its set.

Steps are fixed and temperatures and thresholds come from synthetic windows, so nothing is chosen on
anybody; that is written down beside the answers, see ``learn.audit``.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.capture.learned.labels import CLASSES, EMOTIONS, UNITS, code_of
from mien.core.seams import Progress, Say, silent, unheard
from mien.learn import audit
from mien.learn.microexpression.answers import LOGS, Answer, summary, write
from mien.learn.microexpression.calibrate import Calibration, calibrated, logits_of, sigmoid
from mien.learn.microexpression.coding import numbers
from mien.learn.microexpression.config import Config
from mien.learn.microexpression.emotions import three_of
from mien.learn.microexpression.held import Held
from mien.learn.microexpression.sources import Labelled, joined, source_of
from mien.learn.microexpression.train import PLACE, train, validation
from mien.learn.splits import Rows, Split, across_sets, leave_one_out, person

AUDIT = "audit.json"


@dataclass(frozen=True, eq=False)
class _Clips:
    """All sets as one; of each clip, whose it is."""

    labelled: Labelled
    sets: Sequence[str]

    def people(self, rows: Rows) -> frozenset[str]:
        """As the logs call them."""
        return frozenset(f"{self.sets[at]}/{self.labelled.subjects[at]}" for at in rows)


def loso(
    config: Config,
    parts: Sequence[Held],
    out: Path,
    progress: Progress = silent,
    say: Say = unheard,
) -> list[Path]:
    """Train once per subject, or once per set where there are several, and test on who is left out.

    Args:
        config: of each run.
        parts: the sets. Who is in several of them is never trained on where one of these is tested.
        out: folder of the logs.
        progress: told about the folds.
        say: is given a line where a fold goes on or is stopped, and how well clips were named.

    Returns:
        The logs (``mien bench megc`` and ``au`` read them) and the audit.

    Raises:
        InputError: one set with fewer than two subjects, sets that share somebody under one name,
            or a folder that holds folds of other windows.
        MissingExtraError: the extra ``train`` is not installed.
    """
    labelled = joined([part.labelled for part in parts])
    clips = _Clips(labelled, [name for part in parts for name in part.sets])
    splits = _splits(parts, clips)
    folds = [_fold(split, clips, config) for split in splits]
    audit.check(folds)
    held = validation(config)
    said: list[Answer] = [{} for _ in clips.sets]
    took = []  # seconds, of the folds that were trained from their first step
    for done, split in enumerate(splits, start=1):
        folder, clock = out / "folds" / _folder(done, split), perf_counter()
        fresh = not (folder / PLACE).is_file()
        source = source_of(config.seed, config.switches, labelled.only(split.train))
        net = train(config, source, folder, say=_of_fold(split, say))
        answers = answered(net, labelled.only(split.test), calibrated(net, held))
        for at, answer in zip(split.test, answers, strict=True):
            said[at] = answer
        took += [perf_counter() - clock] if fresh else []
        progress("fold", done, len(splits))
    written = write(parts, said, out)
    audit.write(folds, out / AUDIT)
    say(summary(parts, said) + (f"; {np.mean(took):.0f} s a fold" if took else ""))
    return [*written, out / AUDIT]


def answered(net: Any, own: Labelled, calibration: Calibration) -> list[Answer]:
    """What a network says of clips, in the words of a log, by what is asked.

    Args:
        net: trained.
        own: the clips.
        calibration: of the network.
    """
    units, classes, emotions = logits_of(net, [own[at] for at in range(len(own))])
    one, _, three = calibration.temperatures
    named = sigmoid(units / one) > np.array(calibration.thresholds)
    chances = np.exp((emotions - emotions.max(axis=1, keepdims=True)) / three)
    answers = zip(
        (CLASSES[at + 1] for at in classes[:, 1:].argmax(axis=1)),
        (EMOTIONS[at] for at in emotions.argmax(axis=1)),
        three_of(chances),
        (_units(row) for row in named),
        strict=True,
    )
    return [dict(zip(LOGS, answer, strict=True)) for answer in answers]


def _splits(parts: Sequence[Held], clips: _Clips) -> list[Split]:
    subjects = clips.labelled.subjects
    people = [person(one, subject) for one, subject in zip(clips.sets, subjects, strict=True)]
    if len(parts) == 1:
        return leave_one_out(people)
    return across_sets(people, [part.origin.name for part in parts for _ in part.sets])


def _fold(split: Split, clips: _Clips, config: Config) -> audit.Fold:
    choices = (
        audit.Selection("steps", str(config.steps)),
        audit.Selection("temperatures and thresholds", "by synthetic windows"),
    )
    return audit.Fold(split.name, clips.people(split.train), clips.people(split.test), choices)


def _folder(number: int, split: Split) -> str:
    """A name that is one on every system, whatever the subject is called."""
    return f"{number:03d}-{re.sub(r'[^A-Za-z0-9-]', '_', split.name)}"


def _of_fold(split: Split, say: Say) -> Say:
    return lambda line: say(f"fold {split.name}: {line}")


def _units(there: NDArray[np.bool_]) -> str:
    return numbers({int(code_of(UNITS[at])[2:]) for at in np.flatnonzero(there)})
