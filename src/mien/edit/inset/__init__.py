"""A face out of its picture and back into it, for editors that redraw a whole square."""

from mien.edit.inset.align import onto, refined
from mien.edit.inset.crop import Square, cut, square
from mien.edit.inset.follow import followed
from mien.edit.inset.paste import Pasted, paste

__all__ = ["Pasted", "Square", "cut", "followed", "onto", "paste", "refined", "square"]
