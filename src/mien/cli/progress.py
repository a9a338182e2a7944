"""A bar on the terminal that listens to the progress hook of the flows."""

from collections.abc import Iterator
from contextlib import contextmanager

from mien.core.seams import Progress


@contextmanager
def bar() -> Iterator[Progress]:
    """Show a bar per step on stderr; nothing at all where that is not a terminal.

    Yields:
        The hook to hand to a flow.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(elapsed_when_finished=True),
    )
    # How long it will take is told from the last ten minutes: a file may take one.
    with Bars(
        *columns,
        console=console,
        disable=not console.is_terminal,
        speed_estimate_period=600,
    ) as bars:
        tasks: dict[str, TaskID] = {}

        def hook(step: str, done: int, total: int | None) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(step, total=total)
            bars.update(tasks[step], completed=done, total=total)

        yield hook
