"""The resting face, its quality, its file, and what is said about it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.anatomy.head import View, rotation_of
from mien.anatomy.model import displacement, face_model
from mien.anatomy.template import template
from mien.anatomy.threads import one_thread
from mien.capture.at_rest import Moment, calibration_of, moment_of
from mien.capture.calibration import Calibration, Light, joined
from mien.capture.calibration_checks import checks, level
from mien.capture.calibration_file import calibration_text, parse_calibration
from mien.core.errors import InputError
from mien.core.facs import COLUMNS, INDEX, vector

LIGHT = Light(120.0, 1.0)


def moment(
    aus: dict[str, float] | None = None, yaw: float = 0.0, jitter: float = 0.0, seed: int = 0
) -> Moment:
    """The average face, 100 px between the pupils."""
    mesh = template() + displacement(face_model(template()), vector(aus or {}))
    points = View(rotation_of(yaw, 3.0, 2.0), 100.0, np.array([300.0, -200.0, 0.0])).to_picture(
        mesh
    )
    points[:, :2] += jitter * np.random.default_rng(seed).standard_normal((478, 2))
    return Moment(points, LIGHT, (640, 480))


def still(n: int = 20, jitter: float = 0.3) -> list[Moment]:
    return [moment(jitter=jitter, seed=seed) for seed in range(n)]


def made(moments: list[Moment], source: str = "clip") -> Calibration:
    return calibration_of("anna", moments, source, "2026-01-01T00:00:00+00:00", 30.0)  # type: ignore[arg-type]


@pytest.fixture(scope="module", autouse=True)
def _calm_processor() -> Iterator[None]:
    with one_thread():
        yield


@pytest.fixture(scope="module")
def calm() -> Calibration:
    return made(still())


@pytest.fixture(scope="module")
def written(calm: Calibration) -> str:
    """The text of a calibration's file."""
    return calibration_text(calm)


def verdict(calibration: Calibration, check: str) -> tuple[str, str]:
    (one,) = [v for v in checks(calibration.sessions[-1]) if v.check == check]
    assert bool(one.advice) == (one.level != "good")
    return one.level, one.reason


def test_a_still_face(calm: Calibration) -> None:
    (session,) = calm.sessions
    assert np.sqrt(((calm.mesh - template())[:, :2] ** 2).mean()) < 0.002
    # 0.3 px in x and in y on 100 px, less what aligning takes off
    assert session.spread == pytest.approx(0.003 * 2**0.5, rel=0.05)
    assert session.camera.scale == pytest.approx(100, rel=0.01)
    assert session.pose == pytest.approx((0, 3, 2), abs=0.5)
    assert (session.frames, session.left_out) == (20, 0)
    assert level(checks(session)) == "good", checks(session)
    assert calm.noise.shape == (len(COLUMNS),)
    assert np.isfinite(calm.noise).all()
    assert calm.neutral.confidence == 1.0


def test_jitter_is_noise() -> None:
    quiet, loud = (made(still(jitter=jitter)) for jitter in (0.1, 1.5))
    assert loud.noise.max() > 2 * quiet.noise.max()
    assert loud.uncertainty > quiet.uncertainty
    assert verdict(loud, "stillness")[0] != "good"


def test_more_frames_are_surer() -> None:
    one, few, many = (made(still(n)) for n in (1, 4, 20))
    assert one.uncertainty > few.uncertainty > many.uncertainty
    assert np.isnan(one.noise).all()
    assert verdict(one, "frames")[0] == verdict(few, "frames")[0] == "usable"


def test_blinks_and_words_are_left_out(calm: Calibration) -> None:
    blinks = [moment({"AU43": 4.0}), moment({"AU43": 2.0}), moment({"AU26": 2.0, "AU25": 2.0})]
    found = made([*still(), *blinks])
    assert (found.sessions[0].frames, found.sessions[0].left_out) == (20, 3)
    assert np.abs(found.mesh - calm.mesh).max() < 1e-6
    assert "3 with a blink" in verdict(found, "frames")[1]


def test_a_face_that_never_rests_is_poor() -> None:
    talking = [moment({"AU26": 0.9 * (i % 6), "AU12": 0.7 * (i % 5)}) for i in range(30)]
    assert level(checks(made(talking).sessions[0])) == "poor"


def test_a_smile_is_no_rest() -> None:
    smile = made([moment({"AU12": 4.0, "AU06": 2.0})])
    grade, reason = verdict(smile, "rest")
    assert grade != "good"
    assert "AU12" in reason


def test_found_in_a_clip_takes_the_calm_moments() -> None:
    clip = [moment({"AU12": 3.0, "AU25": 2.0}, seed=i, jitter=0.2) for i in range(24)] + still(8)
    found = made(clip, "found")
    assert np.sqrt(((found.mesh - template())[:, :2] ** 2).mean()) < 0.01
    assert found.sessions[0].frames <= 8
    assert found.neutral.confidence < 1.0


