"""Editing by a model that draws: which one, how, what it is told, and what is taken of it."""
