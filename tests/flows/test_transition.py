from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.anatomy.inverse import prepare
from mien.core.errors import InputError, MediaError, MienError
from mien.core.face import Landmarks
from mien.edit.points import Subject
from mien.edit.portrait import Portrait
from mien.flows.transition import transition_clip, transition_file, write_transition
from mien.media.video import frames, probe

Image = NDArray[np.uint8]


@pytest.fixture
def person(subject: Subject) -> Portrait:
    return Portrait(
        Landmarks(subject.points),
        subject.model,
        prepare(subject.model),
        subject.view,
        subject.aus,
        np.ones_like(subject.aus),
    )


def test_starts_softly_and_arrives(backdrop: Image, person: Portrait) -> None:
    made = list(
        transition_clip(backdrop, person, {}, {"happy": 1.0}, seconds=1.0, rate=10, hold=0.2)
    )
    assert [time for time, _ in made] == pytest.approx(np.arange(15) / 10)
    still = [np.array_equal(frame, backdrop) for _, frame in made]
    assert still[:3] == [True] * 3
    assert not any(still[5:])
    steps = [np.abs(b[1].astype(int) - a[1]).mean() for a, b in pairwise(made)]
    assert max(steps[:3]) < max(steps[5:8])
    assert steps[-1] == steps[-2] == 0.0


def test_blinks_on_the_way_and_is_the_same_again(backdrop: Image, person: Portrait) -> None:
    def clip(seed: int = 0, *, blinks: bool = True) -> list[Image]:
        made = transition_clip(
            backdrop, person, {}, {"AU12": 2.0}, seconds=1.0, rate=20, hold=0.2, blinks=blinks,
            seed=seed,
        )  # fmt: skip
        return [frame for _, frame in made]

    first, again, without = clip(), clip(), clip(blinks=False)
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    differ = [not np.array_equal(a, b) for a, b in zip(first, without, strict=True)]
    assert differ == [4 < frame < 10 for frame in range(len(first))]  # 0.2 to 0.5 s


def test_wrong_wishes_are_told_before_the_first_frame(backdrop: Image, person: Portrait) -> None:
    with pytest.raises(InputError, match="did you mean happy"):
        transition_clip(backdrop, person, {}, {"hapy": 1.0})
    with pytest.raises(InputError, match="no clip lasts"):
        transition_clip(backdrop, person, {}, {"happy": 1.0}, seconds=0)


@pytest.mark.parametrize("suffix", [".gif", ".webp"])
def test_writes_animations(tmp_path: Path, backdrop: Image, person: Portrait, suffix: str) -> None:
    path = tmp_path / f"clip{suffix}"
    ends: tuple[dict[str, float], dict[str, float]] = {}, {"happy": 1.0}
    write_transition(path, backdrop, person, ends, seconds=0.5, rate=10, hold=0.1)
    assert probe(path).duration == pytest.approx(0.8, abs=0.011)
    first = next(iter(frames(path)))
    assert np.abs(first.pixels.astype(int) - backdrop).mean() < 12


def test_writes_a_clip_or_nothing(tmp_path: Path, backdrop: Image, person: Portrait) -> None:
    path = tmp_path / "clip.mp4"
    told: list[int] = []
    write_transition(
        path, backdrop, person, ({"sad": 1.0}, {"happy": 1.0}), seconds=0.5, rate=10,
        progress=lambda _, done, __: told.append(done),
    )  # fmt: skip
    assert probe(path).count == 14
    assert told == list(range(14))
    with pytest.raises(MediaError, match="cannot write this kind"):
        write_transition(tmp_path / "clip.xyz", backdrop, person, ({}, {"happy": 1.0}))
    assert [entry.name for entry in tmp_path.iterdir() if entry.is_file()] == ["clip.mp4"]


def test_no_input_is_overwritten(tmp_path: Path) -> None:
    photo, rest = tmp_path / "a.webp", tmp_path / "rest.webp"
    for out, message in (
        (photo, "would overwrite"),
        (rest, "would overwrite"),
        (tmp_path / "a.png", "use .mp4, .m4v, .mov, .mkv, .gif, .webp"),
    ):
        with pytest.raises(MienError, match=message):
            transition_file(photo, out, {}, {"happy": 1.0}, neutral=rest)


def test_an_animation_that_is_too_long_is_told_before_it_is_drawn(
    tmp_path: Path, backdrop: Image, person: Portrait
) -> None:
    told: list[int] = []
    with pytest.raises(MediaError, match=r"240 x 240 px has \d+ frames at most: write .mp4"):
        write_transition(
            tmp_path / "a.gif", backdrop, person, ({}, {"happy": 1.0}), seconds=600.0,
            progress=lambda _, done, __: told.append(done),
        )  # fmt: skip
    assert told == []
