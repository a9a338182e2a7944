"""Training PixelSmile (arXiv 2603.25728): two edits of one person, told apart.

From the ground up: :mod:`losses`, :mod:`conditioning` (a score as a place between embeddings),
:mod:`backbone` (the seam) with :mod:`nano` and :mod:`qwen` behind it, :mod:`encoders` and
:mod:`stand_ins` (what pictures are compared by), :mod:`crops`, :mod:`examples` and :mod:`latents`
(the data), :mod:`objective` and :mod:`judges` (a batch and its loss), :mod:`checkpoint`,
:mod:`sampling`, :mod:`train`, and :mod:`run`, which callers use.
"""
