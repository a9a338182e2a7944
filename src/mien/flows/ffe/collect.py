"""The first stage: one usable face on each portrait, at one size; what is dropped, and why."""

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mien import __version__
from mien.anatomy.threads import one_thread
from mien.anatomy.topology import IRIS_LEFT, IRIS_RIGHT
from mien.capture.gate.sharpness import edges
from mien.core.errors import InputError
from mien.core.face import Landmarks
from mien.edit.mesh import is_flat
from mien.edit.portrait import faces_of, portrait
from mien.flows.ffe.portraits import Portrait
from mien.learn.ffe.alike import NEAR, Hashes, apart, hashes
from mien.learn.ffe.row import Person, Picture
from mien.learn.ffe.skin import ita, tone
from mien.media.files import atomic
from mien.media.image import load_image, save_image

Image = NDArray[np.uint8]

SOURCES = "sources"
_LEAST = 40.0  # px between the pupils, on what is stored
_TURNED = 30.0  # degrees of yaw beyond which a face is no portrait from the front
_ADULT = 18  # years
_OTHER = 0.25  # of the area of the largest face; a second one as large makes two people
# Width of edges in distances between the pupils. Of 52 people of the London Set at 675 px it is
# 0.004 to 0.010; blurred by a Gaussian of 4 px 0.028 to 0.037.
_BLURRED = 0.025


@dataclass(frozen=True)
class Collected:
    """What became of a portrait.

    Attributes:
        portrait: it.
        reason: why it is dropped, or None.
        source: what rows say of it.
        domain: ``"human"`` or ``"anime"``.
        person: what is known of them, the skin measured where nobody said.
        hashes: of the face, for near-duplicates.
    """

    portrait: Portrait
    reason: str | None
    source: Picture | None = None
    domain: str = ""
    person: Person | None = None
    hashes: Hashes = ()


@dataclass(frozen=True)
class Collect:
    """One piece of the stage.

    Attributes:
        portrait: that is looked at.
        out: the folder of the set.
        size: px, longer side of what is stored, at most.
    """

    portrait: Portrait
    out: Path
    size: int

    @property
    def record(self) -> Path:
        """Where what was found is kept."""
        return self.out / ".ffe" / self.portrait.name / "collect.json"

    @property
    def key(self) -> str:
        """Changes with the portrait, all that is said of it, the size and mien."""
        about = self.portrait.photo.stat()
        told = {**asdict(self.portrait), "photo": self.portrait.photo.name}
        content = [__version__, about.st_size, about.st_mtime_ns, self.size, told]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:24]


def collect(task: Collect) -> Collected:
    """Look at a portrait and store it; once, unless something about it has changed."""
    known = _kept(task)
    if known is not None:
        return known
    with one_thread():
        try:
            found = _looked_at(task)
        except (InputError, OSError) as error:
            found = Collected(task.portrait, " ".join(str(error).split()))
    _keep(task, found)
    return found


def without_twins(found: Iterable[Collected]) -> list[Collected]:
    """The same in the same order; a portrait that is nearly an earlier one gets a reason."""
    kept: list[Collected] = []
    told = []
    for one in found:
        twin = None
        if one.reason is None:
            twin = next((other for other in kept if apart(one.hashes, other.hashes) <= NEAR), None)
        if twin is not None:
            told.append(replace(one, reason=f"is nearly the same picture as {twin.portrait.name}"))
            continue
        told.append(one)
        kept += [one] if one.reason is None else []
    return told


