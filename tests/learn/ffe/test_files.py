"""Rows on disk, in three forms."""

import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core import facs
from mien.core.errors import InputError, MissingExtraError
from mien.learn.ffe import jsonl, parquet, shards
from mien.learn.ffe.files import convert, entries, moved, read_rows
from mien.learn.ffe.form import DOMAINS, SPLITS, problems
from mien.learn.ffe.row import CATEGORIES, Person, Picture, Row, Target, row_json, row_of
from mien.learn.ffe.skin import TONES

words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12)
texts = words.filter(str.strip)
unit = st.floats(0, 1)
names = st.from_regex(r"[A-Za-z0-9_-]{1,20}", fullmatch=True)
sides = st.lists(st.floats(-1e4, 1e4), min_size=2, max_size=2, unique=True).map(sorted)
boxes = st.tuples(sides, sides).map(lambda two: (two[0][0], two[1][0], two[0][1], two[1][1]))
paths = st.lists(names, min_size=1, max_size=3).map(lambda parts: "/".join(parts) + ".png")
pictures = st.builds(Picture, paths, texts, texts, texts, texts, st.none() | boxes)
scores = st.just({}) | st.fixed_dictionaries(dict.fromkeys(CATEGORIES, st.none() | unit))
targets = st.builds(
    Target,
    pictures,
    st.sampled_from(CATEGORIES),
    scores,
    st.dictionaries(st.sampled_from(CATEGORIES), st.floats(0, 1.5), max_size=3),
    st.dictionaries(st.sampled_from(facs.COLUMNS), st.floats(0, 5), max_size=5),
    st.text(max_size=10),
)
rows = st.builds(
    Row,
    names,
    st.sampled_from(DOMAINS),
    pictures,
    st.tuples(targets, targets),
    st.sampled_from(("", *SPLITS)),
    st.builds(
        Person,
        st.text(max_size=5),
        st.none() | st.floats(0, 130),
        st.sampled_from(("", *TONES)),
        st.none() | st.floats(-90, 90),
    ),
    st.dictionaries(names, st.none() | st.integers(-5, 5) | texts, max_size=3),
    st.none() | st.integers(0, 2**63 - 1),
    st.lists(texts, max_size=2).map(tuple),
)


@given(rows)
def test_json_and_back(faults: Callable[..., list[str]], row: Row) -> None:
    text = json.dumps(row_json(row))
    assert row_of(json.loads(text)) == row
    assert faults("ffe-row", json.loads(text)) == []


@given(st.lists(rows, min_size=1, max_size=4))
def test_lines_and_parquet_and_back(several: list[Row]) -> None:
    with TemporaryDirectory() as name:
        for form, file in ((jsonl, "a.jsonl"), (parquet, "a.parquet")):
            form.write(several, Path(name) / file)
            assert read_rows(Path(name) / file) == several


@given(rows, st.data())
def test_whatever_is_spoilt_is_told(row: Row, data: st.DataObject) -> None:
    """Any value exchanged for another is a problem or makes a row; never a crash."""
    stored = json.loads(json.dumps(row_json(row)))
    place = stored
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(place[key], dict | list) or not place[key] or data.draw(st.booleans()):
            break
        place = place[key]
    odd = st.none() | st.booleans() | st.floats() | st.text(max_size=3) | st.just([]) | st.just({})
    place[key] = data.draw(odd)
    if not list(problems(stored)):
        assert isinstance(row_of(stored), Row)


def test_shards_and_back(small: Path, tmp_path: Path) -> None:
    rows = read_rows(small)
    written = shards.write(entries(small), tmp_path / "shards" / "ffe.tar", rows=2)
    assert [path.name for path in written] == ["ffe-00000.tar", "ffe-00001.tar"]
    with tarfile.open(written[0]) as tar:
        assert tar.getnames() == [
            f"r{n}.{part}" for n in (0, 1) for part in ("json", "src.png", "a.png", "b.png")
        ]
    assert read_rows(tmp_path / "shards") == rows
    (again,) = convert(tmp_path / "shards", tmp_path / "again" / "ffe.jsonl")
    assert read_rows(again) == rows
    for row in rows:
        for picture in row.pictures:
            before, after = (folder / picture.image for folder in (small.parent, again.parent))
            assert after.read_bytes() == before.read_bytes()


def test_nobody_who_is_gone_stays_beside(small: Path, tmp_path: Path) -> None:
    shards.write(entries(small), tmp_path / "shards" / "ffe.tar")
    out = tmp_path / "again" / "ffe.jsonl"
    convert(tmp_path / "shards", out)
    convert(tmp_path / "shards", out)  # the same again is no harm
    image = out.parent / read_rows(out)[0].src.image
    left = image.with_name("somebody.png")
    left.write_bytes(image.read_bytes())
    with pytest.raises(InputError, match=r"somebody\.png: belongs to none"):
        convert(tmp_path / "shards", out)


def test_fewer_shards_take_the_place_of_more(small: Path, tmp_path: Path) -> None:
    out = tmp_path / "shards" / "ffe.tar"
    shards.write(entries(small), out, rows=1)
    others = [out.with_name(name) for name in ("ffe-big-00001.tar", "ffe-1.tar", "ffe-00002.txt")]
    for other in others:
        other.write_bytes(b"")
    shards.write(entries(small), out, rows=2)
    kept = [out.with_name(name) for name in ("ffe-00000.tar", "ffe-00001.tar")]
    assert sorted(out.parent.iterdir()) == sorted([*others, *kept])
    with pytest.raises(InputError, match="one of its shards"):
        convert(kept[0], out)


