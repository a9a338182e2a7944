import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from mien.core.envelope import FAMILIES, Envelope, is_micro
from mien.core.errors import InputError

phase = st.floats(0.01, 2.0)
envelopes = st.builds(
    lambda onset, rise, fall, family: Envelope(onset, onset + rise, onset + rise + fall, family),
    st.floats(0.0, 10.0),
    phase,
    phase,
    st.sampled_from(sorted(FAMILIES)),
)


@given(envelopes)
def test_nothing_outside_and_all_at_the_apex(envelope: Envelope) -> None:
    outside = np.array([-1.0, 0.0, envelope.onset, envelope.offset, envelope.offset + 1.0])
    assert (envelope.value(outside) == 0.0).all()
    assert envelope.value(np.array(envelope.apex)) == 1.0


@given(envelopes)
def test_rises_to_the_apex_and_falls_after_it(envelope: Envelope) -> None:
    before = envelope.value(np.linspace(envelope.onset, envelope.apex, 200))
    after = envelope.value(np.linspace(envelope.apex, envelope.offset, 200))
    assert (np.diff(before) >= -1e-9).all()
    assert (np.diff(after) <= 1e-9).all()
    assert before.min() >= 0.0
    assert max(before.max(), after.max()) <= 1.0


@given(envelopes)
def test_no_jumps(envelope: Envelope) -> None:
    time = np.linspace(envelope.onset - 0.1, envelope.offset + 0.1, 20_001)
    shortest = min(envelope.apex - envelope.onset, envelope.offset - envelope.apex)
    step = (time[1] - time[0]) / shortest
    assert np.abs(np.diff(envelope.value(time))).max() <= 3.0 * step


def test_families_have_the_form_they_promise() -> None:
    quarter = np.array(0.25)
    assert Envelope(0.0, 1.0, 2.0, "cosine").value(quarter) == pytest.approx(
        (1 - np.cos(np.pi / 4)) / 2
    )
    steady = Envelope(0.0, 1.0, 2.0, "linear").value(np.linspace(0.3, 0.7, 5))
    assert np.ptp(np.diff(steady)) == pytest.approx(0.0, abs=1e-12)
    gamma = Envelope(0.0, 1.0, 4.0, "gamma").value(np.array([0.5, 1.5, 2.0]))
    assert gamma == pytest.approx([(0.5 * np.e**0.5) ** 3, 0.7530, 0.3961], abs=0.02)


def test_keeps_the_shape_of_its_times() -> None:
    assert Envelope(0.0, 1.0, 2.0).value(np.zeros((2, 3))).shape == (2, 3)


@pytest.mark.parametrize(
    ("times", "micro"),
    [((0.0, 0.26, 0.5), True), ((0.0, 0.08, 0.32), True), ((0.0, 0.3, 0.5), False),
     ((0.0, 0.1, 0.51), False)],
)  # fmt: skip
def test_micro_is_what_the_contract_says(times: tuple[float, float, float], micro: bool) -> None:
    assert Envelope(*times).is_micro is micro


@pytest.mark.parametrize("times", [(1, 1, 2), (1, 2, 2), (2, 1, 3), (0, float("nan"), 1)])
def test_times_must_rise(times: tuple[float, float, float]) -> None:
    with pytest.raises(InputError, match="must rise"):
        Envelope(*times)


def test_a_family_of_ones_own() -> None:
    steps = Envelope(
        0.0, 1.0, 3.0, (lambda up: up**2, lambda down, ratio: (down < 1 / ratio) * 1.0)
    )
    assert steps.value(np.array([0.5, 1.5, 2.5])).tolist() == [0.25, 1.0, 0.0]


def test_any_course_can_be_micro() -> None:
    class Plateau:
        onset, apex, offset = 0.1, 0.2, 0.5

        def value(self, time: NDArray[np.float64]) -> NDArray[np.float64]:
            return np.asarray((time > self.onset) & (time < self.offset), np.float64)

    assert is_micro(Plateau())


def test_unknown_family_names_the_known() -> None:
    with pytest.raises(InputError, match="cosine"):
        Envelope(0, 1, 2, "square")