@pytest.mark.parametrize(
    ("change", "check", "grade"),
    [
        ({"light": Light(30.0, 1.0)}, "exposure", "usable"),
        ({"light": Light(10.0, 1.0)}, "exposure", "poor"),
        ({"light": Light(245.0, 1.0)}, "exposure", "poor"),
        ({"light": Light(60.0, 1.0)}, "exposure", "good"),
        ({"light": Light(120.0, 3.0)}, "even light", "usable"),
        ({"light": Light(120.0, 1 / 3)}, "even light", "usable"),
        ({"light": Light(120.0, 1 / 5)}, "even light", "poor"),
        ({"pose": (20.0, 0.0, 0.0)}, "pose", "usable"),
        ({"pose": (0.0, -40.0, 0.0)}, "pose", "poor"),
        ({"pose": (0.0, 0.0, 60.0)}, "pose", "good"),
    ],
)
def test_verdicts(calm: Calibration, change: dict[str, object], check: str, grade: str) -> None:
    changed = replace(calm, sessions=(replace(calm.sessions[0], **change),))  # type: ignore[arg-type]
    assert verdict(changed, check)[0] == grade


def test_light_from_the_left_is_light_from_the_left() -> None:
    image = np.full((480, 640, 3), 60, np.uint8)
    image[:, 300:] = 120  # the subject's left is on the right of the picture
    light = moment_of(image, moment().points).light
    assert light.ratio == pytest.approx(2**2.2, rel=0.15)
    assert 70 < light.luma < 110


def test_again_averages_by_uncertainty(calm: Calibration) -> None:
    other = made([moment({"AU12": 0.4}, jitter=0.2)], "photo")
    both = joined(calm, other)
    assert both.uncertainty < min(calm.uncertainty, other.uncertainty)
    assert both.sessions == (*calm.sessions, *other.sessions)
    assert np.isnan(both.noise).all(), "noise is that of the newest session"
    corner = both.mesh[61] - calm.mesh[61]
    full = other.mesh[61] - calm.mesh[61]
    share = calm.uncertainty**2 / (calm.uncertainty**2 + other.uncertainty**2)
    assert corner[:2] @ full[:2] / (full[:2] @ full[:2]) == pytest.approx(share, abs=0.1)


def test_again_refuses_another_face(calm: Calibration) -> None:
    with pytest.raises(InputError, match="same person at rest"):
        joined(calm, made([moment({"AU12": 5.0, "AU25": 4.0, "AU26": 4.0, "AU01": 4.0})]))


def test_the_file_comes_back(calm: Calibration, faults: Callable[[str, object], list[str]]) -> None:
    photo = calibration_of("anna", still(1), "photo", "2026-01-02T00:00:00+00:00")
    both = joined(calm, photo)
    text = calibration_text(both)
    assert not faults("calibration", json.loads(text))
    back = parse_calibration(text)
    assert calibration_text(back) == text
    assert np.abs(back.mesh - both.mesh).max() < 1e-5
    np.testing.assert_allclose(back.noise, both.noise, atol=1e-4)
    assert back.sessions[1].camera.rate is None


def complaint(text: str) -> str:
    """What is said about a text that is no calibration."""
    try:
        parse_calibration(text)
    except InputError as error:
        return str(error)
    return ""


@given(st.text(max_size=60))
def test_any_text_is_refused_in_one_line(text: str) -> None:
    assert len(complaint(text).splitlines()) == 1


PATHS = [
    ("neutral",), ("neutral", 3), ("neutral", 3, 1), ("uncertainty",), ("subject",), ("sessions",),
    ("sessions", 0), ("sessions", 0, "source"), ("sessions", 0, "quality"),
    ("sessions", 0, "light"),
    ("sessions", 0, "quality", "noise"), ("sessions", 0, "quality", "frames"),
    ("sessions", 0, "quality", "pose"), ("sessions", 0, "camera", "width"),
    ("sessions", 0, "camera", "scale"), ("sessions", 0, "light", "luma"),
]  # fmt: skip


@given(
    st.sampled_from(PATHS),
    st.sampled_from([None, True, "x/y", -7, 10**40, float("nan"), float("inf"), [], {}, {"x": 1}]),
)
def test_a_wrong_field_is_refused_in_one_line(
    written: str, path: tuple[str | int, ...], value: object
) -> None:
    stored = json.loads(written)
    place = stored
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    sound = path[-1] == "noise" and value == {}
    assert len(complaint(json.dumps(stored)).splitlines()) == (0 if sound else 1)


def test_noise_is_by_column(calm: Calibration) -> None:
    session = replace(calm.sessions[0], noise={"AU12L": 0.25})
    noise = replace(calm, sessions=(session,)).noise
    assert noise[INDEX["AU12L"]] == 0.25
    assert np.isnan(noise).sum() == len(COLUMNS) - 1
