"""PixelSmile: expressions redrawn by a diffusion model, Qwen-Image-Edit-2511 with a LoRA.

Squares of a picture and wishes in, squares out (arXiv 2603.25728). The parts, from the ground up:
:mod:`prompts` (what is asked), :mod:`conditioning` (a strength as a mixture of embeddings),
:mod:`base` and :mod:`lora` (the files), :mod:`presets` (memory), :mod:`load`, :mod:`encode`,
:mod:`denoise`, and :mod:`editor`, which callers use. :mod:`blank` and :mod:`passes` are for tests
and timing.
"""
