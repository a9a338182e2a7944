"""The demo: all of mien on one portrait, as a folder with a page in it."""

from mien.flows.demo.run import demo

__all__ = ["demo"]