def test_an_id_twice_is_no_shard(small: Path, spoil, tmp_path: Path) -> None:
    out = tmp_path / "ffe.tar"
    before = [path.read_bytes() for path in shards.write(entries(small), out, rows=1)]
    spoil(2, lambda row: row.update(id="r0"))
    with pytest.raises(InputError, match=r"ffe.jsonl:2: id: r0 is there already"):
        shards.write(entries(small), out, rows=1)
    assert [path.read_bytes() for path in shards.named(out)] == before
    assert not list(tmp_path.glob(".*"))


def test_a_row_twice_in_a_shard(small: Path, tmp_path: Path) -> None:
    (shard,) = convert(small, tmp_path / "s.tar")
    with tarfile.open(shard) as tar:
        files = [(member, tar.extractfile(member).read()) for member in tar.getmembers()[:4]]
    with tarfile.open(shard, "w") as tar:
        for member, content in (*files, *files):
            tar.addfile(member, io.BytesIO(content))
    with pytest.raises(InputError, match="r0: is there twice"):
        read_rows(shard)


def test_same_rows_make_the_same_shard(small: Path, tmp_path: Path) -> None:
    first, second = (convert(small, tmp_path / name / "s.tar")[0] for name in ("a", "b"))
    assert first.read_bytes() == second.read_bytes()


def test_a_shard_cannot_write_elsewhere(small: Path, spoil, tmp_path: Path) -> None:
    (small.parent.parent / "out.png").write_bytes(b"picture")
    spoil(1, lambda row: row["src"].update(image="../out.png"))
    convert(small, tmp_path / "shards" / "s.tar")
    with pytest.raises(InputError, match="leads out of"):
        convert(tmp_path / "shards", tmp_path / "deep" / "er" / "ffe.jsonl")
    assert not (tmp_path / "deep" / "out.png").exists()


def test_paths_follow_the_file(small: Path, tmp_path: Path) -> None:
    (made,) = convert(small, tmp_path / "other" / "deep" / "ffe.parquet")
    row = read_rows(made)[0]
    assert row.src.image == "../../set/pictures/r0-src.png"
    assert (made.parent / row.src.image).is_file()
    assert moved(row, made.parent, small.parent) == read_rows(small)[0]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("none.jsonl", None, "no such file"),
        ("a.jsonl", b"", "no rows"),
        ("a.jsonl", b"\xff\xfe", "UTF-8"),
        ("a.jsonl", b"{", "a.jsonl:1: is no JSON"),
        ("a.jsonl", b'{"id": "a", "id": "b"}', "there twice"),
        ("a.jsonl", b"[" * 100_000, "a.jsonl:1: is no"),
        ("a.jsonl", b'\n\n{"id": "a"}', "a.jsonl:3: domain: is missing"),
        ("a.parquet", b"PAR1", "no Parquet"),
        ("a.tar", b"x" * 2000, "is damaged"),
    ],
)
def test_what_is_no_set(tmp_path: Path, name: str, content: bytes | None, says: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=says) as raised:
        read_rows(tmp_path / name)
    assert "\n" not in str(raised.value)


def test_other_columns(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    pq.write_table(pa.table({"id": ["a"]}), tmp_path / "a.parquet")
    with pytest.raises(InputError, match="columns are others"):
        read_rows(tmp_path / "a.parquet")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda row: row.update(generator="{"), "row 1: generator: is no JSON"),
        (lambda row: row["dst"].__setitem__(1, None), r"row 1: dst\[1\].image: is missing"),
        (lambda row: row.update(dst=None), "row 1: dst: 0 targets"),
        (lambda row: row["src"].update(identity=None), "row 1: src.identity: is missing"),
    ],
)
def test_odd_values_in_columns(small: Path, tmp_path: Path, change, says: str) -> None:
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    (made,) = convert(small, tmp_path / "a.parquet")
    table = pq.read_table(made)
    rows = table.to_pylist()
    change(rows[0])
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), made)
    with pytest.raises(InputError, match=says):
        read_rows(made)


def test_a_column_that_is_no_text(small: Path, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    (made,) = convert(small, tmp_path / "a.parquet")
    pq.write_table(pq.read_table(made), made, compression="none", use_dictionary=False)
    content = made.read_bytes()
    made.write_bytes(content.replace(b"noise", b"noi\xffe"))
    with pytest.raises(InputError, match="no Parquet file that can be read"):
        read_rows(made)


def test_without_pyarrow(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(module: str, extra: str) -> None:
        raise MissingExtraError(f"this needs {module}: pip install 'mien[{extra}]'")

    monkeypatch.setattr(parquet, "require", missing)
    with pytest.raises(MissingExtraError, match="parquet"):
        convert(small, tmp_path / "a.parquet")


@pytest.mark.parametrize("out", ["set/ffe.jsonl", "a.csv"])
def test_what_cannot_be_written(small: Path, tmp_path: Path, out: str) -> None:
    before = small.read_bytes()
    with pytest.raises(InputError, match=r"give another name|\.jsonl, \.parquet or \.tar"):
        convert(small, tmp_path / out)
    assert small.read_bytes() == before
