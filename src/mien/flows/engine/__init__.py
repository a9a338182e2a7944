"""Who does the work on many things: processes of this machine, or a Ray cluster.

Work is a function of a module and plain values, so that any process can find and take them. What it
leaves is on disk, whole or not at all, and doing it twice does no harm: a process may die at any
moment, and its item is then given to another one. What comes back is small.
"""

from mien.flows.engine.run import ENGINES, Engine, each, finished
from mien.flows.engine.stop import stopping, uninterrupted

__all__ = ["ENGINES", "Engine", "each", "finished", "stopping", "uninterrupted"]
