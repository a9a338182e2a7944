"""Everything that spoils a training is found, at its line; and what a set holds and lacks."""

import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from mien.core.errors import InputError
from mien.landmark.detect import detect
from mien.learn.ffe import jsonl
from mien.learn.ffe.alike import BITS, NEAR, Hashes, apart, hashes
from mien.learn.ffe.check import check
from mien.learn.ffe.deal import dealt
from mien.learn.ffe.files import convert, read_rows
from mien.learn.ffe.row import Person, Picture, Row, Target
from mien.learn.ffe.skin import TONES, ita, ita_of, tone
from mien.learn.ffe.stats import UNKNOWN, lacking, tally, with_skin
from mien.media.image import load_image

Edit = Callable[[Any], object]


def findings(path: Path, **options: bool) -> list[str]:
    return [f"{one.where}: {one.what}" for one in check(path, **options).findings]


def test_a_good_set(small: Path, tmp_path: Path) -> None:
    assert findings(small) == []
    assert len(check(small).rows) == 3
    convert(small, tmp_path / "set.parquet")
    convert(small, tmp_path / "shards" / "set.tar")
    assert findings(tmp_path / "set.parquet") == []
    assert findings(tmp_path / "shards") == []


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (lambda r: r["src"].update(image="pictures/no.png"), "pictures/no.png: there is no such"),
        (lambda r: r["dst"][0]["scores"].update(shy=1.2), "dst[0].scores.shy: 1.2 is no score"),
        (lambda r: r["dst"][0]["scores"].update(shy=float("nan")), "scores.shy: nan is no score"),
        (lambda r: r["dst"][1]["scores"].pop("shy"), "dst[1].scores.shy: is missing"),
        (lambda r: r["dst"][1]["scores"].update(surprised=None), "scores.surprised: is null"),
        (lambda r: r["dst"][1].pop("scores"), "dst[1].scores: there are none: run"),
        (lambda r: r["dst"][0].update(category="feer"), "category 'feer': did you mean fear?"),
        (lambda r: r["dst"].pop(), "dst: 1 target: a row has two"),
        (lambda r: r["dst"][1].update(category="fear"), "dst: fear twice"),
        (lambda r: r["dst"][0].update(boxes=[2, 3, 33, 38]), "leaves the picture of 32 x 40 px"),
        (lambda r: r["src"].update(boxes=[-1, 3, 30, 38]), "src.boxes: [-1, 3, 30, 38] leaves"),
        (lambda r: r["src"].update(boxes=[9, 3, 2, 38]), "is no [left, top, right, bottom]"),
        (lambda r: r["dst"][0].update(identity="eve"), "dst[0].identity: 'eve' is not that of"),
        (lambda r: r["src"].pop("licence"), "src.licence: is missing"),
        (lambda r: r["src"].update(consent=" "), "src.consent: ' ' is no text"),
        (lambda r: r["src"].update(image="/etc/passwd"), "give a path from the folder of"),
        (lambda r: r["dst"][1].update(image="pictures/r1-a.png"), "dst: one picture twice"),
        (lambda r: r["dst"][1].update(image="./pictures/r1-a.png"), "dst: one picture twice"),
        (lambda r: r["dst"][0]["scores"].update(shy=10**400), "is no score from 0 to 1"),
        (lambda r: r["dst"][0].update(asked={"fear": 10**400}), "is no strength"),
        (lambda r: r["src"].update(identity="\ud800"), "src.identity: '\\ud800' is no text"),
        (lambda r: r["dst"][0].update(prompt="\ud800"), "dst[0].prompt: '\\ud800' is no text"),
        (lambda r: r["src"].update(image="\ud800.png"), "src.image: '\\ud800.png' is no path"),
        (lambda r: r.update(generator={"a": ["\ud800"]}), "generator: holds what is no text"),
        (lambda r: r.update(judges=["\ud800"]), "judges: list is no list of names"),
        (lambda r: r.update(id="r0"), "id: r0 is that of"),
        (lambda r: r.update(idd=1), "'idd': unknown field: did you mean id?"),
        (lambda r: r.update(split="trian"), "split 'trian': did you mean train?"),
    ],
)  # fmt: skip
def test_every_problem_at_its_line(small: Path, spoil: Any, edit: Edit, says: str) -> None:
    spoil(2, edit)
    found = findings(small)
    assert len(found) == 1
    assert found[0].startswith(f"{small}:2: ")
    assert says in found[0]


