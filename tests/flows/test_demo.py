"""The demo from end to end on the sample, and its parts without a face."""

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from mien.core import facs
from mien.core.errors import InputError, NoFaceError
from mien.core.face import Event
from mien.flows.demo import demo
from mien.flows.demo.hidden import match
from mien.flows.demo.plots import bars
from mien.flows.demo.sketch import Box, Line, Stroke, Text, to_pixels, to_svg
from mien.media.image import save_image
from mien.media.video import probe
from mien.synth.camera import Camera

TRUTH = Event("micro", 0.9, 0.98, 1.22, 0, {"AU12L": 2.0}, "L", "mouth", 1.0)
DRAWING: list[Stroke] = [
    Box(0, 0, 10, 10, "band"),
    Line(((0.0, 5.0), (40.0, 5.0)), "asked", dash=True),
    Text(20, 15, "a < b & c"),
]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A small demo of the sample: its page, and the steps that were told."""
    steps: list[str] = []
    page = demo(
        tmp_path_factory.mktemp("demo") / "out",
        progress=lambda step, _, __: steps.append(step),
        categories=("happy", "confused"),
        camera=Camera(rate=30.0),
    )
    return page, steps


def test_all_is_there(made: tuple[Path, list[str]]) -> None:
    page, steps = made
    folder = page.parent
    assert (page.name, folder.name) == ("index.html", "out")
    assert [entry.name for entry in folder.parent.iterdir()] == ["out"]
    names = {entry.name for entry in folder.iterdir()}
    assert {"expressions.jpg", "microexpression.jpg", "happy-3.jpg", "confused-1.jpg"} <= names
    assert {"portrait", "expressions", "transition", "hide"} <= set(steps)
    assert probe(folder / "microexpression.mp4").count == 60
    assert probe(folder / "transition.mp4").codec == "h264"


def test_page_needs_nothing_from_elsewhere(made: tuple[Path, list[str]]) -> None:
    page, _ = made
    text = page.read_text(encoding="utf-8")
    assert "http" not in text
    assert "url(" not in text
    assert "$" not in text
    wanted = set(re.findall(r'(?:src|href|poster)="([^"]+)"', text))
    assert wanted
    assert not {name for name in wanted if not (page.parent / name).is_file()}


def test_page_says_what_it_is(made: tuple[Path, list[str]]) -> None:
    text = made[0].read_text(encoding="utf-8")
    for words in ("NASA", "public domain", "scikit-image", "is an edit", "takes it off first"):
        assert words in text
    for moment in ("onset", "apex", "offset"):
        assert f"<td>{moment}</td>" in text


def test_other_peoples_folders_are_safe(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("my own page")
    with pytest.raises(InputError, match="holds other files"):
        demo(tmp_path)
    with pytest.raises(InputError, match="is a file"):
        demo(tmp_path / "index.html")
    assert (tmp_path / "index.html").read_text() == "my own page"


def test_a_photo_without_a_face(tmp_path: Path) -> None:
    photo = tmp_path / "sky.png"
    save_image(photo, np.full((200, 300, 3), 128, np.uint8))
    with pytest.raises(NoFaceError, match=r"sky\.png"):
        demo(tmp_path / "out", photo)
    assert not (tmp_path / "out").exists()


def test_the_nearest_event_is_the_match() -> None:
    early = replace(TRUTH, onset=0.1, apex=0.2, offset=0.4)
    near = replace(TRUTH, onset=0.88, apex=1.0, offset=1.3)
    wide = replace(TRUTH, onset=0.0, apex=1.0, offset=2.0)
    assert match(TRUTH, [early, wide, near]) is near
    assert match(TRUTH, [early]) is None
    assert match(TRUTH, []) is None


def test_bars_put_measured_beside_asked() -> None:
    asked = facs.to_dict(facs.vector({"AU12": 3.0, "AU02L": 2.0}))
    measured = facs.to_dict(facs.vector({"AU12L": 2.0, "AU12R": 4.0, "AU02L": np.nan}))
    strokes, height = bars(asked, measured)
    names = [stroke.words for stroke in strokes if isinstance(stroke, Text)]
    assert names == ["AU02L", "AU02R", "AU12"]
    assert height == 45
    assert sum(isinstance(s, Box) and s.role == "measured" for s in strokes) == 2


def test_a_drawing_is_the_same_on_page_and_picture() -> None:
    root = ET.fromstring(to_svg(DRAWING, 40, 20, 'a "drawing"'))
    assert root.attrib["aria-label"] == 'a "drawing"'
    assert [child.tag for child in root] == ["rect", "polyline", "text"]
    assert root[2].text == "a < b & c"
    pixels = to_pixels(DRAWING, 40, 20, scale=2.0)
    assert pixels.shape == (40, 80, 3)
    assert not np.array_equal(pixels[5, 5], [255, 255, 255])
    assert np.array_equal(pixels[2, 60], [255, 255, 255])
