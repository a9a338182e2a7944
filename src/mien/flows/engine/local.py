"""Processes of this machine, one item each at a time: one that dies takes only that along."""

import _thread
import os
import signal
import threading
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection
from typing import Any

from mien.flows.engine.crew import Crew, DiedError
from mien.flows.engine.stop import asked, uninterrupted

_SPAWN = get_context("spawn")  # a fork would share the state of the face mesh's threads
_GRACE = 3.0  # seconds to finish a picture in hand; whatever takes longer is broken off
_DIED = "killed, as happens where memory is short"
_THREADS = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}

_in_hand = threading.Event()


@contextmanager
def crew(jobs: int | None) -> Generator[Crew]:
    """Processes that end with the block: what they write they finish or take back.

    Each is a pool of its own, as a pool gives all up when one of its processes dies.

    Args:
        jobs: how many; None is one.
    """
    size = jobs or 1
    reader, writer = _SPAWN.Pipe(duplex=False)
    free = [_process(reader) for _ in range(size)]
    crowd = {*free}

    def start(work: Callable[[Any], Any], item: Any) -> Future[Any]:
        answer: Future[Any] = Future()
        pool = free.pop()
        with _quietly():
            try:
                its = pool.submit(_do, work, item)
            except BrokenProcessPool:  # killed while it had nothing to do
                pool = renewed(pool)
                its = pool.submit(_do, work, item)
        its.add_done_callback(partial(done, pool, answer))
        return answer

    def renewed(pool: ProcessPoolExecutor) -> ProcessPoolExecutor:
        crowd.discard(pool)
        crowd.add(fresh := _process(reader))
        return fresh

    def done(pool: ProcessPoolExecutor, answer: Future[Any], its: Future[Any]) -> None:
        if its.cancelled():
            return
        error = its.exception()
        died = isinstance(error, BrokenProcessPool)
        free.append(renewed(pool) if died else pool)
        if error is None:
            answer.set_result(its.result())
        else:
            answer.set_exception(DiedError(_DIED) if died else error)

    try:
        yield Crew(lambda: size, start)
    finally:
        writer.close()  # which every worker hears
        with ThreadPoolExecutor(size) as all_at_once:
            for pool in [*crowd]:
                all_at_once.submit(pool.shutdown, cancel_futures=True)
        reader.close()


def _process(stop: Connection) -> ProcessPoolExecutor:
    """A pool of one; its process starts with the first item."""
    return ProcessPoolExecutor(1, _SPAWN, _begin, (stop,))


@contextmanager
def _quietly() -> Iterator[None]:
    """While processes start: they inherit one thread each, and that Ctrl-C is not for them."""
    before = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update(_THREADS)
    masked = hasattr(signal, "pthread_sigmask")  # not on Windows
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}) if masked else None
    try:
        yield
    finally:
        if mask is not None:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _begin(stop: Connection) -> None:
    """One core each. Ctrl-C reaches every process of a terminal; the first one tells the others."""
    import cv2

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    cv2.setNumThreads(1)
    threading.Thread(target=_heed, args=(stop,), daemon=True).start()


def _heed(stop: Connection) -> None:
    """Wait until the first process closes its end of the pipe, or is gone; then stop in time.

    A pipe, as an event that is shared hangs for good when a process that waits for it is killed.
    """
    with suppress(EOFError, OSError):
        stop.recv_bytes()
    asked.set()
    parent = parent_process()
    assert parent is not None
    parent.join(_GRACE)
    if parent.is_alive() and _in_hand.is_set():
        with uninterrupted():
            _interrupt()  # what is in hand is cleaned up
        parent.join()
    with uninterrupted():
        os._exit(1)


def _do(work: Callable[[Any], Any], item: Any) -> Any:
    """Work, known to be at it."""
    _in_hand.set()
    try:
        return work(item)
    finally:
        _in_hand.clear()


def _interrupt() -> None:
    """Ctrl-C for this process alone, in whatever its first thread waits."""
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)
    else:  # Windows
        _thread.interrupt_main(signal.SIGTERM)
