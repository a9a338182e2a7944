"""What the network says of a window, by ONNX Runtime; no PyTorch is needed.

The model is part of the package and was trained on no picture of anybody; its card is
docs/model-card-microexpression.md.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.capture.learned.window import FORM
from mien.core.errors import ModelError
from mien.core.extras import require
from mien.core.face import Event, Opinion

F32 = NDArray[np.float32]
Floats = NDArray[np.floating[Any]]

EXTRA = "learned"
SURE = 0.65  # confidence from which an event stands, whatever the model says
# Probability of no expression from which an event without a unit is left out: as a rule, and where
# the head turns by so many degrees: what a turn leaves over looks like a little of everything.
NOTHING, NOTHING_TURNED, TURNS = 0.5, 0.3, 3.0
_OUTPUTS = ("aus", "classes")


@dataclass(frozen=True, eq=False)
class Model:
    """A network that is ready to be asked.

    Attributes:
        session: of ONNX Runtime, on one core.
        story: what the file says of itself: config, recipe, calibration, figures.
    """

    session: Any
    story: Mapping[str, Any]

    def opinions(self, windows: Floats, courses: Floats) -> list[Opinion]:
        """What it says of windows.

        Args:
            windows: shape (n, STEPS, channels, SIDE, SIDE), see ``window``; of any precision, such
                as the half one in which they are kept.
            courses: shape (n, STEPS, len(COLUMNS)), see ``courses``; not looked at by a model that
                was trained without them.
        """
        if not len(windows):
            return []
        units, classes = self._asked(_OUTPUTS, windows, courses)
        return [self._opinion(one, other) for one, other in zip(units, classes, strict=True)]

    def emotions(self, windows: Floats, courses: Floats) -> F32:
        """How likely the movements are part of each emotion's prototype.

        ``mien read`` never tells this: it is for scores on labelled sets.

        Args:
            windows: as for :meth:`opinions`.
            courses: likewise.

        Returns:
            Shape (n, len(labels.EMOTIONS)), probabilities.
        """
        (found,) = self._asked(("emotions",), windows, courses)
        return found

    def _asked(self, outputs: Sequence[str], windows: Floats, courses: Floats) -> list[F32]:
        given = {"windows": windows, "courses": courses}
        names = [one.name for one in self.session.get_inputs()]
        told = {name: given[name].astype(np.float32, copy=False) for name in names}
        found: list[F32] = self.session.run(outputs, told)
        return found

    def _opinion(self, units: F32, classes: F32) -> Opinion:
        calibration, names = self.story["calibration"], self.story["units"]
        likely = np.flatnonzero(units > np.array(calibration["thresholds"]))
        order = likely[np.argsort(-units[likely])]
        kinds = np.argsort(-classes)
        return Opinion(
            {names[at]: float(units[at]) for at in order},
            {self.story["classes"][at]: float(classes[at]) for at in kinds},
            bool(classes.max() < calibration["sure"]),
        )


def stands(event: Event, alone: Opinion | None, turn: float) -> bool:
    """Whether an event is still listed after the model was asked.

    A brief one is not, where the spotter is not sure, the model finds no unit at all, and nothing
    is likely to move: so it answers to what codecs, flicker and turning heads leave over.

    Args:
        event: that the spotter found.
        alone: what the model says of the motion alone: a witness that was not told what the reader
            found, which is why the event was spotted. None: too little was seen.
        turn: degrees of yaw or pitch by which the head turns meanwhile.
    """
    if alone is None or event.kind != "micro":
        return True
    nothing = NOTHING_TURNED if turn > TURNS else NOTHING
    sure = event.confidence >= SURE or bool(alone.aus)
    return sure or alone.classes["none"] < nothing


def available() -> bool:
    """Whether ONNX Runtime is installed: the extra :data:`EXTRA`."""
    return find_spec("onnxruntime") is not None


@cache
def shipped() -> Model:
    """The model of the package.

    Raises:
        MissingExtraError: ONNX Runtime is not installed.
    """
    with as_file(files("mien.capture.learned") / "micro.onnx") as path:
        return load(path)


def load(path: Path) -> Model:
    """A model from its file.

    Raises:
        MissingExtraError: ONNX Runtime is not installed.
        ModelError: no such file, no such model, or one for windows of another form.
    """
    runtime = require("onnxruntime", EXTRA)
    if not path.is_file():
        raise ModelError(f"{path}: no such file: give the micro.onnx of mien train")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    try:
        session = runtime.InferenceSession(
            path.read_bytes(), options, providers=["CPUExecutionProvider"]
        )
        story = json.loads(session.get_modelmeta().custom_metadata_map["mien"])
        form = story["form"]
    except Exception as error:  # the runtime raises classes of its own
        raise ModelError(
            f"{path}: is no model of mien: train one with mien train microexpression"
        ) from error
    if form != FORM:
        raise ModelError(f"{path}: was trained for another version of mien: train it again")
    return Model(session, story)
