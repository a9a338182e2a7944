"""The page of a reading: from a clip that is made for it, so that what it must show is known."""

import math
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.capture.evidence import support
from mien.capture.quality import Quality, quality_of
from mien.capture.verdict import LEVELS, Verdict
from mien.core.face import Event, Opinion
from mien.core.facs import COLUMNS
from mien.core.seams import silent
from mien.core.signal import Interval, Track
from mien.flows.report import write_report
from mien.flows.report.cards import card
from mien.flows.report.curves import thinned
from mien.flows.report.events import events_section
from mien.flows.report.moving import Moving, moving
from mien.flows.report.pictures import stamped
from mien.flows.report.shots import shots_of
from mien.flows.report.strip import in_words, lanes, strip, whole_clip
from mien.media.video import frames, probe
from mien.media.writer import write_video

SIDE, IOD, RATE, COUNT = 240, 70.0, 100.0, 60
MIDDLE = (120.0, 90.0)  # px, midpoint of the pupils
CORNER = (MIDDLE[0] + 0.42 * IOD, MIDDLE[1] + 1.0 * IOD)  # px, the left corner of the mouth, about
PEAK = 1.2  # px
MICRO = Event(
    "micro", 0.20, 0.30, 0.45, 0, {"AU12L": 0.4}, "L", "mouth", 0.8, 0.4,
    tuple((t / 100, 8.0 * math.exp(-(((t - 30) / 8) ** 2))) for t in range(15, 55)),
    (("happy", 0.6), ("contempt", 0.3)), "The left lip corner rises.",
)  # fmt: skip
EARLY = Event("macro", 0.0, 0.0, 0.1, 0, {"AU04L": 1.0}, "L", "brow", 0.5)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Textured skin that wanders; beside the mouth it moves by PEAK px at 0.30 s."""
    random = np.random.default_rng(1)
    grain = sum(
        cv2.GaussianBlur(random.standard_normal((SIDE, SIDE, 3)), (0, 0), s) * s for s in (1.5, 5)
    )
    skin = np.clip(128 + 40 * grain, 0, 255).astype(np.uint8)
    y, x = np.mgrid[:SIDE, :SIDE].astype(np.float32)
    bump = np.exp(-0.5 * ((x - CORNER[0]) ** 2 + (y - CORNER[1]) ** 2) / (0.25 * IOD) ** 2)

    def picture(i: int) -> np.ndarray:
        height = PEAK * math.exp(-(((i / RATE - 0.30) / 0.05) ** 2))
        drift = 0.02 * i
        return cv2.remap(
            skin, (x - drift).astype(np.float32), (y + height * bump).astype(np.float32),
            cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE,
        )  # fmt: skip

    path = tmp_path_factory.mktemp("clip") / "a<b> & c.mp4"
    write_video(path, ((i / RATE, picture(i)) for i in range(COUNT)), rate=RATE, crf=8)
    return path


def track_of(count: int = COUNT, rate: float = RATE) -> Track:
    time = np.arange(count) / rate
    random = np.random.default_rng(2)
    place = np.stack([MIDDLE[0] + 2.0 * time, np.full(count, MIDDLE[1]), np.full(count, IOD)], 1)
    return Track(
        time=time, pts=np.arange(count), frame=np.arange(count),
        face=np.zeros(count, dtype=np.int64), status=np.full(count, "ok", dtype="<U12"),
        confidence=np.ones(count), pose=np.zeros((count, 3)),
        position=place + 0.2 * random.standard_normal((count, 3)),
        aus=0.05 * random.random((count, len(COLUMNS))),
    )  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def _short_previews() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mien.flows.report.shots._STEPS", 7)
        yield


@pytest.fixture(scope="module")
def shown(clip: Path) -> Moving:
    ((_, shots),) = shots_of(clip, track_of(), [MICRO], frozenset({0}))
    found = moving(shots, MICRO.aus)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def page(clip: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("page")
    track = track_of()
    told: list[tuple[str, int, int | None]] = []
    write_report(
        folder / "report.html", clip, track, [EARLY, MICRO], judged(track),
        allowed="art, with <people>", previews=folder / "magnified",
        progress=lambda *step: told.append(step),
    )  # fmt: skip
    assert told == [("pictures", done, 2) for done in range(3)]
    (preview,) = (folder / "magnified").iterdir()
    assert preview.name == "event-2.mp4"
    assert (probe(preview).width, probe(preview).height) == (384, 384)
    return (folder / "report.html").read_text(encoding="utf-8")


def judged(track: Track) -> Quality:
    quality = quality_of(track, 1)
    checks = (
        Verdict("blur", "poor", Interval(0.3, 0.4), 0.5, "Half as sharp as usual.", "Hold still."),
        Verdict("frame rate", "good", None, 100.0, "100 frames a second."),
        Verdict("flicker", "usable", None, 0.03, "Light <ripples>.", "Use a DC lamp."),
    )
    return replace(quality, checks=checks)


class _Balance(HTMLParser):
    """Reads a page and checks that what opens is closed."""

    VOID = ("meta", "img", "br", "input", "rect", "line", "polyline")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.addresses: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.addresses += [v or "" for k, v in attrs if k in ("src", "href")]
        self.ids += [v or "" for k, v in attrs if k == "id"]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag


def test_the_movement_is_found_where_and_as_large_as_it_is(shown: Moving) -> None:
    assert shown.largest == pytest.approx(PEAK, rel=0.25)
    assert shown.noise < 0.3 * PEAK
    density = 384 / 3.0
    at = np.array([192 + 0.42 * density, 192 - 0.45 * density + 1.0 * density])
    hot = shown.marked.astype(int).sum(axis=2) - 3 * shown.marked.min(axis=2).astype(int)
    y, x = np.unravel_index(
        np.argmax(cv2.GaussianBlur(hot.astype(np.float32), (0, 0), 6)), (384,) * 2
    )
    assert np.hypot(x - at[0], y - at[1]) < 0.3 * density


def test_the_preview_moves_further_and_says_so(shown: Moving, page: str) -> None:
    assert shown.alpha >= 4
    times = [time for time, _ in shown.preview]
    assert times == sorted(times)
    assert times[0] < MICRO.onset < MICRO.offset < times[-1]
    assert f"motion magnified {shown.alpha} times" in page
    assert page.count("data:image/webp") == 1
    assert len(re.findall(r"data:image/webp[^\"]*", page)[0]) < 300_000


def test_page_is_whole_and_alone(page: str) -> None:
    parser = _Balance()
    parser.feed(page)
    assert parser.open == []
    assert len(parser.ids) == len(set(parser.ids))
    assert all(a.startswith(("data:", "#")) for a in parser.addresses)
    assert {a[1:] for a in parser.addresses if a.startswith("#")} <= set(parser.ids)
    assert "a&lt;b&gt; &amp; c.mp4" in page
    assert "Light &lt;ripples&gt;." in page


def test_page_says_what_was_read(page: str) -> None:
    for words in ("2 · Micro-expression", "The left lip corner rises.", "Hold still.", "✕ poor"):
        assert words in page
    assert page.index("<b>AU12L</b>") < page.index("happy 60%") < page.index("no statement about")
    assert "contempt 30%; others or none of these 10%" in page
    assert "art, with &lt;people&gt;. A name says" in page
    assert "not seen at rest before" in page  # of the event with which the clip begins
    assert "prefers-reduced-motion" in page


def test_the_network_is_asked_where_rest_was_seen(
    clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def agreement(rest, apex):
        asked.append((len(rest), len(apex)))
        assert rest[0][0].shape == apex[0][0].shape == (384, 384, 3)
        assert rest[0][1].shape == (478, 3)
        return {"AU12L": 1.0}

    monkeypatch.setattr("mien.flows.report.opinion.agreement", agreement)
    monkeypatch.setattr("mien.flows.report.events._PREVIEWS", 0)
    section, after = events_section(clip, track_of(), {1: EARLY, 2: MICRO}, 1, None, silent)
    assert asked == [(2, 1)]
    assert after == {1: EARLY, 2: replace(MICRO, support=support(MICRO, {"AU12L": 1.0}))}
    assert section.count("Second opinion") == 1


@pytest.mark.parametrize(
    ("opinion", "said"),
    [
        (Opinion({"AU12L": 0.98, "AU06L": 0.8}, {"I": 0.96, "none": 0.04}, False),
         "Learned opinion: AU12L 98%, AU06L 80%; objective class I 96%."),
        (Opinion({}, {"none": 0.7, "I": 0.3}, False), "no unit; no expression 70%."),
        (Opinion({"AU04L": 0.6}, {"IV": 0.4, "III": 0.3}, True), "AU04L 60%; unsure of the class."),
    ],
)  # fmt: skip
def test_a_learned_opinion_in_words(opinion: Opinion, said: str) -> None:
    assert said in card(1, replace(MICRO, learned=opinion), None, None, 1)
    assert "Learned" not in card(1, MICRO, None, None, 1)


def test_the_page_says_what_a_learned_opinion_rests_on(
    clip: Path, page: str, tmp_path: Path
) -> None:
    track = track_of()
    asked = replace(EARLY, learned=Opinion({"AU04L": 0.9}, {"III": 0.98}, False))
    write_report(tmp_path / "report.html", clip, track, [asked], judged(track))
    foot = (tmp_path / "report.html").read_text("utf-8").partition("What this page says")[2]
    assert "no real micro-expression" in foot
    assert "objective class" in foot
    assert "no real micro-expression" not in page  # none was asked for there


@pytest.mark.parametrize(
    ("level", "said"),
    [
        (3.54, "bears it out, +3.5 noise levels"),
        (-0.4, "says nothing clear, −0.4"),
        (-2.0, "speaks against it"),
        (math.nan, ""),
    ],
)
def test_a_second_opinion_in_words(level: float, said: str) -> None:
    page = card(1, replace(MICRO, support=level), None, None, 1)
    assert said in page
    assert ("Second opinion" in page) == bool(said)


def test_an_event_that_goes_on_unseen_has_no_length() -> None:
    assert "250 ms, of them 100 ms rising" in card(1, MICRO, None, None, 1)
    cut = replace(MICRO, offset=MICRO.evidence[-1][0])
    page = card(1, cut, None, None, 1)
    assert "0.200 to 0.540 s, which is not all of it: more than 340 ms." in page
    assert "rising" not in page


def test_a_face_that_was_lost_has_no_pictures(clip: Path) -> None:
    track = track_of()
    track.position[25:36] = np.nan
    assert list(shots_of(clip, track, [MICRO], frozenset())) == []


def test_a_clip_is_read_no_further_than_needed(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def counted(path: Path):
        for frame in frames(path):
            seen.append(frame.index)
            yield frame

    monkeypatch.setattr("mien.flows.report.shots.frames", counted)
    list(shots_of(clip, track_of(), [MICRO], frozenset()))
    assert seen[-1] == 45


def test_a_long_clip_makes_no_long_page(clip: Path, tmp_path: Path) -> None:
    track = track_of(60_000, 100.0)
    spans = [Interval(t, t + 0.2) for t in np.arange(0, 599, 0.5)]
    events = [
        replace(
            MICRO, onset=s.start, apex=s.start + 0.1, offset=s.end, evidence=MICRO.evidence * 50
        )
        for s in spans
    ]
    checks = tuple(
        Verdict("blur", LEVELS[i % 3], span, 1.0, "Something.", "Do.")
        for i, span in enumerate(spans)
    )
    quality = replace(quality_of(track, 1), checks=checks)
    write_report(tmp_path / "report.html", clip, track, events, quality)
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    own = len(text) - len(text[text.index("<script>") : text.index("</script>")])
    assert own < 3_000_000
    assert text.count('<article class="card') == 24


@given(
    st.lists(st.floats(-1, 5) | st.just(math.nan), min_size=1, max_size=400),
    st.integers(4, 60),
    st.randoms(use_true_random=False),
)
def test_thinning_keeps_every_peak(values: list[float], most: int, random) -> None:
    course, time = np.array(values), np.arange(len(values), dtype=float)
    near = np.array([random.random() < 0.2 for _ in values])
    some, kept = thinned(time, course, near, most)
    assert len(some) == len(kept) <= max(len(values), 3 * most + 2 * np.diff(near).sum() + 4)
    assert (np.diff(some) >= 0).all()
    if np.isfinite(course).any():
        assert (np.nanmin(kept), np.nanmax(kept)) == (np.nanmin(course), np.nanmax(course))
    else:
        assert np.isnan(kept).all()


@given(
    st.lists(st.tuples(st.sampled_from(LEVELS), st.floats(0, 1800), st.floats(0, 60)), max_size=300)
)
def test_the_strip_hides_no_defect(found: list[tuple[str, float, float]]) -> None:
    checks = [
        Verdict("blur", level, Interval(start, start + length), 1.0, "Why.", "What to do.")
        for level, start, length in found
    ]
    drawn = strip(checks, 1860.0)
    levels = {level for level, _, _ in found}
    assert set(re.findall(r'class="bar (\w+)"', drawn)) == levels
    assert drawn.count("<button") <= 3 * 150
    if levels:
        assert f">{'✓~✕'[max(map(LEVELS.index, levels))]} {max(levels, key=LEVELS.index)}<" in drawn
    assert ("<details>" in in_words(checks)) == bool(levels - {"good"})


def test_nothing_to_say_is_nothing_said() -> None:
    assert (strip([], 1.0), whole_clip([]), in_words([]), lanes({}, set(), 1.0, 1)) == ("",) * 4


@pytest.mark.parametrize("side", [64, 384])
def test_a_stamp_fits(side: int) -> None:
    words = "motion magnified 10 times, 12 times slower: not raw"
    shown = stamped(np.full((side, side, 3), 200, np.uint8), words)
    foot = np.flatnonzero((shown != 200).any(axis=(1, 2)))
    assert foot[0] > 0.75 * side
    ink = np.flatnonzero((shown[foot] > 128).any(axis=(0, 2)))
    assert 0 < ink[0] < ink[-1] < side - 1
