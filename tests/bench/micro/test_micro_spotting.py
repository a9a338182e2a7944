"""Spotting over tables of many subjects."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.bench.micro.spans import Marked, read_clips, read_labels, read_predicted
from mien.bench.micro.spotting import count, f1, kinds_in, matches
from mien.bench.spotting_metrics import Counts
from mien.core.errors import InputError

marked = st.builds(
    lambda s, v, on, n, kind: Marked(s, v, on, on + n, kind),
    st.sampled_from("ab"),
    st.sampled_from("vw"),
    st.integers(-5, 40),
    st.integers(0, 20),
    st.sampled_from(("micro", "macro")),
)


def test_counts_by_hand() -> None:
    true = [
        Marked("a", "v", 0, 19),
        Marked("a", "v", 30, 39),
        Marked("b", "v", 0, 99, "macro"),
        Marked("b", "w", 0, 9),
    ]
    predicted = [
        Marked("a", "v", 0, 9),  # 10 of 20 frames: half is enough
        Marked("a", "v", 1, 19),  # the closer one: this is the hit, the other a false alarm
        Marked("a", "v", 36, 45),  # 4 of 16 frames
        Marked("b", "v", 0, 99, "micro"),  # the right frames, the wrong kind
        Marked("a", "w", 0, 9),  # the clip of somebody else
    ]
    rows = matches(predicted, true)
    assert count(rows, "micro") == Counts(tp=1, fp=4, fn=2)
    assert count(rows, "macro") == Counts(tp=0, fp=0, fn=1)
    assert count(rows) == Counts(1, 4, 3)
    hit = next(row for row in rows if row.result == "TP")
    assert (hit.truth, hit.predicted) == (true[0], predicted[1])
    assert kinds_in(rows) == ["micro", "macro", "all"]
    # 2 / (2 + 4 + 3), and not the mean over clips
    assert f1(rows).value == pytest.approx(2 / 9)


@given(st.lists(marked, max_size=8), st.lists(marked, max_size=8))
def test_every_span_is_told_once(predicted, true) -> None:
    rows = matches(predicted, true)
    key = Marked.__repr__
    assert sorted((row.truth for row in rows if row.truth), key=key) == sorted(true, key=key)
    found = [row.predicted for row in rows if row.predicted]
    assert sorted(found, key=key) == sorted(predicted, key=key)
    counts = count(rows)
    assert counts.tp + counts.fp == len(predicted)
    assert counts.tp + counts.fn == len(true)
    turned = count(matches(true, predicted))
    assert (turned.tp, turned.fp, turned.fn) == (counts.tp, counts.fn, counts.fp)


@given(st.lists(marked, min_size=1, max_size=8, unique=True))
def test_what_is_right_is_right(true) -> None:
    assert f1(matches(true, true)).value == 1


def test_intervals_resample_subjects() -> None:
    true = [Marked(who, "v", 0, 9) for who in "abcd"]
    rows = matches([*true[:3], Marked("d", "v", 50, 59)], true)
    found = f1(rows)
    assert found.value == pytest.approx(6 / 8)
    assert found.low < found.value < found.high == 1
    assert math.isnan(f1(rows[:1]).low)


def write(path, *lines) -> object:
    path.write_text("\n".join(lines) + "\n")
    return path


def test_tables_are_read(tmp_path) -> None:
    labels = read_labels(
        write(
            tmp_path / "labels.csv",
            "\ufeffSubject, Video ,onset,offset,kind,note",
            "a,v,3,12.0,MICRO,x",
            "",
            "a,v,40,90,macro,",
        )
    )
    assert labels == [Marked("a", "v", 3, 12), Marked("a", "v", 40, 90, "macro")]
    predicted = write(tmp_path / "p.csv", "video,onset,offset", "v,-3,12")
    assert read_predicted(predicted, [("a", "v")]) == [Marked("a", "v", -3, 12)]
    nothing = write(tmp_path / "none.csv", "video,onset,offset")
    assert read_predicted(nothing, [("a", "v")]) == []


def test_events_of_mien_are_predictions(tmp_path) -> None:
    from mien.export.events_csv import Spotted
    from mien.export.events_csv import write as write_events

    event = Spotted("v", 3, 12, 7, "micro", ("AU12L",), "L", 0, 0.5)
    write_events([event], tmp_path / "events.csv")
    assert read_predicted(tmp_path / "events.csv", [("a", "v")]) == [Marked("a", "v", 3, 12)]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["subject,video,onset"], "column offset is missing"),
        (["subject,video,onset,offset,onset", "a,v,1,2,3"], "column onset is there twice"),
        (["subject,video,onset,offset"], "has no row"),
        ([""], "first line must name the columns"),
        (["subject,video,onset,offset", "a,v,1"], "line 2: has 3 columns, the first line 4"),
        (["subject,video,onset,offset", "a,v,1,2", "a,v,x,2"], "line 3: onset: 'x' is no number"),
        (["subject,video,onset,offset", "a,v,1.5,2"], "line 2: onset: 1.5 is no whole frame"),
        (["subject,video,onset,offset", "a,v,inf,inf"], "line 2: onset: 'inf' is no number"),
        (["subject,video,onset,offset", "a,v,5,2"], "line 2: onset 5 lies behind offset 2"),
        (["subject,video,onset,offset", "a,,1,2"], "line 2: video is empty"),
        (["subject,video,onset,offset,kind", "a,v,1,2,tiny"], "kind tiny: write micro or macro"),
        (["subject,video,onset,offset", "a,v,1,2", "a,v,1,2"], "line 3: is the same label as"),
    ],
)
def test_what_is_wrong_with_labels(tmp_path, lines, told) -> None:
    path = write(tmp_path / "labels.csv", *lines)
    with pytest.raises(InputError, match=r"labels\.csv") as error:
        read_labels(path)
    assert told in str(error.value)


def test_a_clip_must_be_known(tmp_path) -> None:
    path = write(tmp_path / "p.csv", "video,onset,offset", "v,1,2")
    for clips, told in (
        ([], "whose it is is not known"),
        ([("a", "v"), ("b", "v")], "several subjects have one"),
    ):
        with pytest.raises(InputError, match=f"line 2: video v: {told}"):
            read_predicted(path, clips)
    named = write(tmp_path / "n.csv", "subject,video,onset,offset", "c,v,1,2")
    assert read_predicted(named, [("a", "v")])[0].subject == "c"
    with pytest.raises(InputError, match="line 2: video v of subject c is not in the list"):
        read_predicted(named, [("a", "v")], closed=True)


def test_lengths(tmp_path) -> None:
    path = write(tmp_path / "clips.csv", "subject,video,seconds", "a,v,30", "a,w,45.5")
    assert read_clips(path) == {("a", "v"): 30, ("a", "w"): 45.5}
    for line, told in (("a,v,0", "no length"), ("a,w,1\na,w,1", "there twice")):
        with pytest.raises(InputError, match=told):
            read_clips(write(path, "subject,video,seconds", line))


def test_files_that_are_none(tmp_path) -> None:
    (tmp_path / "bytes.csv").write_bytes(b"subject,video\xff\xfe\n")
    (tmp_path / "empty.csv").write_bytes(b"")
    for name, told in (("bytes", "UTF-8"), ("empty", "empty"), ("nowhere", "no such file")):
        with pytest.raises(InputError, match=told):
            read_labels(tmp_path / f"{name}.csv")


def test_where_it_comes_from_is_not_what_it_is() -> None:
    one = Marked("a", "v", 1, 2, where="x: line 2")
    assert one == replace(one, where="y: line 9")
