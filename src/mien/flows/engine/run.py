"""Hand out items, take answers in, and give what a dead process had in hand to another one."""

from collections import Counter, deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import closing
from typing import Any, Literal, TypeVar, get_args

from mien.core.errors import InputError, MienError
from mien.flows.engine import cluster, local
from mien.flows.engine.crew import DiedError

Item = TypeVar("Item")
Answer = TypeVar("Answer")
Engine = Literal["local", "ray"]

ENGINES: tuple[Engine, ...] = get_args(Engine)
_ATTEMPTS = 2  # a process may die through no fault of its item, twice hardly


def finished(
    work: Callable[[Item], Answer],
    items: Sequence[Item],
    jobs: int | None = None,
    *,
    engine: Engine = "local",
    lost: Callable[[Item, str], Answer] | None = None,
) -> Generator[tuple[int, Answer]]:
    """Index and answer of every item, as they come; all work is done in other processes.

    Args:
        work: a function of a module, as the other processes have to find it.
        items: what to work on.
        jobs: number of processes; None is one here, and all cores of a cluster.
        engine: ``"local"``: processes of this machine; ``"ray"``: the Ray cluster that this machine
            belongs to or ``$RAY_ADDRESS`` names, else one of this machine alone.
        lost: the answer for an item with which two processes have died, of it and the reason.

    Raises:
        InputError: no such engine, or no process.
        MissingExtraError: Ray is not installed.
        MienError: the cluster cannot be reached; two processes died and there is no ``lost``.
    """
    _check(engine, jobs)
    crew_of = cluster.crew if engine == "ray" else local.crew
    todo = deque(range(len(items)))
    deaths: Counter[int] = Counter()
    busy: dict[Future[Any], int] = {}
    with crew_of(jobs) as crew:
        while todo or busy:
            while todo and len(busy) < crew.room():
                index = todo.popleft()
                busy[crew.start(work, items[index])] = index
            for future in wait(busy, return_when=FIRST_COMPLETED).done:
                index = busy.pop(future)
                try:
                    answer = future.result()
                except DiedError as death:
                    deaths[index] += 1
                    if deaths[index] < _ATTEMPTS:
                        todo.append(index)  # at the end: then fewer others may want memory
                        continue
                    answer = _lost(items[index], str(death), lost)
                yield index, answer


def each(
    work: Callable[[Item], Answer],
    items: Sequence[Item],
    jobs: int | None = 1,
    *,
    engine: Engine = "local",
    lost: Callable[[Item, str], Answer] | None = None,
) -> Generator[tuple[Item, Answer]]:
    """Every item with its answer, in order; a single local job is done in this process.

    Args:
        work: as in :func:`finished`, as all that follows.
        items: what to work on.
        jobs: number of processes.
        engine: who works.
        lost: the answer for an item with which two processes have died.

    Raises:
        MienError: as :func:`finished`.
    """
    _check(engine, jobs)
    if engine == "local" and (jobs in {None, 1} or len(items) < 2):
        for item in items:
            yield item, work(item)
        return
    ready: dict[int, Answer] = {}
    following = 0
    with closing(finished(work, items, jobs, engine=engine, lost=lost)) as answers:
        for index, answer in answers:
            ready[index] = answer
            while following in ready:
                yield items[following], ready.pop(following)
                following += 1


def _check(engine: str, jobs: int | None) -> None:
    if engine not in ENGINES:
        raise InputError(f"unknown engine {engine!r}: use {' or '.join(ENGINES)}")
    if jobs is not None and jobs < 1:
        raise InputError(f"jobs={jobs}: at least one process is needed")


def _lost(item: Item, why: str, lost: Callable[[Item, str], Answer] | None) -> Answer:
    reason = f"two processes were lost over it: {why}"
    if lost is not None:
        return lost(item, reason)
    raise MienError(f"{reason}: run the same command again with fewer --jobs; what is done is kept")
