"""Faces, errors, extras and the silent hook."""

import sys

import numpy as np
import pytest

from mien.core import errors
from mien.core.errors import MienError, MissingExtraError
from mien.core.extras import require
from mien.core.face import N_POINTS, Landmarks
from mien.core.seams import silent


def test_landmarks_check_their_shape() -> None:
    with pytest.raises(ValueError, match=r"\(478, 3\), got \(468, 3\)"):
        Landmarks(np.zeros((468, 3)))


def test_box_and_area() -> None:
    points = np.zeros((N_POINTS, 3))
    points[0], points[1] = (10, 20, -5), (40, 80, 5)
    points[2:] = (20, 30, 0)
    face = Landmarks(points)
    assert face.box == (10, 20, 40, 80)
    assert face.area == 30 * 60
    assert face.xy.shape == (N_POINTS, 2)


def test_every_error_is_in_the_tree_and_has_one_root() -> None:
    family = [
        thing
        for thing in vars(errors).values()
        if isinstance(thing, type) and issubclass(thing, Exception)
    ]
    for kind in family:
        assert issubclass(kind, MienError)
        assert kind.__name__ in (errors.__doc__ or "")


def test_require_gives_the_module() -> None:
    assert require("json.decoder", "demo") is sys.modules["json.decoder"]


def test_require_names_the_extra() -> None:
    with pytest.raises(MissingExtraError, match=r"pip install 'mien\[bench\]'"):
        require("no_such_library.part", "bench")


def test_require_does_not_hide_a_broken_library(tmp_path, monkeypatch) -> None:
    (tmp_path / "broken_library.py").write_text("import something_it_forgot\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="something_it_forgot"):
        require("broken_library", "bench")


def test_silent_says_nothing(capsys) -> None:
    silent("step", 1, None)
    assert capsys.readouterr().out == ""