def test_all_problems_of_a_line(small: Path, spoil: Any) -> None:
    def edit(row: Any) -> None:
        row["src"]["image"] = "gone.png"
        row["dst"][0]["scores"]["happy"] = 7
        row["dst"][1]["category"] = "glad"

    spoil(3, edit)
    assert len(findings(small)) == 3


def test_two_targets_of_the_same_bytes(small: Path) -> None:
    first, second = (small.parent / "pictures" / f"r1-{part}.png" for part in "ab")
    second.write_bytes(first.read_bytes())
    (found,) = findings(small)
    assert found.startswith(f"{small}:2: dst: one picture twice")


def test_a_target_of_another_size_needs_its_own_box(small: Path, spoil: Any) -> None:
    picture = small.parent / "pictures" / "r1-b.png"
    Image.open(picture).resize((64, 80)).save(picture)
    assert findings(small) == []
    spoil(2, lambda row: row["dst"][0].pop("boxes"))  # of the size of the source
    assert findings(small) == []
    spoil(2, lambda row: row["dst"][1].pop("boxes"))
    (found,) = findings(small)
    assert "dst[1].boxes: is missing: 64 x 80 px are not the 32 x 40 px" in found


@pytest.mark.parametrize("error", [RuntimeError, NotImplementedError, IndexError])
def test_a_decoder_raises_anything(
    small: Path, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def convert(image: Image.Image, mode: str) -> None:
        raise error("a line of the decoder")

    monkeypatch.setattr(Image.Image, "convert", convert)
    assert len(findings(small)) == 9
    assert all("cannot be decoded: copy or make it again" in one for one in findings(small))


@pytest.mark.parametrize("cut", [0, 20, 200])
def test_a_damaged_picture(small: Path, cut: int) -> None:
    file = small.parent / "pictures" / "r1-b.png"
    file.write_bytes(file.read_bytes()[:cut])
    (found,) = findings(small)
    assert found.startswith(f"{small}:2: dst[1].image: pictures/r1-b.png: cannot be decoded")
    assert len(findings(small, pixels=False)) == (cut < 200)


def test_people_and_pictures_in_two_splits(tmp_path: Path, make_row: Callable[..., Row]) -> None:
    one, two = make_row(tmp_path, "r0"), make_row(tmp_path, "r1", "anna", "test")
    jsonl.write([one, two], tmp_path / "ffe.jsonl")
    assert [line.partition(": split: ")[2] for line in findings(tmp_path / "ffe.jsonl")] == [
        f"'anna' is in test, and in train at {tmp_path}/ffe.jsonl:1"
    ]
    other = make_row(tmp_path, "r2", "ben", "test")
    picture = Image.open(tmp_path / one.src.image)
    picture.save(tmp_path / other.src.image)
    jsonl.write([one, other], tmp_path / "ffe.jsonl")
    assert any("is in train too" in line for line in findings(tmp_path / "ffe.jsonl"))
    picture.putpixel((5, 5), (0, 0, 0))
    picture.save(tmp_path / other.src.image)
    (found,) = findings(tmp_path / "ffe.jsonl")
    assert "is nearly a picture in train" in found
    picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(tmp_path / other.src.image)
    (found,) = findings(tmp_path / "ffe.jsonl")
    assert "is nearly a picture in train" in found


def test_a_damaged_shard(small: Path, tmp_path: Path) -> None:
    (shard,) = convert(small, tmp_path / "shards" / "set.tar")
    content = shard.read_bytes()
    with tarfile.open(shard) as tar:
        boundary = tar.getmembers()[4].offset
    for end in (len(content) // 2, 700, boundary, 0):
        shard.write_bytes(content[:end])
        assert any("is damaged" in line for line in findings(tmp_path / "shards"))


@pytest.mark.parametrize("damage", ["flipped", "zeroed"])
@pytest.mark.parametrize("number", [1, 4, 8, 11])
def test_a_damaged_header_inside_a_shard(
    small: Path, tmp_path: Path, number: int, damage: str
) -> None:
    """To tarfile that is the end of the file."""
    (shard,) = convert(small, tmp_path / "set.tar")
    with tarfile.open(shard) as tar:
        at = tar.getmembers()[number].offset
    content = bytearray(shard.read_bytes())
    content[at : at + 512] = (
        bytes(512)
        if damage == "zeroed"
        else bytes([content[at] ^ 1]) + (content[at + 1 : at + 512])
    )
    shard.write_bytes(content)
    assert any("is damaged: no member begins at" in line for line in findings(shard))
    with pytest.raises(InputError, match=r"is damaged|is missing"):
        read_rows(shard)


@pytest.mark.parametrize("content", [None, b"", b"\xff"])
def test_what_is_no_set(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "a.jsonl").write_bytes(content)
    with pytest.raises(InputError):
        check(tmp_path / "a.jsonl")


def test_a_line_that_is_no_json(small: Path) -> None:
    small.write_text(small.read_text() + "{broken\n")
    (found,) = findings(small)
    assert found.startswith(f"{small}:4: is no JSON")


def test_deal(tmp_path: Path, make_row: Callable[..., Row]) -> None:
    rows = [make_row(tmp_path, f"r{i}", f"p{i // 2}") for i in range(40)]
    rows = [replace(row, split="") for row in rows]
    made = dealt(rows, 0.1, 0.2, seed=1)
    assert made == dealt(rows, 0.1, 0.2, seed=1)
    split_of: dict[str, set[str]] = {}
    for row in made:
        split_of.setdefault(row.src.identity, set()).add(row.split)
    assert all(len(splits) == 1 for splits in split_of.values())
    assert {row.split for row in made} == {"train", "validation", "test"}
    assert {row.split for row in dealt(rows, 0.0, 0.0)} == {"train"}
    with pytest.raises(InputError, match="people for 3 splits"):
        dealt(rows[:3])
    with pytest.raises(InputError, match="leave some to train on"):
        dealt(rows, 0.5, 0.5)


@given(st.integers(0, 2**32), st.sampled_from([(0.1, 0.1), (0.0, 0.2), (0.2, 0.0)]))
def test_nobody_moves_when_others_come_or_go(seed: int, shares: tuple[float, float]) -> None:
    def split_of(people: range) -> dict[str, str]:
        pictures = (Picture(f"{i}.png", f"p{i}", "CC0", "none needed", "noise") for i in people)
        rows = [Row(one.identity, "human", one, (Target(one, "fear"),) * 2) for one in pictures]
        return {row.src.identity: row.split for row in dealt(rows, *shares, seed)}

    some, more = split_of(range(200)), split_of(range(20, 300))
    assert all(more[who] == some[who] for who in {*some} & {*more})
    for name, share in zip(("validation", "test"), shares, strict=True):
        assert list(more.values()).count(name) == pytest.approx(280 * share, abs=40)
    few = [split_of(range(people)) for people in (3, 4, 5)]
    assert all({*one.values()} >= {*some.values()} for one in few)


def test_tally(small: Path) -> None:
    rows = [replace(row, person=Person("female", 30.0, "tan")) for row in read_rows(small)]
    found = tally(rows)
    assert (found.rows, found.people, found.pictures) == (3, 3, 6)
    assert found.counts["category"]["fear"] == 3
    assert sum(found.counts["category"].values()) == 6
    assert found.steps["fear"][3] == 3
    assert found.counts["skin"] == {**dict.fromkeys(TONES, 0), "tan": 3}
    assert found.counts["age"]["30 to 44"] == 3
    lines = lacking(found)
    assert any(line.startswith("category happy: 0 targets, 1 more") for line in lines)
    assert any(line.startswith("fear: nothing of intensity 0 to 0.2") for line in lines)
    assert "skin: not given for 3 people" in lacking(tally(read_rows(small)))
    assert tally([*rows, *rows]).pictures == 6


def test_who_is_missing(small: Path) -> None:
    row = read_rows(small)[0]

    def people(*genders: str, domain: str = "human") -> list[Row]:
        """A row of each person."""
        return [
            replace(row, src=replace(row.src, identity=f"{domain}{i}"), person=Person(one),
                    domain=domain)
            for i, one in enumerate(genders)
        ]  # fmt: skip

    found = tally(people(*["female", "Female", "F", " woman", "w"] * 2))
    assert found.counts["gender"] == {"female": 10, "male": 0}
    assert "gender male: 0 people, 3 more make half of the mean" in lacking(found)
    found = tally(people("female", "M", "man", "Non-binary", ""))
    assert found.counts["gender"] == {"female": 1, "male": 2, "non-binary": 1, UNKNOWN: 1}
    assert not [line for line in lacking(found) if line.startswith("gender ")]
    assert not [line for line in lacking(found) if line.startswith("domain")]
    both = tally([*people(*["f"] * 9), *people("f", domain="anime")])
    assert "domain anime: 1 rows, 2 more make half of the mean" in lacking(both)


def test_ita() -> None:
    light, dark = ita_of(np.array([235.0, 200.0, 180.0])), ita_of(np.array([90.0, 60.0, 45.0]))
    assert light > 41
    assert dark < 10
    # L* 65.4, a* 14.5, b* 17.9 of sRGB (198, 150, 128): arctan(15.4 / 17.9).
    assert ita_of(np.array([198.0, 150.0, 128.0])) == pytest.approx(41.0, abs=1.5)
    assert [tone(angle) for angle in (56, 55, 41, 28, 10, -30)] == list(TONES)


def test_skin_is_measured_where_nobody_gave_it(data: Path, tmp_path: Path) -> None:
    made = []
    for image, skin in (("002.jpg", ""), ("024.jpg", "dark")):
        Image.open(data / "london" / "neutral" / image).resize((300, 300)).save(tmp_path / image)
        picture = Picture(image, image, "CC BY 4.0", "release form", "London")
        target = Target(picture, "happy")
        made.append(Row("r", "human", picture, (target, target), person=Person(skin=skin)))
    first, second = with_skin(made, tmp_path)
    assert first.person.skin in TONES
    assert first.person.ita is not None
    assert (second.person.skin, second.person.ita) == ("dark", None)
    drawn = replace(made[0], domain="anime")
    assert with_skin([drawn], tmp_path) == [drawn]
    assert tally([drawn]).counts["skin"][UNKNOWN] == 1


def test_near_duplicates_of_faces(data: Path) -> None:
    image = load_image(data / "london" / "neutral" / "002.jpg").pixels
    other = load_image(data / "london" / "neutral" / "024.jpg").pixels

    def face(pixels: np.ndarray) -> Hashes:
        pixels = np.ascontiguousarray(pixels)
        return hashes(pixels, detect(pixels, 1)[0].box)

    copy = np.clip(image[::3, ::3].astype(float) * 1.15, 0, 255).astype(np.uint8)
    assert apart(face(image), face(copy)) <= NEAR
    assert apart(face(image), face(other)) > 1.5 * NEAR
    assert apart((0,), (2**BITS - 1,)) == BITS
    for way in (copy[:, ::-1], image[::2, ::-2]):  # however its box comes out
        assert apart(face(way), face(image)) == apart(face(image), face(way)) <= NEAR
        assert (face(way)[0] ^ face(image)[0]).bit_count() > NEAR
        assert apart(face(way), face(other)) > 1.5 * NEAR


def test_darker_skin_has_a_smaller_angle(data: Path) -> None:
    image = load_image(data / "london" / "neutral" / "002.jpg").pixels
    points = detect(image, 1)[0].points
    darker = (image * 0.6).astype(np.uint8)
    assert ita(image, points) > ita(darker, points) + 10
