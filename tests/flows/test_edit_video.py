"""The edit of clips, on short pieces of real ones where they are at hand."""

import json
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from mien.anatomy.threads import one_thread
from mien.capture.rows import Rows
from mien.core import facs
from mien.core.errors import InputError, MediaError, NoFaceError
from mien.core.timeline import Key, Micro, Timeline
from mien.flows.clip_face import FADE, ClipFace, Watched, face_of, shares, states, watch
from mien.flows.edit_video import asked_of, edit_video, edited_frames
from mien.media.video import frames
from mien.media.writer import write_video

Image = NDArray[np.uint8]
Seen = tuple[Path, Watched, ClipFace]
SMILE = Timeline((Key(0.0, {}, {"AU12": 3.0}),))


def piece(source: Path, out: Path, start: int, stop: int, step: int = 1) -> Path:
    """Some frames of a clip."""
    chosen = list(islice(frames(source), start, stop, step))
    write_video(out, ((f.time - chosen[0].time, f.pixels) for f in chosen), crf=10)
    return out


@pytest.fixture(scope="session")
def clip(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clips")
    return piece(data / "clips" / "single_face.mp4", folder / "man.mp4", 20, 40)


@pytest.fixture(scope="session")
def vanishing(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A face, then a cartoon without one."""
    folder = tmp_path_factory.mktemp("clips")
    return piece(data / "clips" / "face_noface.mov", folder / "gone.mp4", 60, 90)


@pytest.fixture(scope="session")
def seen(clip: Path) -> Iterator[Seen]:
    with Rows(columns=5) as rows, one_thread():
        watched = watch(clip, rows, lambda done: None)
        yield clip, watched, face_of(watched, 0, None, "clip")


def edited(seen: Seen, timeline: Timeline) -> list[tuple[Image, Image]]:
    """Frames before and after."""
    path, watched, person = seen
    after = edited_frames(path, watched, person, timeline)
    return [(a.pixels, b.pixels) for a, b in zip(frames(path, exact=True), after, strict=True)]


@pytest.mark.parametrize("timeline", [
    Timeline(), Timeline((Key(0.0, {"happy": 0.0}, {"AU12": 0.0}),)),
    Timeline((), (Micro(10, 60, 120, {"AU04": 0.0}),)),
    Timeline((Key(0.1, {}, {}),), relative=False),
])  # fmt: skip
def test_zero_timeline_gives_the_frames_back(seen: Seen, timeline: Timeline) -> None:
    assert all(np.array_equal(before, after) for before, after in edited(seen, timeline))


def test_only_the_face_and_only_when_asked(seen: Seen) -> None:
    pairs = edited(seen, Timeline((Key(0.2, {}, {}), Key(0.5, {}, {"AU12": 3.0}))))
    differ = [bool((before != after).any()) for before, after in pairs]
    assert not any(differ[:7])
    assert all(differ[10:])
    *_, last = states(seen[1], seen[2])
    room = float(np.linalg.norm(last.points[468] - last.points[473]))
    before, after = pairs[-1]
    rows, columns = np.nonzero((before != after).any(axis=2))
    assert rows.min() > last.points[:, 1].min() - room
    assert columns.max() < last.points[:, 0].max() + room


def test_a_frame_leaves_little_in_memory(seen: Seen) -> None:
    person = seen[2]
    kept = (person.frames, person.aus, person.share, person.reason)
    assert sum(each.nbytes for each in kept) < 250 * len(seen[1].time)
    assert all(state.aus.dtype == np.float64 for state in states(seen[1], person))


def test_what_is_asked_rests_on_what_the_person_does(seen: Seen) -> None:
    smile = facs.INDEX["AU12L"]
    for state in states(seen[1], seen[2]):
        asked = asked_of(SMILE, 1.0, state)
        assert asked is not None
        assert asked[smile] == pytest.approx(min(state.aus[smile] + 3.0, 5.0))


def test_a_lost_face_is_left_alone(
    vanishing: Path, tmp_path: Path, faults: Callable[[str, object], list[str]]
) -> None:
    out, report = tmp_path / "out.mp4", tmp_path / "out.json"
    written = edit_video(vanishing, out, SMILE, report=report)
    assert written == [out, report]
    told = json.loads(report.read_text())
    assert faults("clip-report", told) == []
    assert (told["mien"], told["frames"]) == (1, 30)
    (span,) = told["untouched"]
    assert span["reason"] == "lost"
    assert 0 < told["editable"] < 30
    assert [f.time for f in frames(out)] == [f.time for f in frames(vanishing)]
    assert told["moments"][0]["asked"]["AU12L"] >= 3.0


def test_bad_input_leaves_nothing(data: Path, clip: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    mine = tmp_path / "mine.mp4"
    mine.write_bytes(clip.read_bytes())
    nobody = data / "clips" / "no_face.mp4"
    for source, target, options, error in (
        (mine, mine, {}, InputError),
        (mine, out, {"report": out}, InputError),
        (mine, out, {"report": mine}, InputError),
        (mine, tmp_path, {}, MediaError),
        (mine, out, {"face": 3}, NoFaceError),
        (piece(nobody, tmp_path / "nobody.mp4", 0, 6), out, {}, NoFaceError),
        (mine, tmp_path / "out.xyz", {}, MediaError),
        (tmp_path / "missing.mp4", out, {}, MediaError),
    ):
        with pytest.raises(error) as raised:
            edit_video(source, target, SMILE, **options)  # type: ignore[arg-type]
        assert "\n" not in str(raised.value)
        assert {path.name for path in tmp_path.iterdir()} <= {"mine.mp4", "nobody.mp4"}
    assert mine.read_bytes() == clip.read_bytes()


def test_no_input_is_overwritten(clip: Path, tmp_path: Path) -> None:
    keys, rest = tmp_path / "keys.json", tmp_path / "rest.png"
    for path, options in ((keys, {}), (rest, {"neutral": rest})):
        path.write_text("mine")
        with pytest.raises(InputError, match="would overwrite"):
            edit_video(clip, tmp_path / "out.mp4", keys, report=path, **options)
        assert path.read_text() == "mine"


def test_a_clip_without_its_report_is_not_kept(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise MediaError("no report")

    monkeypatch.setattr("mien.flows.edit_video._report", fails)
    with pytest.raises(MediaError, match="no report"):
        edit_video(clip, tmp_path / "out.mp4", Timeline(), report=tmp_path / "out.json")
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_marked_is_not_written(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full:
        def stamp(self, path: Path, record: object) -> None:
            assert path.stat().st_size
            assert path != tmp_path / "out.mp4"
            raise MediaError("no mark")

    monkeypatch.setattr("mien.flows.edit_video.stamper", Full)
    with pytest.raises(MediaError, match="no mark"):
        edit_video(clip, tmp_path / "out.mp4", Timeline())
    assert list(tmp_path.iterdir()) == []


def test_interruption_leaves_nothing(clip: Path, tmp_path: Path) -> None:
    def stop(step: str, done: int, total: int | None) -> None:
        if step == "edit" and done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        edit_video(clip, tmp_path / "out.mp4", SMILE, report=tmp_path / "r.json", progress=stop)
    assert list(tmp_path.iterdir()) == []


@given(st.lists(st.booleans(), min_size=1, max_size=60), st.sets(st.integers(1, 59), max_size=3))
def test_strength_fades_and_never_pops(good: list[bool], cuts: set[int]) -> None:
    time = np.arange(len(good)) / 30.0
    firsts = [0, *sorted(cut for cut in cuts if cut < len(good))]
    share = shares(time, np.array(good), firsts)
    assert ((share == 0.0) | np.array(good)).all()
    assert ((share >= 0.0) & (share <= 1.0)).all()
    steps = np.abs(np.diff(share))
    steps[[cut - 1 for cut in firsts[1:]]] = 0.0
    assert steps.max(initial=0.0) <= 1.9 / 30.0 / FADE
    if all(good):
        assert (share == 1.0).all()


def test_a_face_is_found_by_a_point_on_it(seen: Seen) -> None:
    _, watched, person = seen
    _, number, points = next(iter(watched.rows))
    x, y = points[1, :2].tolist()  # the tip of the nose
    assert face_of(watched, (x, y), None, "clip").number == number == person.number
    with pytest.raises(NoFaceError, match="no face is ever at 1,1"):
        face_of(watched, (1.0, 1.0), None, "clip")
