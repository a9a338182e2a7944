"""Curves for TensorBoard, read back by what is known of its files alone."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tensorboardX.proto.event_pb2 import Event, SessionLog

from mien.learn.pixelsmile.board import write_board
from mien.learn.pixelsmile.checkpoint import CURVES
from mien.learn.pixelsmile.config import Config
from mien.learn.pixelsmile.examples import Faces
from mien.learn.pixelsmile.judges import judges_of
from mien.learn.pixelsmile.mmdit import small
from mien.learn.pixelsmile.train import BOARD, STRIPS, train

Curve = dict[int, float]


def _events(file: Path) -> Iterator[Event]:
    """Records: length, its check, content, its check (TFRecord)."""
    content = file.read_bytes()
    while content:
        (length,) = struct.unpack("<Q", content[:8])
        event = Event()
        event.ParseFromString(content[12 : 12 + length])
        yield event
        content = content[16 + length :]


def _shown(folder: Path) -> tuple[dict[str, Curve], dict[int, bytes]]:
    """What TensorBoard shows of a folder: curves, and pictures of steps.

    It reads files in the order of their names; a start takes back what was told of its step and
    later ones. A step that is told twice is an error here.
    """
    curves: dict[str, Curve] = {}
    pictures: dict[int, bytes] = {}
    for file in sorted(folder.iterdir()):
        assert "tfevents" in file.name
        for event in _events(file):
            if event.session_log.status == SessionLog.START:
                for kept in (*curves.values(), pictures):
                    for step in [step for step in kept if step >= event.step]:
                        del kept[step]
            for value in event.summary.value:
                if value.HasField("image"):
                    assert event.step not in pictures
                    pictures[event.step] = value.image.encoded_image_string
                else:
                    curve = curves.setdefault(value.tag, {})
                    assert event.step not in curve
                    curve[event.step] = value.simple_value
    return curves, pictures


def _assert_as_in_the_table(out: Path, steps: int) -> None:
    table = np.loadtxt(out / "curves.csv", delimiter=",", skiprows=1)
    curves, pictures = _shown(out / BOARD)
    assert tuple(curves) == CURVES[1:]
    for number, name in enumerate(CURVES[1:], start=1):
        assert list(curves[name]) == list(range(1, steps + 1))
        np.testing.assert_allclose([*curves[name].values()], table[:, number], rtol=1e-5)
    strips = {int(file.stem): file.read_bytes() for file in (out / STRIPS).iterdir()}
    assert pictures == strips


def _train(config: Config, five: Faces, out: Path) -> None:
    made = small("nano", config.seed)
    train(config, made, five, judges_of(config, made), out, watch=[five[0]])


def test_curves_and_strips(tmp_path: Path, five: Faces, config: Config) -> None:
    config = replace(config, steps=5)  # the last part is shorter than the others
    _train(config, five, tmp_path)
    assert len(list((tmp_path / BOARD).iterdir())) == 3
    _assert_as_in_the_table(tmp_path, 5)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_run_that_was_stopped_shows_one_curve(
    tmp_path: Path, five: Faces, config: Config, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    """Stopped before its second checkpoint was written, or after it."""
    from mien.learn.pixelsmile import checkpoint

    save = checkpoint.save

    def stop(path: Path, place: checkpoint.Place, *more: object) -> None:
        if place.step < 4 or when == "after":
            save(path, place, *more)  # type: ignore[arg-type]
        if place.step == 4:
            raise KeyboardInterrupt

    monkeypatch.setattr(checkpoint, "save", stop)
    with pytest.raises(KeyboardInterrupt):
        _train(config, five, tmp_path)
    monkeypatch.setattr(checkpoint, "save", save)
    _train(config, five, tmp_path)
    _assert_as_in_the_table(tmp_path, 6)


def test_a_new_beginning_takes_all_back(tmp_path: Path) -> None:
    rows = [[step, *[float(step)] * 6] for step in range(1, 5)]
    write_board(tmp_path, rows, None)
    write_board(tmp_path, [[1, *[9.0] * 6]], None)
    curves, pictures = _shown(tmp_path)
    assert not pictures
    assert curves["total"] == {1: 9.0}


def test_records_are_checked_as_tensorboard_does(tmp_path: Path) -> None:
    """The masked checksum of a record's length is CRC-32C, not the CRC-32 of zip."""
    write_board(tmp_path, [[1, *[0.5] * 6]], None)
    (file,) = tmp_path.iterdir()
    head = file.read_bytes()[:12]
    (told,) = struct.unpack("<I", head[8:])
    assert told == _masked(_crc32c(head[:8]))
    assert told != _masked(zlib.crc32(head[:8]))


def _masked(crc: int) -> int:
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def _crc32c(content: bytes) -> int:
    crc = 0xFFFFFFFF
    for byte in content:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF
