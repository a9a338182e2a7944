"""Shade that action units bring to the skin: wrinkles, furrows, bulges, and their going."""

from mien.edit.mesh.shade.shader import Complexion, Shader, shaded, shader

__all__ = ["Complexion", "Shader", "shaded", "shader"]
