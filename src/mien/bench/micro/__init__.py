"""Protocols and metrics of micro-expressions: recognition, spotting, both in one, action units."""
