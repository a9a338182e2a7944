"""Many inputs: resumable, and nobody waits for one that is damaged."""

import csv
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mien.core.errors import InputError, MediaError, ModelError
from mien.flows import read_many as flow
from mien.flows.read_files import Manner, read_files
from mien.flows.read_many import Many, read_many
from mien.guard.policy import Ground
from mien.media.writer import video_writer


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two clips without a face, a photo without one, and a damaged clip."""
    folder = tmp_path / "in"
    (folder / "sub").mkdir(parents=True)
    for name, count in (("a.mp4", 10), ("sub/a.mp4", 12)):
        with video_writer(folder / name, 25) as writer:
            for i in range(count):
                writer.write(i / 25, np.full((64, 96, 3), 90, np.uint8))
    Image.new("RGB", (64, 64), "grey").save(folder / "grey.png")
    (folder / "broken.mp4").write_bytes((folder / "a.mp4").read_bytes()[:500])
    return folder


@pytest.fixture
def at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """All work is done in this process, which saves starting others."""

    def finished(work: Callable, items: list, *_: object, **__: object):
        yield from ((i, work(item)) for i, item in enumerate(items))

    monkeypatch.setattr(flow, "finished", finished)


def files(out: Path) -> dict[str, bytes]:
    return {p.relative_to(out).as_posix(): p.read_bytes() for p in out.rglob("*") if p.is_file()}


def names(made: Many, out: Path) -> set[str]:
    return {path.relative_to(out).as_posix() for path in made.written}


def test_two_processes_read_what_one_reads(folder: Path, tmp_path: Path) -> None:
    out, told, said = tmp_path / "out", [], []
    made = read_many(
        [folder], out, jobs=2, progress=lambda *step: told.append(step), say=said.append
    )
    assert names(made, out) == {"a", "sub/a"}
    assert {path.name: reason for path, reason in made.failed.items()}.keys() == {
        "broken.mp4",
        "grey.png",
    }
    assert told == [("read", done, 4) for done in range(5)]
    assert sorted(said) == [
        f"{folder / name}: No face was found." for name in ("a.mp4", "sub/a.mp4")
    ]
    with made.table.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["file"] for row in rows} == {str(folder / n) for n in ("broken.mp4", "grey.png")}
    assert all(row["reason"] and "\n" not in row["reason"] for row in rows)
    assert not any(row["reason"].startswith(str(folder)) for row in rows)

    read_files([folder / "a.mp4"], tmp_path / "alone")
    alone = files(tmp_path / "alone" / "a")
    found = files(out / "a")
    assert found.pop(".mien.json")
    assert found == alone


def test_what_is_done_stays(folder: Path, tmp_path: Path, at_home: None) -> None:
    out = tmp_path / "out"
    read_many([folder], out)
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*.csv") if path.parent != out}
    again = read_many([folder], out)
    assert (again.written, again.kept, len(again.failed)) == ((), 2, 2)
    assert before == {path: path.stat().st_mtime_ns for path in before}

    surer = Manner(confidence=0.5)
    assert names(read_many([folder], out, surer), out) == {"a", "sub/a"}
    (out / "a" / "events.json").unlink()
    assert names(read_many([folder], out, surer), out) == {"a"}
    os.utime(folder / "sub" / "a.mp4", ns=(0, 0))
    assert names(read_many([folder], out, surer), out) == {"sub/a"}
    (out / "a" / ".mien.json").write_text("[")
    assert names(read_many([folder], out, surer), out) == {"a"}
    for name in ("broken.mp4", "grey.png"):
        (folder / name).unlink()
    assert not read_many([folder], out, surer).failed
    assert not (out / "failed.csv").exists()


def test_broken_off_it_goes_on(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"

    def stop(step: str, done: int, total: int | None) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_many([folder], out, progress=stop)
    assert (out / "failed.csv").read_text().count("\n") == 2  # broken.mp4 came second
    half = out / "sub" / f".{'0' * 12}.part"
    half.mkdir(parents=True)
    (half / "track.csv").touch()
    made = read_many([folder], out)
    assert (names(made, out), made.kept) == ({"sub/a"}, 1)
    assert not half.exists()


def test_a_bug_fails_one_file(
    folder: Path, tmp_path: Path, at_home: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = flow.read_into

    def read_into(path: Path, *args: object, **kwargs: object):
        if path == folder / "a.mp4":
            raise ZeroDivisionError("division by zero")
        return inner(path, *args, **kwargs)

    monkeypatch.setattr(flow, "read_into", read_into)
    made = read_many([folder], tmp_path / "out")
    assert "please report it: ZeroDivisionError: division by zero" in made.failed[folder / "a.mp4"]
    assert names(made, tmp_path / "out") == {"sub/a"}

    monkeypatch.setattr(flow, "read_into", _no_model)
    with pytest.raises(ModelError):
        read_many([folder], tmp_path / "other")


def _no_model(*_: object, **__: object) -> None:
    raise ModelError("is no model")


def test_strange_folders_stay(folder: Path, tmp_path: Path, at_home: None) -> None:
    out = tmp_path / "out"
    (out / "a").mkdir(parents=True)
    (out / "a" / "diary.txt").write_text("mine")
    made = read_many([folder], out)
    assert "holds other files" in made.failed[folder / "a.mp4"]
    assert (out / "a" / "diary.txt").read_text() == "mine"


@pytest.mark.parametrize(
    ("manner", "said"),
    [
        (Manner(context="workplace"), "Article 5"),
        (Manner(ground=Ground("medical", "x")), "say where"),
        (Manner(neutral="nobody"), "neither a photo nor calibrated"),
    ],
)
def test_refused_before_the_work(folder: Path, tmp_path: Path, manner: Manner, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_many([folder], tmp_path / "out", manner)
    assert not (tmp_path / "out").exists()


def test_a_file_is_no_folder_to_write(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "out").touch()
    with pytest.raises(MediaError, match="is a file"):
        read_many([folder], tmp_path / "out")
