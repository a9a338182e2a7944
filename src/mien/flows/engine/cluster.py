"""The engine adapter to Ray: plain tasks, one per item.

Ray Data streams blocks of rows from one step to the next. Here nothing streams: a path goes in and
a folder appears on storage that all share. With a task per item, what is lost with a node is what
it had in hand, and what fails is known by name; a block would take its neighbours along.
"""

import os
import sys
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager, redirect_stdout
from functools import partial
from pathlib import Path
from typing import Any

from mien.core.errors import InputError, MienError
from mien.core.extras import require
from mien.flows.engine.crew import Crew, DiedError

EXTRA = "cluster"
_AHEAD = 2  # items per core that are handed out, so that none waits for the first process
_NOT_HERE = "a node cannot take the work, install the same mien with all its extras there"
_OURS = "MIEN_"  # settings that the first process shares with all


@contextmanager
def crew(jobs: int | None) -> Generator[Crew]:
    """The cores of a cluster, or of this machine where there is none.

    Args:
        jobs: items in hand at a time, at most; None is as many as the cluster has cores.

    Raises:
        MissingExtraError: Ray is not installed.
        MienError: the cluster cannot be reached.
    """
    ray: Any = require("ray", EXTRA)
    joined = not ray.is_initialized()
    if joined:
        _join(ray)
    # What dies is handed out again by whoever asked: Ray would not tell how often.
    task = ray.remote(num_cpus=1, max_retries=0)(_there)
    settings = {name: value for name, value in os.environ.items() if name.startswith(_OURS)}
    here, waited = Path.cwd(), set[Any]()

    def room() -> int:
        return jobs or _AHEAD * max(int(ray.cluster_resources().get("CPU", 1)), 1)

    def start(work: Callable[[Any], Any], item: Any) -> Future[Any]:
        answer: Future[Any] = Future()
        reference = task.remote(work, item, here, settings)
        waited.add(reference)
        reference.future().add_done_callback(partial(done, reference, answer))
        return answer

    def done(reference: Any, answer: Future[Any], its: Future[Any]) -> None:
        waited.discard(reference)
        error = its.exception()
        if error is None:
            answer.set_result(its.result())
        elif isinstance(error, ray.exceptions.RaySystemError):
            answer.set_exception(MienError(f"{_NOT_HERE}: {_lines(error)[-1]}"))
        elif isinstance(error, ray.exceptions.RayTaskError):
            answer.set_exception(error.cause)
        else:
            answer.set_exception(DiedError(_lines(error)[0]))

    with redirect_stdout(sys.stderr):  # where Ray tells of nodes that are gone
        try:
            yield Crew(room, start)
        finally:
            for reference in [*waited]:
                ray.cancel(reference, force=True)
            if joined:
                ray.shutdown()


def _join(ray: Any) -> None:
    """Become part of a cluster; nobody is told of it."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        ray.init(log_to_driver=False, logging_level="ERROR", include_dashboard=False)
    except (ConnectionError, RuntimeError, ValueError) as error:
        where = os.environ.get("RAY_ADDRESS", "of this machine")
        raise MienError(f"Ray cluster {where}: cannot be reached: {_lines(error)[0]}") from error


def _there(work: Callable[[Any], Any], item: Any, folder: Path, settings: Mapping[str, str]) -> Any:
    """Work in a process of some node as if it were the first one: same folder, same settings.

    Raises:
        InputError: the node does not have the folder.
    """
    import cv2

    cv2.setNumThreads(1)
    os.environ.update(settings)
    try:
        os.chdir(folder)
    except OSError as error:
        raise InputError(
            f"{folder}: {os.uname().nodename} does not have it: work in a folder that all nodes"
            " share"
        ) from error
    return work(item)


def _lines(error: BaseException) -> list[str]:
    """What Ray says; of what dies the first line tells why, of a traceback the last."""
    said = [line.strip() for line in str(error).splitlines()]
    return [line for line in said if line] or [type(error).__name__]
