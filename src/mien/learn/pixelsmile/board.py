"""Curves and strips as TensorBoard shows them: files of records, whole or not there at all."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from time import time, time_ns
from typing import Any

from PIL import Image

from mien.learn.pixelsmile.checkpoint import CURVES
from mien.media.files import atomic


def write_board(folder: Path, rows: Sequence[Sequence[float]], strip: Path | None) -> None:
    """Add a file of events.

    It begins by saying that what was told of its first step and later ones no longer holds: so a
    run that was stopped between this and its checkpoint still shows one curve.

    Args:
        folder: for TensorBoard.
        rows: of the curves since the last checkpoint, at least one.
        strip: a PNG, made after the last of them; None where there is none.

    Raises:
        MediaError: the file cannot be written.
    """
    from tensorboardX import RecordWriter

    # TensorBoard knows them by the middle of the name, and reads them in the order of names.
    with atomic(folder / f"events.out.tfevents.{time_ns()}") as part:
        records = RecordWriter(str(part))
        for event in _events(rows, strip):
            records.write(event.SerializeToString())
        records.close()


def _events(rows: Sequence[Sequence[float]], strip: Path | None) -> Iterator[Any]:
    from tensorboardX.proto.event_pb2 import Event, SessionLog
    from tensorboardX.proto.summary_pb2 import Summary

    first, last, now = int(rows[0][0]), int(rows[-1][0]), time()
    yield Event(wall_time=now, file_version="brain.Event:2")
    yield Event(wall_time=now, step=first, session_log=SessionLog(status=SessionLog.START))
    for step, *told in rows:
        values = [
            Summary.Value(tag=name, simple_value=value)
            for name, value in zip(CURVES[1:], told, strict=True)
        ]
        yield Event(wall_time=now, step=int(step), summary=Summary(value=values))
    if strip is not None:
        with Image.open(strip) as shown:
            width, height = shown.size
        image = Summary.Image(
            encoded_image_string=strip.read_bytes(), width=width, height=height, colorspace=3
        )
        value = Summary.Value(tag="strip", image=image)
        yield Event(wall_time=now, step=last, summary=Summary(value=[value]))
