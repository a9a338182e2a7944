"""Who edits: mien's mesh, or a folder of what another one made."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from mien.bench.ffe.editors import editor_named
from mien.core.errors import InputError
from mien.core.seams import unheard
from mien.edit.portrait import faces_of
from mien.judge import seal
from mien.media.image import load_image, save_image


def picture(size: tuple[int, int] = (20, 30), shade: int = 90):
    return np.full((*size, 3), shade, np.uint8)


def edits(folder: Path, *wanted):
    return list(editor_named(str(folder)).edits("002", picture(), None, wanted, unheard))


def test_neither_editor_nor_folder(tmp_path) -> None:
    with pytest.raises(
        InputError, match="unknown editor 'mesch': use mesh, pixelsmile, or a folder"
    ):
        editor_named("mesch")


@pytest.mark.parametrize("file", ["1.png", "1.0.jpg", "1.00.webp"])
def test_a_picture_made_elsewhere(tmp_path, file) -> None:
    save_image(tmp_path / "002" / "happy" / file, picture(shade=200))
    (edit,) = edits(tmp_path, ("happy", 1.0))
    np.testing.assert_allclose(edit, 200, atol=2)


def test_at_another_size_it_is_scaled(tmp_path) -> None:
    for size in ((40, 60), (10, 15)):
        save_image(tmp_path / "002" / "sad" / "0.5.png", picture(size, shade=200))
        (edit,) = edits(tmp_path, ("sad", 0.5))
        np.testing.assert_array_equal(edit, picture(shade=200))


def test_what_is_missing_is_named(tmp_path) -> None:
    with pytest.raises(InputError, match=r"002.sad.0\.25\.png is missing"):
        edits(tmp_path, ("sad", 0.25))


def test_strength_0_is_the_source_unless_there_is_another(tmp_path) -> None:
    np.testing.assert_array_equal(edits(tmp_path, ("sad", 0.0))[0], picture())
    save_image(tmp_path / "002" / "sad" / "0.png", picture(shade=7))
    np.testing.assert_array_equal(edits(tmp_path, ("sad", 0.0))[0], picture(shade=7))


def test_the_fingerprint_of_a_folder_follows_its_pictures(tmp_path) -> None:
    place = tmp_path / "002" / "sad" / "1.png"
    save_image(place, picture())
    before = editor_named(str(tmp_path))
    (tmp_path / "notes.txt").touch()
    assert editor_named(str(tmp_path)).fingerprint == before.fingerprint
    save_image(place, picture(shade=3, size=(31, 30)))
    assert editor_named(str(tmp_path)).fingerprint != before.fingerprint
    assert before.name == tmp_path.name


def test_what_an_editor_is_and_how_far_it_goes(tmp_path) -> None:
    mesh, folder = editor_named("mesh"), editor_named(str(tmp_path))
    assert (mesh.strongest, dict(mesh.details)) == (1.5, {"name": "mesh"})
    assert (folder.strongest, dict(folder.details)) == (3.0, {"name": tmp_path.name})


def test_a_folder_goes_by_its_name_however_it_is_written(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert editor_named(".").name == tmp_path.name


def test_the_fingerprint_of_the_code_is_of_its_content(tmp_path, monkeypatch) -> None:
    for name in ("one", "other"):
        (tmp_path / name / "part").mkdir(parents=True)
        (tmp_path / name / "part" / "a.py").write_text("1")
        (tmp_path / name / "b.py").write_text("2")
    seals = []

    def sealed(name: str) -> str:
        monkeypatch.setattr(seal, "files", lambda _: tmp_path / name)
        return seal.code_seal.__wrapped__("part", "b.py")

    assert sealed("one") == sealed("other")
    (tmp_path / "other" / "part" / "__pycache__").mkdir()
    (tmp_path / "other" / "part" / "__pycache__" / "a.pyc").touch()
    assert sealed("one") == sealed("other")
    (tmp_path / "other" / "b.py").write_text("3")
    seals.append(sealed("other"))
    shutil.move(tmp_path / "other" / "part" / "a.py", tmp_path / "other" / "part" / "c.py")
    seals.append(sealed("other"))
    assert len({sealed("one"), *seals}) == 3
    assert editor_named("mesh").fingerprint == editor_named("mesh").fingerprint


def test_every_part_that_is_sealed_is_there() -> None:
    from importlib.resources import files

    from mien.bench.ffe import editors
    from mien.judge import by_reader

    for part in (*editors._CODE, *by_reader._CODE):
        assert Path(str(files("mien") / part)).exists()


def test_the_mesh_at_strength_0_is_the_picture_as_it_is(data) -> None:
    image = load_image(min((data / "london" / "neutral").glob("*.jpg"))).pixels
    face = faces_of(image, "a photo")[0]
    wanted = [("happy", 0.0), ("happy", 1.0)]
    still, moved = editor_named("mesh").edits("002", image, face, wanted, unheard)
    np.testing.assert_array_equal(still, image)
    assert moved.shape == image.shape
    assert (moved != image).any()
