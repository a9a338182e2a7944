"""A clip looked at: which frames, where, for how long a hand is believed, and how it ends."""

import threading
from collections.abc import Callable
from contextlib import closing
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from mien.flows import look as module
from mien.flows.look import looked_at
from mien.landmark.track import Seen
from mien.media.prefetch import prefetch
from mien.media.writer import write_video

RATE, COUNT = 200, 480
FACE = np.random.default_rng(0).uniform(8, 56, (478, 3))
HAND = np.arange(478) < 50


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("look") / "grey.mp4"
    ramp = np.repeat(np.linspace(20, 230, 64).astype(np.uint8)[None, :, None], 64, axis=0)
    picture = np.repeat(ramp, 3, axis=2)
    write_video(path, ((i / RATE, picture) for i in range(COUNT)), rate=RATE)
    return path


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[float]]:
    """A face that shakes its head, and a hand for a while; fills a list of times of hand looks."""

    def stage(until: float = -1.0, *, still: bool = False) -> list[float]:
        now, asked = [0.0], list[float]()

        def seen_on(_: object, time: float, __: object) -> list[Seen]:
            now[0] = time
            swing = 0.0 if still else 20.0 * np.sin(30.0 * time)
            return [Seen(3, FACE + np.array([swing, 0.0, 0.0]))]

        def covered(*_: object, **__: object) -> np.ndarray:
            asked.append(now[0])
            return HAND if now[0] <= until else np.zeros(478, np.bool_)

        monkeypatch.setattr(module, "seen_on", seen_on)
        monkeypatch.setattr(module, "covered", covered)
        return asked

    return stage


def test_every_frame_in_order(clip: Path, looks) -> None:
    looks()
    found = list(looked_at(clip))
    assert [look.frame.index for look in found] == list(range(COUNT))
    assert [look.frame.time for look in found] == pytest.approx(np.arange(COUNT) / RATE)
    assert {look.frame.pixels.shape for look in found} == {(64, 64)}
    assert all(look.seen is not None for look in found if look.covered)


def test_a_face_that_moves_is_looked_for_65_times_a_second(clip: Path, looks) -> None:
    looks()
    times = np.array([look.frame.time for look in looked_at(clip) if look.seen is not None])
    gaps = np.diff(times)
    assert times[0] == 0.0
    assert gaps.min() > 1 / 65 - 1e-6
    assert gaps.max() < 1 / 65 + 1 / RATE + 1e-6


def test_nobody_asks_for_hands(clip: Path, looks) -> None:
    asked = looks(until=9.0)
    assert not any(look.covered for look in looked_at(clip, hands=False))
    assert not asked


def test_a_picture_that_stays_is_looked_at_once(clip: Path, looks) -> None:
    asked = looks(still=True)
    list(looked_at(clip))
    assert asked == [0.0]


def test_a_hand_that_is_there_is_looked_for_again(clip: Path, looks) -> None:
    asked = looks(until=9.0, still=True)
    list(looked_at(clip))
    assert np.diff(asked) == pytest.approx(0.4, abs=2 / 65)


def test_a_hand_is_looked_for_on_the_first_frame_of_a_face(clip: Path, looks) -> None:
    looks(until=9.0)
    first = next(iter(looked_at(clip)))
    assert [one.face for one in first.seen or ()] == [3]
    assert (first.covered[3] == HAND).all()


def test_a_hand_is_believed_for_a_second_after_it_was_seen(clip: Path, looks) -> None:
    asked = looks(until=0.5)
    flags = [(look.frame.time, look.covered[3]) for look in looked_at(clip) if look.covered]
    assert asked == pytest.approx([time for time, _ in flags])
    last = max(time for time in asked if time <= 0.5)
    for time, points in flags:
        assert (points == (HAND if time <= last + 1.0 else False)).all()
    assert max(time for time, _ in flags) > last + 1.0


@pytest.mark.parametrize("ahead", [False, True])
def test_stopping_early_ends_every_thread(clip: Path, looks, ahead: bool) -> None:
    looks()
    before = threading.active_count()
    source = looked_at(clip)
    with closing(prefetch(source) if ahead else source) as found:
        assert len(list(islice(found, 5))) == 5
    assert threading.active_count() == before
