"""Leave one subject out: every clip is answered by a network that never saw its subject.

Steps are fixed and temperatures and thresholds come from synthetic windows, so nothing is chosen on
anybody; that is written down beside the answers, see ``learn.audit``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.capture.learned.labels import CLASSES, EMOTIONS, UNITS, code_of
from mien.core.errors import InputError
from mien.core.seams import Progress, silent
from mien.learn import audit
from mien.learn.microexpression.calibrate import calibrated, logits_of
from mien.learn.microexpression.config import Config
from mien.learn.microexpression.sources import Labelled, source_of
from mien.learn.microexpression.train import train, validation
from mien.media.files import atomic

LOGS = {"classes": "classes.log", "emotions": "emotions.log", "aus": "aus.log"}
AUDIT = "audit.json"


@dataclass(frozen=True)
class _Answer:
    """Truth and prediction of one clip, both as words of a log."""

    subject: str
    name: str
    said: dict[str, tuple[str, str]]


def loso(
    config: Config, labelled: Labelled, name: str, out: Path, progress: Progress = silent
) -> list[Path]:
    """Train once per subject and write what was said of the subject left out.

    Args:
        config: of each run.
        labelled: windows of a set.
        name: of the set.
        out: folder of the logs.
        progress: told about the folds.

    Returns:
        The logs (``mien bench megc`` and ``au`` read them) and the audit.

    Raises:
        InputError: windows of fewer than two subjects.
        MissingExtraError: the extra ``train`` is not installed.
    """
    subjects = sorted(set(labelled.subjects))
    if len(subjects) < 2:
        raise InputError("leaving one subject out takes windows of two subjects or more")
    who, held = np.array(labelled.subjects), validation(config)
    answers: list[_Answer] = []
    folds: list[audit.Fold] = []
    for done, subject in enumerate(subjects, start=1):
        own = labelled.only(np.flatnonzero(who == subject))
        rest = labelled.only(np.flatnonzero(who != subject))
        source = source_of(config.seed, config.switches, rest)
        net = train(config, source, out / "folds" / subject)
        answers += _answers(net, own, calibrated(net, held).thresholds)
        folds.append(_fold(name, subject, subjects, config))
        progress("fold", done, len(subjects))
    out.mkdir(parents=True, exist_ok=True)
    written = [_written(answers, kind, name, out / file) for kind, file in LOGS.items()]
    audit.write(folds, out / AUDIT)
    return [*(path for path in written if path is not None), out / AUDIT]


def _fold(name: str, subject: str, subjects: Sequence[str], config: Config) -> audit.Fold:
    people = {one: f"{name}/{one}" for one in subjects}
    choices = (
        audit.Selection("steps", str(config.steps)),
        audit.Selection("temperatures and thresholds", "by synthetic windows"),
    )
    trained = frozenset(people[one] for one in subjects if one != subject)
    return audit.Fold(subject, trained, frozenset({people[subject]}), choices)


def _answers(net: object, own: Labelled, thresholds: tuple[float, ...]) -> list[_Answer]:
    """What a network says of clips; only of what is labelled."""
    samples = [own[at] for at in range(len(own))]
    units, classes, emotions = logits_of(net, samples)
    shares = 1.0 / (1.0 + np.exp(-units))
    found = []
    for at, sample in enumerate(samples):
        said: dict[str, tuple[str, str]] = {}
        if sample.klass > 0:
            said["classes"] = CLASSES[sample.klass], CLASSES[int(classes[at, 1:].argmax()) + 1]
        if sample.emotion >= 0:
            said["emotions"] = EMOTIONS[sample.emotion], EMOTIONS[int(emotions[at].argmax())]
        if not np.isnan(sample.aus).any():
            said["aus"] = _units(sample.aus > 0.5), _units(shares[at] > np.array(thresholds))
        found.append(_Answer(own.subjects[at], own.names[at], said))
    return found


def _units(there: NDArray[np.bool_]) -> str:
    """Units in the words of a log, ``"1+2"``."""
    numbers = sorted({int(code_of(UNITS[at])[2:]) for at in np.flatnonzero(there)})
    return "+".join(map(str, numbers)) or "none"


def _written(answers: Sequence[_Answer], kind: str, name: str, path: Path) -> Path | None:
    """A log of one kind; None where nothing of that kind is labelled."""
    lines: list[str] = []
    fold = ""
    for one in answers:
        if kind in one.said:
            if one.subject != fold:
                fold = one.subject
                lines.append(f"{name} {fold}")
            lines.append(" ".join((one.name, *one.said[kind])))
    if not lines:
        return None
    with atomic(path) as part:
        part.write_text("\n".join(lines) + "\n", "utf-8")
    return path
