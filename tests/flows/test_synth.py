"""Clips on disk: whole, true, and gone on with where an earlier call stopped."""

import json
from pathlib import Path

import numpy as np
import pytest

from mien.core.errors import InputError, NoFaceError
from mien.export import events_json, track_csv
from mien.flows import synth as flow
from mien.flows.synth import synth, synth_many
from mien.media.image import save_image
from mien.media.video import frames, probe
from mien.synth.camera import Camera
from mien.synth.plate import Plate, plate_of
from mien.synth.take import Move, Take

TAKE = Take(0.5, (Move({"AU12L": 1.0}, 0.1, 0.2, 0.4, "gamma", 1.0),), camera=Camera(20, noise=1))
SHORT = {
    "seconds": 1.5, "rate": 6.0, "exposure": 0.0, "face_width": 150.0,
    "blinks": False, "speech": False, "hand": False,
}  # fmt: skip


@pytest.fixture
def photo(monkeypatch: pytest.MonkeyPatch, backdrop, subject, tmp_path: Path) -> Path:
    """The puppet in the place of whoever is on a photo."""

    def framed(_photo: Path, width: float, size: tuple[int, int]) -> Plate:
        return plate_of(backdrop, subject, width, size)

    monkeypatch.setattr(flow, "_plate", framed)
    monkeypatch.setattr(flow, "_kept_plate", framed)
    framed.cache_clear = lambda: None
    path = tmp_path / "puppet.png"
    save_image(path, backdrop)
    return path


def test_a_clip_and_its_truth(photo: Path, tmp_path: Path, faults) -> None:
    told: list[int] = []
    written = synth(
        photo, tmp_path / "a/b.mp4", TAKE, track=True, progress=lambda _s, n, _t: told.append(n)
    )
    assert [path.name for path in written] == ["b.mp4", "b.truth.csv", "b.truth.json"]
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == sorted(
        path.name for path in written
    )
    assert told == list(range(1, 11))
    assert probe(written[0]).count == 10
    assert next(iter(frames(written[0]))).pixels.shape == (480, 480, 3)
    truth = json.loads(written[2].read_text())
    assert faults("truth", truth) == []
    (event,) = truth["events"]
    assert (event["onset"], event["apex"], event["offset"]) == (0.1, 0.2, 0.4)
    assert (truth["clip"], truth["photo"]) == ("b.mp4", "puppet.png")
    (tmp_path / "events.json").write_text(json.dumps(truth["events"]))
    assert events_json.read(tmp_path / "events.json")[0].side == "L"
    track = track_csv.read(written[1])
    assert track.au("AU12L").max() == pytest.approx(event["aus"]["AU12L"], abs=1e-3)
    assert set(track.status) == {"ok"}


def test_many_clips_go_on_where_they_stopped(photo: Path, tmp_path: Path) -> None:
    first = synth_many([photo], tmp_path / "many", 2, fixed=SHORT)
    assert [path.name for path in first] == ["00000.mp4", "00001.mp4"]
    before = first[0].read_bytes()
    first[1].with_suffix(".truth.json").unlink()  # as if stopped in the midst of it
    again = synth_many([photo], tmp_path / "many", 3, fixed=SHORT)
    assert [path.name for path in again] == ["00001.mp4", "00002.mp4"]
    assert first[0].read_bytes() == before
    with pytest.raises(InputError, match="another folder"):
        synth_many([photo], tmp_path / "many", 3, fixed=SHORT, seed=1)


def test_a_clip_depends_on_its_number_alone(photo: Path, tmp_path: Path) -> None:
    synth_many([photo], tmp_path / "one", 2, fixed=SHORT)
    (tmp_path / "two").mkdir()
    flow._numbered([photo], tmp_path / "two", SHORT, 0, False, 1)
    one, two = (
        json.loads((tmp_path / name / "00001.truth.json").read_text()) for name in ("one", "two")
    )
    assert one == two


def test_nothing_is_left_of_what_cannot_be(photo: Path, tmp_path: Path) -> None:
    late = Take(0.3, TAKE.moves)
    with pytest.raises(InputError, match="does not fit"):
        synth(photo, tmp_path / "out/a.mp4", late)
    assert not (tmp_path / "out").exists()
    with pytest.raises(InputError, match="overwrite"):
        synth(tmp_path / "a.mp4", tmp_path / "a.mp4", TAKE)
    with pytest.raises(InputError, match="this kind of clip"):
        synth(photo, tmp_path / "a.txt", TAKE)
    with pytest.raises(InputError, match="how many"):
        synth_many([], tmp_path / "out", 2)
    with pytest.raises(InputError, match="is a file"):
        synth_many([photo], photo, 2)


def test_a_photo_without_a_face(tmp_path: Path) -> None:
    sky = tmp_path / "sky.png"
    save_image(sky, np.full((200, 300, 3), 128, np.uint8))
    with pytest.raises(NoFaceError, match=r"sky\.png"):
        synth(sky, tmp_path / "out/a.mp4", TAKE)
    assert not (tmp_path / "out").exists()
