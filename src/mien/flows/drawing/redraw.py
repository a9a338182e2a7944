"""Edit a portrait by PixelSmile: a diffusion model redraws the face, and only that is taken.

Expressions are drawn; action units, absolute values and turns of the head are a second pass, by the
mesh, over what was drawn.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from mien.core.expression import Wish
from mien.core.face import Landmarks
from mien.core.seams import Progress, Say, silent, unheard
from mien.edit.backends.pixelsmile.editor import redraw
from mien.edit.backends.pixelsmile.prompts import MAX_STRENGTH
from mien.edit.backends.pixelsmile.prompts import Wish as Drawn
from mien.edit.inset import Pasted, Square, cut, followed, onto, paste, refined, square
from mien.edit.portrait import drawn_portrait, portrait
from mien.flows.backend import Backend
from mien.flows.drawing.how import Drawing
from mien.flows.drawing.model import check_files, loaded
from mien.flows.drawing.wish import drawn_of, remarks
from mien.flows.edit import Ask, EditResult, edited, measured_on, told, wanted_of
from mien.flows.sitters import Sitter, Sitting
from mien.landmark.cover.occlusion import occluders

Image = NDArray[np.uint8]

_LOST = "not found on what was drawn"
_SHARP = 0.5  # of the picture's own finest detail; below that people are told


@dataclass(frozen=True)
class _Part:
    """The square of one face."""

    sitter: Sitter
    square: Square
    given: Image

    @property
    def points(self) -> NDArray[np.float64]:
        """Landmarks on the square that is given away, shape (478, 3), px of it."""
        return self.square.to_cut(self.sitter.person.landmarks.points, self.given.shape[0])

    @cached_property
    def cover(self) -> NDArray[np.float32] | None:
        """What lies before the face and stays, whatever is drawn; None for flat art."""
        sitter = self.sitter
        return None if sitter.drawn else occluders(sitter.image, sitter.person.landmarks.points)


def pixelsmile(drawing: Drawing, progress: Progress = silent, say: Say = unheard) -> Backend:
    """PixelSmile as a backend of :func:`mien.edit`.

    Args:
        drawing: by what, and how.
        progress: told about prompts and steps.
        say: told what a user should know.
    """

    def check(asked: Ask) -> None:
        if not drawn_of(asked, drawing).idle:
            check_files(drawing.model)

    edits = partial(redrawn, drawing, progress=progress, say=say)
    return Backend("pixelsmile", edits, check, MAX_STRENGTH, drawing.details, drawing.seal)


def redrawn(
    drawing: Drawing,
    people: Sitting,
    asks: Sequence[Ask],
    progress: Progress = silent,
    say: Say = unheard,
) -> Iterator[EditResult]:
    """Edit people in several ways; all that is drawn is drawn in one go.

    Args:
        drawing: by what, and how.
        people: of :func:`mien.flows.sitters.sitting`.
        asks: of :func:`mien.flows.edit.ask`; an expression is one of PixelSmile's twelve,
            ``neutral``, or words of one's own.
        progress: told about prompts and steps.
        say: told what a user should know, no line twice.

    Yields:
        A result for each, in order.

    Raises:
        InputError: an expression that PixelSmile does not know, or a strength that would leave its
            range.
        ModelError: the model's files are not those they should be.
        MissingExtraError: something that must be installed first.
        MienError: out of memory.
    """
    say = _once(say)
    drawn = [drawn_of(each, drawing) for each in asks]
    for line in remarks(drawn, drawing):
        say(line)
    parts = [_part(sitter, drawing.side) for sitter in people.sitters]
    jobs = [(part, _for(wish, part, drawing)) for wish in drawn for part in parts]
    squares = iter(
        redraw(
            loaded(drawing.model),
            [part.given for part, _ in jobs],
            [wish for _, wish in jobs],
            drawing.sampling,
            side=drawing.side,
            progress=progress,
        )
        if any(not wish.idle for _, wish in jobs)
        else [part.given for part, _ in jobs]
    )
    for each, wish in zip(asks, drawn, strict=True):
        image, mask = people.image, np.zeros(people.image.shape[:2], np.float32)
        lost = {}
        for part in parts:
            picture = next(squares)
            if wish.idle:
                continue
            pasted = _pasted(people, image, part, picture, say)
            if pasted is None:
                lost[part.sitter.number] = _LOST
            else:
                image, mask = pasted.image, np.maximum(mask, pasted.mask)
        done = _finished(people, image, mask, each, wish, say)
        yield replace(done, left={**done.left, **lost})


def _once(say: Say) -> Say:
    """The same, but no line is told twice."""
    said: set[str] = set()

    def told(line: str) -> None:
        if line not in said:
            said.add(line)
            say(line)

    return told


def _for(wish: Drawn, part: _Part, drawing: Drawing) -> Drawn:
    """The same wish, in the words for a person or for a drawn character."""
    seen = "anime" if part.sitter.drawn else "human"
    return replace(wish, domain=drawing.domain or seen)


def _part(sitter: Sitter, side: int) -> _Part:
    height, width = sitter.image.shape[:2]
    found = square(sitter.person.landmarks.points, (width, height))
    return _Part(sitter, found, cut(sitter.image, found, side))


def _pasted(people: Sitting, image: Image, part: _Part, drawn: Image, say: Say) -> Pasted | None:
    """The picture with a redrawn face in it; None where there is no face on what was drawn."""
    points, given = part.points, part.given
    who = f"{people.name}: face {part.sitter.number} is"
    found = followed(points, given, drawn)
    if found is None:
        say(f"{who} {_LOST}; it stays as it was")
        return None
    aligned = refined(onto(found, points), drawn, given, points)
    whole = part.sitter.person.landmarks.points
    done = paste(image, part.square, drawn, aligned, whole, found, part.cover)
    if done.sharpness < _SHARP:
        larger = ": a larger --with side=N helps" if done.resolution < 1 else ""
        say(
            f"{who} drawn at {done.resolution:.0%} of the picture's resolution and has less than"
            f" {_SHARP:.0%} of its fine detail{larger}"
        )
    return done


def _finished(
    people: Sitting, image: Image, mask: NDArray[np.float32], asked: Ask, wish: Drawn, say: Say
) -> EditResult:
    """What the mesh adds to it, and what is read on the whole."""
    rest = replace(asked, wish=Wish({}, asked.wish.additions), words={})
    drawn = bool(mask.any())
    passes: list[Mapping[str, object]] = []
    if drawn:
        strengths = {name: round(value, 4) for name, value in wish.strengths.items()}
        passes.append({"backend": "pixelsmile", "strengths": strengths})
    if rest.fixed or any(rest.turn) or rest.wish.additions.any():
        if drawn and asked.factor:
            say("action units and turns are added by the mesh, on what was drawn")
        more = edited(_again(people, image) if drawn else people, rest)
        image, mask = more.image, np.maximum(mask, more.mask)
        passes += more.passes
    edits = tuple(
        told(
            one,
            wanted_of(one.person, asked),
            measured_on(image, one) if mask.any() else one.person.visible_aus,
        )
        for one in people.sitters
    )
    return EditResult(image, mask, edits, people.faces, people.left, tuple(passes))


def _again(people: Sitting, image: Image) -> Sitting:
    """The same people on a picture that was drawn anew; a face that is lost is where it was."""
    found = []
    for one in people.sitters:
        before = one.person.landmarks
        points = followed(before.points, people.image, image)
        mesh = before if points is None else Landmarks(points, before.confidence, before.spread)
        person = drawn_portrait(mesh) if one.drawn else portrait(mesh, one.person.model)
        found.append(replace(one, image=image, person=person))
    return replace(people, image=image, sitters=tuple(found))
