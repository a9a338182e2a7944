"""Does the paper's claim hold in small? What ``mien bench pixelsmile-nano`` is made of.

From the ground up: :mod:`people` (who is trained on, who is tested on), :mod:`morph` (people who
are made of two), :mod:`material` (the set on disk), :mod:`likeness` (who tells persons apart at 32
px), :mod:`runs` (the variants, trained and drawn), :mod:`seen` (what the judge says of pictures),
:mod:`figures` (the metrics of it, with intervals), :mod:`rows` and :mod:`sheet` (what is shown).
"""
