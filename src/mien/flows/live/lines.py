"""Messages as lines of JSON on an open file."""

import os

from mien.flows.live.messages import Message, Sink, text_of


def lines(descriptor: int) -> Sink:
    """A sink that writes a line per message, at once.

    Straight to the descriptor: a reader that stalls then holds no lock that the end of the program
    would wait for.

    Args:
        descriptor: of a file or pipe; one that is closed raises :class:`OSError`.
    """

    def write(message: Message) -> None:
        left = memoryview(f"{text_of(message)}\n".encode())
        while left:
            left = left[os.write(descriptor, left) :]

    return write
