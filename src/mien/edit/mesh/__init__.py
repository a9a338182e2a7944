"""The plain editor's picture part: move the landmarks of a face and redraw it, on any CPU."""

from mien.edit.mesh.art.flat import is_flat
from mien.edit.mesh.canvas import Canvas, prepare
from mien.edit.mesh.field import folded
from mien.edit.mesh.warp import paint, render

__all__ = ["Canvas", "folded", "is_flat", "paint", "prepare", "render"]
