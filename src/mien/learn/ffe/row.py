"""A row of FFE: somebody, and two edits of them, each scored for all twelve expressions.

The published rows (PixelSmile, arXiv 2603.25728) have a source, two targets of the same person, and
of each target a category and twelve scores. These hold besides whose face it is, by which licence
and consent it is there, and how the targets were made. In a file a row is an object of JSON:

    {"id": "anna-000", "domain": "human", "split": "train", "src": {"image": ..., "boxes": ...},
     "dst": [{"image": ..., "category": "fear", "scores": {...}}, {...}], ...}
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from mien.core.errors import InputError
from mien.core.recipe import recipes
from mien.learn.ffe.form import problems

Box = tuple[float, float, float, float]
Scores = Mapping[str, float | None]

CATEGORIES = tuple(name for name, recipe in recipes().items() if recipe.aus)


@dataclass(frozen=True)
class Picture:
    """An image, whose face it shows, and what it may be used for.

    Attributes:
        image: path from the folder of the file, with forward slashes.
        identity: who; equal for equal people, in all rows.
        licence: by which it may be used.
        consent: where the consent of the person is recorded.
        source: where it comes from, or what made it from what.
        boxes: of the face: left, top, right, bottom, px; None where nobody said.
    """

    image: str
    identity: str
    licence: str
    consent: str
    source: str
    boxes: Box | None = None


@dataclass(frozen=True)
class Target:
    """An edit.

    Attributes:
        picture: it; its box is that of the source where the frame is the same.
        category: that was asked for, one of the twelve.
        scores: every category with how strongly it shows, 0 to 1, None where no judge can say;
            empty before the edit is annotated.
        asked: every category that went into it to its strength; a blend has two.
        aus: action unit to the intensity that was drawn, 0 to 5, those above 0; empty where only
            the generator knows.
        prompt: what a generator that takes words was told.
    """

    picture: Picture
    category: str
    scores: Scores = field(default_factory=dict)
    asked: Mapping[str, float] = field(default_factory=dict)
    aus: Mapping[str, float] = field(default_factory=dict)
    prompt: str = ""


@dataclass(frozen=True)
class Person:
    """What is known of somebody, for the balance of a set.

    Attributes:
        gender: as they say; empty where unknown.
        age: years.
        skin: one of :data:`mien.learn.ffe.skin.TONES`; empty where unknown.
        ita: degrees, individual typology angle; see :mod:`mien.learn.ffe.skin`.
    """

    gender: str = ""
    age: float | None = None
    skin: str = ""
    ita: float | None = None


@dataclass(frozen=True)
class Row:
    """One example to train on.

    Attributes:
        id: letters, digits, ``-`` and ``_``; unlike any other of the set.
        domain: ``"human"`` or ``"anime"``.
        src: the person as they were.
        dst: two edits of ``src`` into different categories.
        split: ``"train"``, ``"validation"``, ``"test"``, or empty.
        person: what is known of them.
        generator: name and settings of what made the targets.
        seed: of the chance in what was asked for.
        judges: who gave the scores, by name; their mean is stored.
    """

    id: str
    domain: str
    src: Picture
    dst: tuple[Target, Target]
    split: str = ""
    person: Person = field(default_factory=Person)
    generator: Mapping[str, Any] = field(default_factory=dict)
    seed: int | None = None
    judges: tuple[str, ...] = ()

    @property
    def pictures(self) -> tuple[Picture, Picture, Picture]:
        """Source and targets."""
        return self.src, self.dst[0].picture, self.dst[1].picture


def row_of(stored: object) -> Row:
    """A row from its JSON.

    Raises:
        InputError: it is none; the message begins with the first field that is wrong.
    """
    for problem in problems(stored):
        raise InputError(problem)
    assert isinstance(stored, dict)
    first, second = map(_target, stored["dst"])
    given = {name: stored[name] for name in ("split", "generator", "seed") if name in stored}
    return Row(
        stored["id"],
        stored["domain"],
        _picture(stored["src"]),
        (first, second),
        person=Person(**stored.get("person", {})),
        judges=tuple(stored.get("judges", ())),
        **given,
    )


def row_json(row: Row) -> dict[str, Any]:
    """The JSON of a row, the inverse of :func:`row_of`; what is empty is left out."""
    content = {
        "id": row.id,
        "domain": row.domain,
        "split": row.split,
        "person": _filled(asdict(row.person)),
        "src": _picture_json(row.src),
        "dst": [_target_json(one) for one in row.dst],
        "generator": dict(row.generator),
        "seed": row.seed,
        "judges": list(row.judges),
    }
    return _filled(content)


def _picture(stored: Mapping[str, Any]) -> Picture:
    box = stored.get("boxes")
    own = {name: stored[name] for name in ("image", "identity", "licence", "consent", "source")}
    return Picture(**own, boxes=None if box is None else tuple(box))


def _target(stored: Mapping[str, Any]) -> Target:
    more = {name: stored[name] for name in ("asked", "aus", "prompt") if name in stored}
    return Target(_picture(stored), stored["category"], stored.get("scores", {}), **more)


def _picture_json(picture: Picture) -> dict[str, Any]:
    box = None if picture.boxes is None else list(picture.boxes)
    return _filled({**asdict(picture), "boxes": box})


def _target_json(target: Target) -> dict[str, Any]:
    own = {name: getattr(target, name) for name in ("category", "scores", "asked", "aus", "prompt")}
    plain = {name: dict(v) if isinstance(v, Mapping) else v for name, v in own.items()}
    return _picture_json(target.picture) | _filled(plain)


def _filled(content: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in content.items() if value not in (None, "", {}, [])}
