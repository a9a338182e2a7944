"""Files that a model draws: folders of photos, clips of a photo, reports."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from mien.core import facs
from mien.core.errors import InputError, ModelError, NoFaceError
from mien.core.recipe import find
from mien.edit.backends.pixelsmile.denoise import Sampling
from mien.flows.drawing import redraw
from mien.flows.drawing.how import Drawing
from mien.flows.drawing.model import Model, check_files
from mien.flows.drawing.redraw import pixelsmile
from mien.flows.drawing.transition import drawn_transition, way
from mien.flows.edit import ask
from mien.flows.edit_file import edit_file
from mien.flows.shoot import shoot
from mien.media.image import load_image, save_image
from mien.media.video import frames as frames_of

BACKEND = pixelsmile(Drawing(Model(Path("nowhere"), lora_scale=2.0), side=512))


@pytest.fixture
def source(photo, tmp_path) -> Path:
    """The portrait, small, as a file."""
    path = tmp_path / "ada.png"
    save_image(path, np.ascontiguousarray(photo[::2, ::2]))
    return path


def test_a_report_says_what_drew(source, drawn, tmp_path, faults) -> None:
    report = tmp_path / "report.json"
    out = tmp_path / "a.png"
    edit_file(source, out, {"happy": 0.5, "AU04": 2.0}, report=report, backend=BACKEND)
    told = json.loads(report.read_text())
    assert told["backend"]["name"] == "pixelsmile"
    assert told["backend"]["seed"] == 42
    assert told["backend"]["lora_scale"] == 2.0
    (edit,) = told["edits"]
    assert edit["passes"] == [
        {"backend": "pixelsmile", "strengths": {"happy": 0.5}},
        {"backend": "mesh"},
    ]
    assert str(tmp_path) not in report.read_text()
    assert faults("report", told) == []


def test_words_of_ones_own_are_drawn(source, drawn, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("mien.edit", lambda square, wish: _Same(square))
    edit_file(source, tmp_path / "a.png", {}, words={"faintly amused": 0.6}, backend=BACKEND)
    assert drawn == [({"faintly amused": 0.6}, "human")]


class _Same:
    def __init__(self, image: np.ndarray) -> None:
        self.image = image


def test_a_folder_of_photos(source, drawn, tmp_path) -> None:
    wishes = {name: {find(name): 1.0} for name in ("happy", "sad")}
    out = tmp_path / "out"
    done = shoot([source], out, wishes, strengths=[0.5, 1.0], backend=BACKEND)
    assert len(done.written) == 4
    # All variants of a photo in one go, so that it is encoded once.
    assert [wish for wish, _ in drawn] == [
        {"happy": 0.5}, {"happy": 1.0}, {"sad": 0.5}, {"sad": 1.0},
    ]  # fmt: skip
    report = json.loads(done.report.read_text())
    assert report["backend"]["name"] == "pixelsmile"
    again = shoot([source], out, wishes, strengths=[0.5, 1.0], backend=BACKEND)
    assert (again.written, len(again.kept), len(drawn)) == ((), 4, 4)
    other = pixelsmile(Drawing(Model(Path("nowhere"), lora_scale=1.0), side=512))
    assert len(shoot([source], out, wishes, strengths=[0.5, 1.0], backend=other).written) == 4


def test_one_process_draws(source, tmp_path) -> None:
    with pytest.raises(InputError, match="one process of this machine draws with pixelsmile"):
        shoot([source], tmp_path / "out", {"happy": {"happy": 1.0}}, jobs=2, backend=BACKEND)
    assert not (tmp_path / "out").exists()


def test_the_way_between_two_wishes() -> None:
    asks = way(ask({"happy": 1.0, "neutral": 0.5}), ask({"sad": 0.5}), 5)
    named = [{r.name: s for r, s in each.wish.expressions.items()} for each in asks]
    assert named[0] == {"happy": 1.0, "sad": 0.0}
    assert named[2] == pytest.approx({"happy": 0.5, "sad": 0.25})
    assert named[4] == {"happy": 0.0, "sad": 0.5}
    first, *_ = way(ask({}), ask({"sad": 0.5}), 3)
    assert {r.name: s for r, s in first.wish.expressions.items()} == {"neutral": 1.0}


def test_action_units_go_the_way_too() -> None:
    asks = way(ask({"AU12": 1.0}), ask({"AU04": 2.0}), 3)
    units = [facs.to_dict(each.wish.additions) for each in asks]
    assert [one["AU12L"] for one in units] == [1.0, 0.5, 0.0]
    assert [one["AU04R"] for one in units] == [0.0, 1.0, 2.0]


@pytest.mark.parametrize("seconds", [0.3, 1.3])
def test_a_way_ends_at_its_end(source, drawn, tmp_path, seconds) -> None:
    """Shares of such ways are rounded above 1."""
    out = tmp_path / "a.mp4"
    drawn_transition(source, out, {}, {"happy": 1.0}, BACKEND, seconds=seconds)
    assert len(list(frames_of(out))) == round((seconds + 0.8) * 30) + 1


def test_no_transition_through_a_picture_without_a_face(
    source, drawn, tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr(redraw, "redraw", _grey)
    out = tmp_path / "a.mp4"
    with pytest.raises(NoFaceError, match="face 0 is not found on what was drawn: try another"):
        drawn_transition(source, out, {}, {"happy": 1.0}, BACKEND, seconds=0.2)
    assert [path.name for path in tmp_path.iterdir()] == ["ada.png"]


def _grey(pipe: object, squares: list[np.ndarray], *_: object, **__: object) -> list[np.ndarray]:
    return [np.full_like(square, 127) for square in squares]


def test_a_lost_face_is_reported(source, drawn, tmp_path, monkeypatch, faults) -> None:
    monkeypatch.setattr(redraw, "redraw", _grey)
    heard: list[str] = []
    backend = pixelsmile(Drawing(Model(Path("nowhere")), side=512), say=heard.append)
    report = tmp_path / "report.json"
    strengths = [0.5, 1.0]
    edit_file(
        source, tmp_path / "a.png", {"sad": 1.0}, strengths=strengths, report=report,
        backend=backend,
    )  # fmt: skip
    assert heard == [f"{source}: face 0 is not found on what was drawn; it stays as it was"]
    told = json.loads(report.read_text())
    assert told["left"] == {"0": "not found on what was drawn"}
    assert told["passes"] == []
    assert faults("report", told) == []
    done = shoot([source], tmp_path / "out", {"sad": {"sad": 1.0}}, backend=backend)
    (failed,) = json.loads(done.report.read_text())["failed"]
    assert failed["reason"].endswith("ada.png: face 0 is not found on what was drawn")


def test_a_model_that_does_not_fit_ends_the_run(source, drawn, tmp_path, monkeypatch) -> None:
    tries: list[Model] = []

    def loaded(model: Model) -> None:
        tries.append(model)
        raise ModelError("made for another base")

    monkeypatch.setattr(redraw, "loaded", loaded)
    photos = [source, *(shutil.copy(source, tmp_path / f"{name}.png") for name in "bc")]
    with pytest.raises(ModelError, match="made for another base"):
        shoot(photos, tmp_path / "out", {"sad": {"sad": 1.0}}, backend=BACKEND)
    assert len(tries) == 1


def test_a_missing_lora_is_said_before_anything_is_written(source, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("mien.flows.drawing.model.check_base", lambda base: None)
    (tmp_path / "empty.safetensors").touch()
    backend = pixelsmile(Drawing(Model(Path("nowhere"), tmp_path / "lora.safetensors")))
    with pytest.raises(InputError, match=r"lora\.safetensors: no such file: mien models pull"):
        shoot([source], tmp_path / "out", {"sad": {"sad": 1.0}}, backend=backend)
    with pytest.raises(ModelError, match="is empty"):
        check_files(Model(Path("nowhere"), few_steps=tmp_path / "empty.safetensors"))
    assert not (tmp_path / "out").exists()


def test_pictures_follow_the_files_of_the_model(source, drawn, tmp_path) -> None:
    """Two LoRAs of one name, as reports have it, are two; how many are drawn at once is none."""

    def made(folder: str, batch: int) -> int:
        lora = tmp_path / folder / "lora.safetensors"
        lora.parent.mkdir(exist_ok=True)
        if not lora.exists():
            lora.write_bytes(b"weights")
        how = Drawing(Model(Path("nowhere"), lora), Sampling(batch=batch), side=512)
        wishes = {"happy": {"happy": 1.0}}
        return len(shoot([source], tmp_path / "out", wishes, backend=pixelsmile(how)).written)

    assert [made("one", 4), made("one", 1), made("other", 1), made("other", 2)] == [1, 0, 1, 0]


def test_a_transition(source, drawn, tmp_path) -> None:
    out = tmp_path / "a.mp4"
    drawn_transition(source, out, {}, {"happy": 1.0}, BACKEND, seconds=0.4, rate=20, hold=0.2)
    assert [wish.get("happy") for wish, _ in drawn] == pytest.approx([None, 0.25, 0.5, 0.75, 1.0])
    frames = [frame.pixels for frame in frames_of(out)]
    assert len(frames) == 17
    # It stands, moves on and on, and stands.
    off = np.array([np.abs(frame.astype(int) - frames[-1]).mean() for frame in frames])
    assert off[:4] == pytest.approx(off[0], abs=0.3)
    assert (np.diff(off[4:13]) < 0.05).all()
    assert off[-4:] == pytest.approx(0.0, abs=0.3)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"face": "all"}, "one face"),
        ({"seconds": 0.0}, "no clip lasts"),
        ({"hold": -1.0}, "no clip lasts"),
        ({"end": {"approachable": 1.0}}, "PixelSmile knows"),
    ],
)
def test_no_transition(source, drawn, tmp_path, more, said) -> None:
    given = {"start": {}, "end": {"happy": 1.0}, **more}
    with pytest.raises(InputError, match=said):
        drawn_transition(source, tmp_path / "a.mp4", backend=BACKEND, **given)
    assert not (tmp_path / "a.mp4").exists()


def test_outside_the_face_nothing_moves(source, drawn, tmp_path) -> None:
    before = load_image(source).pixels
    (path,) = edit_file(source, tmp_path / "a.png", {"happy": 1.0}, backend=BACKEND)
    assert np.array_equal(load_image(path).pixels[:20], before[:20])