def _looked_at(task: Collect) -> Collected:
    if task.portrait.person.age is not None and task.portrait.person.age < _ADULT:
        return Collected(task.portrait, f"is under {_ADULT}: sets are made of adults")
    image = _shrunk(load_image(task.portrait.photo).pixels, task.size)
    faces = faces_of(image, task.portrait.photo.name)
    face = faces[0]
    drawn = is_flat(image, face.points)
    if reason := _unusable(image, faces, drawn):
        return Collected(task.portrait, reason)
    path = f"{SOURCES}/{task.portrait.name}.jpg"
    save_image(task.out / path, image)
    about, height, width = task.portrait, *image.shape[:2]
    left, top, right, bottom = (round(side, 1) for side in face.box)
    box = (max(left, 0.0), max(top, 0.0), min(right, float(width)), min(bottom, float(height)))
    source = Picture(path, about.identity, about.licence, about.consent, about.source, box)
    domain = about.domain or ("anime" if drawn else "human")
    person = about.person if domain == "anime" else _with_skin(about.person, image, face)
    return Collected(about, None, source, domain, person, hashes(image, box))


def _unusable(image: Image, faces: list[Landmarks], drawn: bool) -> str:
    """Why a picture cannot be used, empty where it can."""
    face = faces[0]
    if len(faces) > 1 and faces[1].area > _OTHER * face.area:
        return "shows more than one person"
    between = float(np.linalg.norm(face.points[IRIS_LEFT] - face.points[IRIS_RIGHT]))
    if between < _LEAST:
        return f"the face is too small: {between:.0f} px between the pupils, {_LEAST:.0f} needed"
    if drawn:
        return ""
    yaw = abs(portrait(face).view.pose.yaw)
    if yaw > _TURNED:
        return f"the face is turned aside by {yaw:.0f} degrees, up to {_TURNED:.0f} can be used"
    blur = _blur(image, face) / between
    return f"is blurred: edges are {blur:.1%} of the pupil distance wide" * (blur > _BLURRED)


def _blur(image: Image, face: Landmarks) -> float:
    """Width of the edges of a face, px."""
    left, top, right, bottom = (max(round(side), 0) for side in face.box)
    grey = cv2.cvtColor(image[top:bottom, left:right], cv2.COLOR_RGB2GRAY)
    energy, shrink = edges(np.asarray(grey, np.uint8))
    sharpest = [max((energy[i] / max(energy[i + 2], 1e-6)) ** 2 - 1, 1e-3) for i in (0, 1)]
    return shrink * math.sqrt(0.924 / min(sharpest))  # as mien.capture.gate.sharpness has it


def _with_skin(person: Person, image: Image, face: Landmarks) -> Person:
    angle = ita(image, face.points)
    if not math.isfinite(angle):
        return person
    return replace(person, ita=round(angle, 1), skin=person.skin or tone(angle))


def _shrunk(image: Image, size: int) -> Image:
    height, width = image.shape[:2]
    ratio = size / max(height, width)
    if ratio >= 1:
        return image
    sides = (max(round(width * ratio), 1), max(round(height * ratio), 1))
    return np.asarray(cv2.resize(image, sides, interpolation=cv2.INTER_AREA), np.uint8)


def _keep(task: Collect, found: Collected) -> None:
    content = {
        "key": task.key,
        "reason": found.reason,
        "source": None if found.source is None else asdict(found.source),
        "domain": found.domain,
        "person": None if found.person is None else asdict(found.person),
        "hashes": [f"{one:x}" for one in found.hashes],
    }
    with atomic(task.record) as temporary:
        temporary.write_text(json.dumps(content), "utf-8")


def _kept(task: Collect) -> Collected | None:
    """What was found before; None where nothing is known, or it is of another state."""
    try:
        stored: Mapping[str, Any] = json.loads(task.record.read_text("utf-8"))
        if stored["key"] != task.key:
            return None
        if stored["reason"] is not None:
            return Collected(task.portrait, stored["reason"])
        source = stored["source"]
        picture = Picture(**{**source, "boxes": tuple(source["boxes"])})
        person, near = Person(**stored["person"]), tuple(int(h, 16) for h in stored["hashes"])
        there = (task.out / picture.image).is_file()
    except (OSError, ValueError, LookupError, TypeError):
        return None
    if not there:
        return None
    return Collected(task.portrait, None, picture, stored["domain"], person, near)
