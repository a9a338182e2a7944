"""Several processes that share the photos, and stop between two pictures when asked to."""

import os
import signal
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from multiprocessing.synchronize import Event
from typing import TypeVar

import cv2

from mien.core.errors import MienError

Item = TypeVar("Item")
Answer = TypeVar("Answer")

_writing = threading.Lock()
_asked_to_stop: list[Event] = []  # of this process, where it is a worker


def each(
    work: Callable[[Item], Answer], items: Sequence[Item], jobs: int
) -> Generator[tuple[Item, Answer]]:
    """Every item with its answer, in order.

    Args:
        work: a function of a module, as the other processes have to find it.
        items: what to work on.
        jobs: number of processes; with 1 all is done in this one.

    Raises:
        MienError: a process was killed.
    """
    if jobs == 1 or len(items) < 2:
        for item in items:
            yield item, work(item)
        return
    context = get_context("spawn")  # a fork would share the state of the face mesh's threads
    stop = context.Event()
    with ProcessPoolExecutor(min(jobs, len(items)), context, _start, (stop,)) as pool:
        try:
            with _deaf():
                answers = pool.map(work, items)
            yield from zip(items, answers, strict=True)
        except BrokenProcessPool:
            raise MienError(
                "a worker process was killed, as happens without memory: run the same command again"
                " with fewer --jobs; what is done is kept"
            ) from None
        finally:
            stop.set()
            pool.shutdown(cancel_futures=True)  # waits for the pictures in hand


@contextmanager
def uninterrupted() -> Iterator[None]:
    """A piece of work that a worker finishes even when the first process is killed."""
    with _writing:
        yield


def stopping() -> bool:
    """Whether a worker should begin nothing more."""
    return any(event.is_set() for event in _asked_to_stop)


@contextmanager
def _deaf() -> Iterator[None]:
    """Hold Ctrl-C back while processes start; they inherit that, so none dies over its imports."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _start(stop: Event) -> None:
    """One core each. Ctrl-C reaches every process of a terminal; the first one tells the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    cv2.setNumThreads(1)
    _asked_to_stop.append(stop)
    threading.Thread(target=_outlive_nobody, daemon=True).start()


def _outlive_nobody() -> None:
    """End with the process that started this one, if that was killed."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        with _writing:
            os._exit(1)
