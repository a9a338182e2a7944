"""Cases become outcomes, a stopped run goes on, and outcomes become figures."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from mien.bench import spot_run, spot_scene
from mien.bench.spot_beside import rows_beside
from mien.bench.spot_cases import matrix
from mien.bench.spot_read import CHANGES, LANDMARKS, LEARNED, MDMD, OURS, changes_for
from mien.bench.spot_rows import rows_of
from mien.bench.spot_run import STORE, Outcome, outcomes
from mien.bench.spot_scene import Filmed
from mien.bench.suites import spot as suite
from mien.core.errors import InputError
from mien.core.face import Event


def event(onset, apex, offset, kind="micro", side="L", aus=None, **more) -> Event:
    return Event(kind, onset, apex, offset, 0, aus or {"AU12L": 1.0}, side, "mouth", 0.9, **more)


def perfect(case, mine: bool = True) -> Outcome:
    """Everybody finds exactly what there is; or nobody anything."""
    now = case.happening
    true = ()
    if now is not None:
        kind = "macro" if case.group == "macro" else "micro"
        true = (event(now.onset, now.apex, now.offset, kind),)
    everyone = (OURS, LEARNED, *CHANGES, LANDMARKS, *MDMD)
    return Outcome(
        case=case.name,
        person=str(case.person % 5),
        frames=round(case.seconds * case.rate),
        true=true,
        accepted=("AU12L",),
        top=(now.apex, now.apex) if now else (0.0, 0.0),
        found=dict.fromkeys(everyone, true if mine else ()),
        took={"film": 1.0, OURS: 1.0},
    )


@pytest.fixture
def faked(monkeypatch, tmp_path):
    """Clips that cost nothing; yields the list of those that were made."""
    made = []
    found = event(1.0, 1.1, 1.3, evidence=((1.0, 0.5),), velocity=math.nan)

    def fake_film(case, data, path):
        made.append(case.name)
        return Filmed("001", 10, np.zeros((4, 4, 3), np.uint8), (found,), frozenset({"AU12L"}))

    monkeypatch.setattr(spot_run, "film", fake_film)
    monkeypatch.setattr(spot_run, "spotted", lambda clip, rest, **_: ({OURS: [found]}, {OURS: 1.0}))
    monkeypatch.setattr(spot_run, "people", lambda data: ["someone"] * 3)
    return made


def test_a_stopped_run_goes_on(faked, tmp_path) -> None:
    cases = matrix()[:4]
    first = dict(outcomes(cases[:3], tmp_path, tmp_path / "out", 1))
    assert set(first) == set(cases[:3])
    store = tmp_path / "out" / STORE
    lines = store.read_text().splitlines()
    assert [json.loads(line)["case"] for line in lines] == faked
    store.write_text("\n".join([*lines[:2], lines[2][:40]]))  # stopped in the middle of a line
    again = dict(outcomes(cases, tmp_path, tmp_path / "out", 1))
    assert set(again) == set(cases)
    assert len(faked) == 3 + 2
    for case in cases[:3]:
        kept, known = again[case], first[case]
        assert kept.found[OURS][0].aus == known.found[OURS][0].aus
        assert kept.accepted == known.accepted == ("AU12L",)
    assert len(store.read_text().splitlines()) == 4


def test_perfect_spotting_holds_everything() -> None:
    done = [(case, perfect(case)) for case in matrix()]
    rows = [*rows_of(done), *rows_beside(done)]
    assert all(row.held for row in rows if row.held is not None)
    asked = [row.figure for row in rows if row.asked]
    assert len(asked) == 4 + 8 + 2 + 2 + 9 + 1
    assert len({row.figure for row in rows}) == len(rows)


def test_blindness_fails_what_asks_for_finding() -> None:
    done = [(case, perfect(case, mine=False)) for case in matrix()]
    rows = [*rows_of(done), *rows_beside(done)]
    f1 = [row for row in rows if row.figure.startswith("micro F1") and row.asked]
    assert len(f1) == 12
    assert not any(row.held for row in f1)
    alarms = [row for row in rows if row.figure.startswith("false")]
    assert all(row.held is not False for row in alarms)


def test_alarms_where_nothing_happens() -> None:
    case = next(case for case in matrix() if case.group == "still")
    outcome = perfect(case)
    outcome.found[OURS] = (event(3.0, 3.1, 3.3), event(5.0, 6.0, 7.0, "macro"))
    rows = {row.figure: row for row in rows_of([(case, outcome)])}
    row = rows["false micro-expressions a minute, still and talking"]
    assert row.measured == "3.00"  # one in a third of a minute
    assert row.held is False


def test_an_apex_on_a_plateau_is_right() -> None:
    case = next(case for case in matrix() if case.group == "clean" and case.rate == 200.0)
    outcome = perfect(case)
    now = case.happening
    late = event(now.onset, now.apex + 0.05, now.offset)
    outcome.found[OURS] = (late,)
    flat = Outcome(**{**vars(outcome), "top": (now.apex, now.apex + 0.1)})
    measured = {
        name: next(r for r in rows_of([(case, one)]) if r.figure.startswith("apex")).measured
        for name, one in (("peak", outcome), ("plateau", flat))
    }
    assert measured["plateau"].startswith("0.0")
    assert measured["peak"].startswith("50.0")


def test_a_share_that_is_none(tmp_path) -> None:
    for share in (0.0, 1.5, math.nan):
        with pytest.raises(InputError, match="--share"):
            suite.run(tmp_path, share=share)


def test_a_case_is_filmed_the_same_twice(data, tmp_path, monkeypatch) -> None:
    case = next(c for c in matrix() if c.name == "clean/30fps/3px/1")
    short = replace(case, seconds=case.happening.offset + 0.1)
    clips = []

    def write(path, pictures, rate, crf):
        clips.append((rate, crf, [(time, pixels) for time, pixels in pictures]))

    monkeypatch.setattr(spot_scene, "write_video", write)
    filmed, again = (spot_scene.film(short, data, tmp_path / "clip.mp4") for _ in range(2))
    (rate, crf, one), (*_, other) = clips
    assert (rate, crf) == (30.0, 10)
    assert len(one) == filmed.frames == len(other)
    assert all(np.array_equal(a, b) for (_, a), (_, b) in zip(one, other, strict=True))
    (true,) = filmed.true
    assert (true.kind, true.onset) == ("micro", case.happening.onset)
    assert true.side == again.true[0].side == case.happening.side
    assert filmed.accepted
    assert filmed.rest.shape == one[0][1].shape


def test_a_real_clip_is_read_by_everybody(data, tmp_path) -> None:
    case = next(c for c in matrix() if c.name == "clean/30fps/3px/0")
    short = replace(case, seconds=case.happening.offset + 0.3)
    ((_, outcome),) = outcomes([short], data, tmp_path, 1)
    assert set(outcome.found) == {OURS, LEARNED, *changes_for(""), LANDMARKS, *MDMD}
    assert outcome.frames == round(30 * short.seconds)
    ((_, kept),) = outcomes([short], data, tmp_path, 1)
    assert kept.case == outcome.case
    assert [event.onset for event in kept.found[OURS]] == [e.onset for e in outcome.found[OURS]]


def test_only_surer_events_are_listed() -> None:
    done = [(case, perfect(case)) for case in matrix()]
    sure = {event.confidence for _, one in done for event in one.found[OURS]}
    (confidence,) = sure
    rows = {row.figure: row for row in rows_beside(done) if "confidence from" in row.figure}
    assert len(rows) == 4 * 6
    for least in (0.0, 0.3, 0.4, 0.5):
        row = rows[f"micro F1, clean, 200 fps, confidence from {least:g}"]
        assert row.measured.startswith("1.000" if confidence >= least else "0.000")


def test_what_the_learned_opinion_leaves_out() -> None:
    done = []
    for case in matrix():
        one = perfect(case)
        if case.group == "quiet" and case.confound == "yaw":
            one = replace(one, found={**one.found, OURS: (event(0.5, 0.6, 0.8),)})
        done.append((case, one))
    rows = {row.figure: row.measured for row in rows_beside(done) if "nothing" in row.figure}
    n = sum(case.confound == "yaw" and case.group == "quiet" for case, _ in done)
    assert rows[f"false micro-expressions in clips of nothing: {OURS}, {LEARNED}"] == f"{n}, 0"
    figure = "micro F1, yaw, clips of nothing counted: "
    assert rows[figure + LEARNED].startswith("1.000")
    true = sum(case.confound == "yaw" and case.group == "confound" for case, _ in done)
    assert rows[figure + OURS].startswith(f"{2 * true / (2 * true + n):.3f}")
