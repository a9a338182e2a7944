"""Training PixelSmile (arXiv 2603.25728): two edits of one person, told apart.

From the ground up: :mod:`losses`, :mod:`conditioning` (a score as a place between embeddings),
:mod:`backbone` (the seam) with :mod:`mmdit` and :mod:`qwen` behind it; what pictures are compared
by: :mod:`encoders` and :mod:`stand_ins`, and of faces :mod:`recogniser` with :mod:`alignment`,
:mod:`onnx_graph` and :mod:`onnx_operators`; :mod:`crops`, :mod:`examples` and :mod:`latents` (the
data), :mod:`objective` and :mod:`judges` (a batch and its loss), :mod:`checkpoint`, :mod:`board`,
:mod:`sampling`, :mod:`train`, and :mod:`run`, which callers use.
"""
