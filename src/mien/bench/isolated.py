"""Tasks in processes of their own, so that one that crashes or hangs is a result like any other."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import TypeVar

Item = TypeVar("Item")
Found = TypeVar("Found")

CRASHED, HUNG = "crashed", "hung"
_START = 120.0  # seconds until a process has imported what it needs


def isolated(
    task: Callable[[Item], Found], items: Sequence[Item], jobs: int = 1, limit: float = 30.0
) -> Iterator[Found | str]:
    """What a task returns for every item, in order; :data:`CRASHED` or :data:`HUNG` where nothing.

    Args:
        task: a function of a module, sent to other processes; it must not raise.
        items: can be sent to other processes.
        jobs: how many processes share them.
        limit: seconds for one item; then its process is ended.
    """
    mine = threading.local()
    started: list[SpawnProcess] = []

    def one(item: Item) -> Found | str:
        if getattr(mine, "worker", None) is None:
            mine.worker = _started(task)
            started.append(mine.worker[0])
        process, pipe = mine.worker
        pipe.send(item)
        try:
            if pipe.poll(limit):
                found: Found | str = pipe.recv()
                return found
            ending = HUNG
        except (EOFError, OSError):
            ending = CRASHED
        process.kill()
        mine.worker = None
        return ending

    try:
        with ThreadPoolExecutor(jobs) as pool:
            yield from pool.map(one, items)
    finally:
        for process in started:
            process.kill()
            process.join()


def _started(task: Callable[[Item], Found]) -> tuple[SpawnProcess, Connection]:
    """A process that is ready, and the pipe to it."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(task, theirs), daemon=True)
    process.start()
    theirs.close()
    if not ours.poll(_START):
        raise TimeoutError("a process did not start")
    ours.recv()
    return process, ours


def _serve(task: Callable[[Item], Found], pipe: Connection) -> None:
    """Do what comes through the pipe until it closes."""
    pipe.send("ready")
    while True:
        try:
            item = pipe.recv()
        except EOFError:
            return
        pipe.send(task(item))
