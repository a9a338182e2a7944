"""Photos and clips that something is wrong with, made from a seed.

material   sound photos, clips and animations, encoded on the fly
kinds      what is done to them, one function per kind
"""
