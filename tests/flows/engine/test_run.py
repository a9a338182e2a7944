"""Whatever dies, and whenever: every item has one answer."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.errors import InputError, MienError
from mien.flows.engine import each, finished
from mien.flows.engine.crew import Crew, DiedError


def crew_that_dies(attempts: Counter[int], deaths: dict[int, int], room: int) -> Callable:
    """A crew in this process in which each item is lost as often as ``deaths`` says."""

    @contextmanager
    def crew(_: int | None) -> Iterator[Crew]:
        def start(work: Callable[[int], int], item: int) -> Future[int]:
            attempts[item] += 1
            answer: Future[int] = Future()
            if attempts[item] <= deaths.get(item, 0):
                answer.set_exception(DiedError("gone"))
            else:
                answer.set_result(work(item))
            return answer

        yield Crew(lambda: room, start)

    return crew


@given(
    count=st.integers(0, 12),
    room=st.integers(1, 4),
    deaths=st.dictionaries(st.integers(0, 11), st.integers(0, 3)),
)
def test_one_answer_each(count: int, room: int, deaths: dict[int, int]) -> None:
    attempts: Counter[int] = Counter()
    crew = crew_that_dies(attempts, deaths, room)
    with patch("mien.flows.engine.local.crew", crew):
        found = list(finished(str, range(count), lost=lambda item, why: f"{item} {why}"))
        assert [index for index, _ in sorted(found)] == list(range(count))
        for index, answer in found:
            lost = deaths.get(index, 0) >= 2
            assert answer == (
                f"{index} two processes were lost over it: gone" if lost else f"{index}"
            )
            assert attempts[index] == min(deaths.get(index, 0) + 1, 2)
        attempts.clear()
        again = list(each(str, range(count), 2, lost=lambda item, _: f"{item} lost"))
        assert [item for item, _ in again] == list(range(count))


def test_without_an_answer_for_the_lost_all_ends() -> None:
    crew = crew_that_dies(Counter(), {1: 2}, 2)
    with (
        patch("mien.flows.engine.local.crew", crew),
        pytest.raises(MienError, match="gone: run the same command again with fewer --jobs"),
    ):
        list(each(str, range(3), 2))


@pytest.mark.parametrize(
    ("options", "said"),
    [({"jobs": 0}, "at least one process"), ({"engine": "steam"}, "use local or ray")],
)
def test_refused(options: dict[str, object], said: str) -> None:
    for way in (each, finished):
        with pytest.raises(InputError, match=said):
            list(way(str, [1, 2], **options))
