"""The challenges' logs are read, checked, and written as they were."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.bench.micro.clips import Clip, classes, grouped
from mien.bench.micro.logs import read_clips, read_matches, write_matches
from mien.bench.micro.metrics import confusion
from mien.bench.micro.spans import Marked
from mien.bench.micro.spotting import count, matches
from mien.bench.spotting_metrics import Counts
from mien.core.errors import InputError
from mien.learn import clip_log

LOG = """casme2 sub01
EP1 1 1
EP2 0 1
smic 3
s3_ne_01 0 0
"""
CLIPS = [
    Clip("casme2", "sub01", "EP1", "1", "1"),
    Clip("casme2", "sub01", "EP2", "0", "1"),
    Clip("smic", "3", "s3_ne_01", "0", "0"),
]
word = st.text("abc019_-.", min_size=1, max_size=4)


def is_label(text: str) -> bool:
    return text in {"0", "1", "2"}


def never(text: str) -> bool:
    return False


def test_a_log(tmp_path) -> None:
    path = tmp_path / "log.txt"
    path.write_text(LOG)
    assert read_clips(path, is_label) == CLIPS
    clip_log.write(CLIPS, tmp_path / "again.txt")
    assert (tmp_path / "again.txt").read_text() == LOG
    path.write_text(LOG.replace(" ", ", ").replace("\n", "\r\n\r\n"))
    assert read_clips(path, is_label) == CLIPS


def test_a_csv_says_the_same(tmp_path) -> None:
    path = tmp_path / "loso.csv"
    rows = [f"{c.file},{c.predicted},{c.set},{c.subject},{c.truth}" for c in CLIPS]
    text = "\n".join(["file,Predicted,set,subject,truth", *rows])
    for separator in ",;":
        path.write_text(text.replace(",", separator))
        assert read_clips(path, is_label) == CLIPS


@given(st.lists(st.builds(Clip, word, word, word, word, word), min_size=1, max_size=8))
def test_clips_round_trip(tmp_path_factory, clips) -> None:
    path = tmp_path_factory.mktemp("log") / "log.txt"
    clip_log.write(clips, path)
    keys = [(clip.set, clip.subject, clip.file) for clip in clips]
    if len(set(keys)) < len(keys):
        with pytest.raises(InputError, match="there twice"):
            read_clips(path, never)
    else:

        def order(clip):
            return keys.index((clip.set, clip.subject, clip.file))

        assert sorted(read_clips(path, never), key=order) == clips


@given(st.text(max_size=60))
def test_no_text_breaks_it(tmp_path_factory, text) -> None:
    path = tmp_path_factory.mktemp("log") / "log.txt"
    path.write_text(text, "utf-8", newline="")
    for read in (lambda path: read_clips(path, is_label), read_matches):
        with suppress(InputError):
            assert read(path)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("EP1 1 1\n", "line 1: 'set subject' opens a fold"),
        ("casme2 sub01\nEP1 1 1\nEP2 1 1 1\n", "line 3: 'set subject' opens a fold"),
        ("casme2 sub01\nEP1 1\nEP2 1 1\n", "line 2: 'EP1 1' opens no fold: 1 is a label"),
        ("casme2 sub01\nEP1 1 1\nEP2 0\n", "line 3: 'EP2 0' opens no fold: 0 is a label"),
        ("casme2 sub01\n", "line 1: 'casme2 sub01' opens a fold that has no clip"),
        ("\nEP02_01f 1\n", "line 2: 'EP02_01f 1' opens a fold that has no clip: add 'file truth"),
        (" \n\n", "has no clip"),
        ("casme2 sub01\nEP1 1 1\nEP1 1 0\n", "line 3: clip casme2 sub01 EP1 is there twice"),
        ("set,subject,file,truth\n", "column predicted is missing"),
        ("set,subject,file,truth,predicted\na,b,c,,1\n", "line 2: truth is empty"),
    ],
)
def test_what_is_wrong_with_a_log(tmp_path, text, told) -> None:
    (tmp_path / "log.txt").write_text(text)
    with pytest.raises(InputError) as error:
        read_clips(tmp_path / "log.txt", is_label)
    assert told in str(error.value)
    assert "log.txt" in str(error.value)


def test_subjects_that_are_called_as_labels_are(tmp_path) -> None:
    """In a set that is known, or was seen to be one, that is no clip without its prediction."""
    path = tmp_path / "log.txt"
    path.write_text("mine 1\na 0 0\nmine 2\na 1 1\ncas-me-2 1\nb 0 0\nsmic 0\nc 1 0\n")
    assert [clip.person for clip in read_clips(path, is_label)] == [
        "mine/1", "mine/2", "cas-me-2/1", "smic/0",
    ]  # fmt: skip
    path.write_text("casme2 1\na 0 0\nmine 2\na 1 1\n")
    with pytest.raises(InputError, match="line 3: 'mine 2' opens no fold"):
        read_clips(path, is_label)
    assert len(read_clips(path, never)) == 2


def test_a_name_the_log_has_no_place_for(tmp_path) -> None:
    with pytest.raises(InputError, match="'my clip'"):
        clip_log.write([Clip("a", "b", "my clip", "0", "0")], tmp_path / "log.txt")
    assert not list(tmp_path.iterdir())


def test_classes_by_name_and_by_place(tmp_path) -> None:
    clips = [Clip("a", "b", "c", "Negative", "1"), Clip("a", "b", "d", "0", "positive")]
    assert classes(clips, ("negative", "positive")) == ([0, 0], [1, 1])
    (tmp_path / "log.txt").write_text(LOG.replace("0 1", "0 7"))
    told = r"line 3: 7 is no class: 0 negative, 1 positive \(or name classes with --classes\)"
    with pytest.raises(InputError, match=told):
        classes(read_clips(tmp_path / "log.txt", is_label), ("negative", "positive"))


def test_counts_are_by_person_and_by_set() -> None:
    truth, called = classes(CLIPS, ("negative", "positive"))
    each = [confusion([t], [c], 2) for t, c in zip(truth, called, strict=True)]
    groups = grouped(CLIPS, each)
    assert {name: own.shape[0] for name, own in groups.items()} == {
        "all sets": 2,
        "casme2": 1,
        "smic": 1,
    }
    assert groups["casme2"][0].tolist() == [[0, 1], [0, 1]]
    assert list(grouped(CLIPS[:2], each[:2])) == ["all sets"]


marked = st.builds(
    lambda s, v, on, n, kind: Marked(s, v, on, on + n, kind),
    word,
    word,
    st.integers(-5, 40),
    st.integers(0, 20),
    st.sampled_from(("micro", "macro")),
)


@given(st.lists(marked, max_size=6), st.lists(marked, min_size=1, max_size=6))
def test_spotting_round_trip(tmp_path_factory, predicted, true) -> None:
    path = tmp_path_factory.mktemp("log") / "log.csv"
    rows = matches(predicted, true)
    write_matches(rows, path)
    assert read_matches(path) == rows


def test_a_spotting_log(tmp_path) -> None:
    true = [Marked("a", "v", 0, 9), Marked("a", "v", 50, 59)]
    write_matches(matches([Marked("a", "v", 1, 9), Marked("a", "v", 80, 89)], true), tmp_path / "l")
    assert (tmp_path / "l").read_text().splitlines() == [
        "video,gt_onset,gt_offset,pred_onset,pred_offset,result,subject,kind",
        "v,0,9,1,9,TP,a,micro",
        "v,50,59,,,FN,a,micro",
        "v,,,80,89,FP,a,micro",
    ]


def test_the_challenge_has_six_columns(tmp_path) -> None:
    head = "video,gt_onset,gt_offset,pred_onset,pred_offset,result\n"
    (tmp_path / "log.csv").write_text(head + "v,0,9,0,4,TP\nv,,,7,8,fp\n")
    rows = read_matches(tmp_path / "log.csv")
    assert count(rows) == Counts(tp=1, fp=1, fn=0)
    assert rows[0].either.kind == "micro"


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("v,0,9,0,3,TP", "overlap by less than half"),
        ("v,0,9,,,TP", "TP has both spans"),
        ("v,0,9,0,9,FN", "TP has both spans"),
        ("v,,,,,FN", "TP has both spans"),
        ("v,0,,0,9,TP", "gt_offset is empty"),
        ("v,9,0,0,9,TP", "onset lies behind"),
        (",0,9,0,9,TP", "video is empty"),
    ],
)
def test_a_row_that_contradicts_itself(tmp_path, row, told) -> None:
    head = "video,gt_onset,gt_offset,pred_onset,pred_offset,result\n"
    (tmp_path / "log.csv").write_text(head + row + "\n")
    with pytest.raises(InputError, match=told) as error:
        read_matches(tmp_path / "log.csv")
    assert "log.csv: line 2" in str(error.value)
