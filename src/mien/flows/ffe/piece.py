"""A portrait and its targets: what is asked for, and the rows that come of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mien.flows.backend import Backend
from mien.flows.edit import MESH
from mien.flows.ffe.collect import Collected
from mien.learn.ffe.compose import Wanted
from mien.learn.ffe.row import Person, Picture, Row, Target
from mien.learn.ffe.words import prompt

EDITS = "edits"


@dataclass(frozen=True)
class Piece:
    """A portrait and all pairs of targets that are made of it.

    Attributes:
        found: the portrait, as collected.
        pairs: of :func:`mien.learn.ffe.compose.compose`.
        out: the folder of the set.
        backend: what edits it.
        pictures: a folder of what was made elsewhere, by the names of ``prompts.jsonl``; then
            nothing is edited here.
    """

    found: Collected
    pairs: tuple[tuple[Wanted, Wanted], ...]
    out: Path
    backend: Backend = MESH
    pictures: Path | None = None

    @property
    def source(self) -> Picture:
        """The portrait as it is stored."""
        assert self.found.source is not None
        return self.found.source

    @property
    def record(self) -> Path:
        """Where is kept what was drawn."""
        return self.out / ".ffe" / self.found.portrait.name / "generate.json"

    @property
    def wanted(self) -> dict[str, Wanted]:
        """Name of a picture (``anna-000-a``) to what it shows."""
        name = self.found.portrait.name
        return {
            f"{name}-{i:03d}-{side}": one
            for i, pair in enumerate(self.pairs)
            for side, one in zip("ab", pair, strict=True)
        }

    @property
    def generator(self) -> dict[str, object]:
        """What rows say of what made the pictures."""
        return {"name": "elsewhere"} if self.pictures else self.backend.record

    def path(self, name: str) -> str:
        """Of a picture, from the folder of the set."""
        return f"{EDITS}/{self.found.portrait.name}/{name}.jpg"

    def told(self, wanted: Wanted) -> str:
        """The wish in words."""
        aus = {column: wanted.strength * value for column, value in wanted.aus.items()}
        return prompt(wanted.category, aus, self.found.domain)


def prompts(tasks: Sequence[Piece]) -> Iterator[dict[str, object]]:
    """A line of ``prompts.jsonl`` for every picture, for generators that are told in words."""
    for task in tasks:
        for name, one in task.wanted.items():
            yield {
                "name": name,
                "source": task.source.image,
                "category": one.category,
                "strength": one.strength,
                "asked": dict(one.asked),
                "prompt": task.told(one),
            }


def rows_of(task: Piece, made: Mapping[str, Any], seed: int) -> tuple[list[Row], dict[str, str]]:
    """Rows of a piece, not yet scored, and why pairs are left out by their names.

    Args:
        task: the piece.
        made: of :func:`generate`.
        seed: of the pairs.
    """
    rows, dropped = [], {}
    for i, pair in enumerate(task.pairs):
        name = f"{task.found.portrait.name}-{i:03d}"
        both = [made.get(f"{name}-{side}", {"reason": "was not made"}) for side in "ab"]
        if reasons := {one["reason"] for one in both if "reason" in one}:
            dropped[name] = "; ".join(sorted(reasons))
            continue
        first, second = (
            _target(task, f"{name}-{side}", wanted, one["aus"])
            for side, wanted, one in zip("ab", pair, both, strict=True)
        )
        rows.append(
            Row(
                name,
                task.found.domain,
                task.source,
                (first, second),
                person=task.found.person or Person(),
                generator=task.generator,
                seed=seed,
            )
        )
    return rows, dropped


def _target(task: Piece, name: str, wanted: Wanted, aus: Mapping[str, float]) -> Target:
    origin = f"{task.source.image}, edited by {task.generator['name']}"
    edited = replace(task.source, image=task.path(name), source=origin)
    return Target(edited, wanted.category, {}, wanted.asked, aus, task.told(wanted))
