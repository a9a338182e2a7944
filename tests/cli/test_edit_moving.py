from pathlib import Path

import pytest

from mien.cli import edit_moving
from mien.core.errors import InputError
from mien.core.recipe import find
from mien.core.timeline import Key, Timeline
from mien.flows import edit_video, transition

CLIP, OUT = Path("clip.mp4"), Path("out.mp4")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Timeline]:
    found: list[Timeline] = []

    def stand_in(source: Path, out: Path, timeline: Timeline, **options: object) -> list[Path]:
        found.append(timeline)
        return [out]

    monkeypatch.setattr(edit_video, "edit_video", stand_in)
    return found


def test_a_wish_holds_from_the_first_frame_on(
    asked: list[Timeline], capsys: pytest.CaptureFixture[str]
) -> None:
    edit_moving.edit_clip(CLIP, OUT, None, {"happy": 0.5, "AU12L": 1.0})
    assert asked == [Timeline((Key(0.0, {find("happy"): 0.5}, {"AU12L": 1.0}),))]
    assert capsys.readouterr().out == "out.mp4\n"


def test_a_timeline_reaches_the_flow(asked: list[Timeline | Path]) -> None:
    edit_moving.edit_clip(CLIP, OUT, Path("keys.json"), {})
    assert asked == [Path("keys.json")]


def test_what_cannot_be_meant_is_refused(asked: list[Timeline], tmp_path: Path) -> None:
    for timeline, wish, face in (
        (None, {}, 0),
        (tmp_path / "keys.json", {"happy": 1.0}, 0),
        (None, {"happy": 1.0}, "all"),
    ):
        with pytest.raises(InputError):
            edit_moving.edit_clip(CLIP, OUT, timeline, wish, face=face)  # type: ignore[arg-type]
    assert asked == []


def test_a_photo_goes_from_one_to_the_other(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stand_in(*given: object, **options: object) -> list[object]:
        assert given[2:] == ({"confused": 1.0}, {"surprised": 1.0})
        assert options["seconds"] == 2.0
        return [given[1]]

    monkeypatch.setattr(transition, "transition_file", stand_in)
    edit_moving.edit_transition(CLIP, OUT, {"confused": 1.0}, {"surprised": 1.0}, seconds=2.0)
    assert capsys.readouterr().out == "out.mp4\n"
