"""Shade that action units bring to the skin: wrinkles, furrows, bulges, and their going."""

from mien.edit.mesh.shade.shader import Shader, shaded, shader

__all__ = ["Shader", "shaded", "shader"]
