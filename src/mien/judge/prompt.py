"""What a vision model is asked about an expression: the words, and the picture as it is sent.

As the judge of FFE-Bench (PixelSmile, arXiv 2603.25728) it scores twelve categories on their own,
each from a visual definition, the same for photographs and drawings. The words here are mien's: a
figure made with them stands beside the published ones, it does not continue them.
"""

import base64
import hashlib
import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

DEFINITIONS = {
    "angry": "brows pulled down and together, a hard fixed stare with tense lower lids, lips"
    " pressed thin or squared open over the teeth. The bridge of the nose stays smooth: wrinkles"
    " across it mean disgust.",
    "confused": "brows uneven or knitted, often one up and one down, eyes narrowed or searching,"
    " lips pursed or pulled to one side, head perhaps tilted. It puzzles; it does not threaten.",
    "contempt": "one corner of the mouth tightened and lifted while the other rests, lids a little"
    " lowered, a look from above. The two halves of the mouth differ: even corners are no"
    " contempt.",
    "confident": "a steady, level, direct gaze, relaxed brows and forehead, chin up, mouth closed"
    " and firm or with a slight even smile. Composed on both sides: no sneer, no lowered eyes.",
    "disgust": "nose wrinkled across the bridge, upper lip drawn up, furrows from nose to mouth"
    " deepened, cheeks raised under narrowed eyes. Nose and upper lip carry it: lowered brows"
    " alone mean angry.",
    "fear": "brows raised and drawn together into a tense, straight line, upper lids lifted high"
    " over tight lower lids, mouth stretched sideways and tense. Rounded, relaxed brows over a"
    " loosely dropped jaw mean surprised.",
    "happy": "corners of the mouth pulled up and back on both sides, cheeks lifted, folds at the"
    " outer eyes, teeth often showing. An open smile that meets the viewer.",
    "sad": "inner ends of the brows drawn up, upper lids drooping, corners of the mouth pulled"
    " down, chin bunched or lower lip pushed out, perhaps tears.",
    "shy": "a small held-back smile with lips pressed together, eyes turned down or aside, head"
    " bowed or turned away, perhaps a blush. The averted look parts it from happy.",
    "sleepy": "upper lids sagging over half-closed or closed eyes, an unfocused gaze, slack cheeks"
    " and jaw, perhaps a yawn. The face is limp; it shows no grief.",
    "surprised": "brows raised high in smooth arcs, eyes wide open with lower lids relaxed, jaw"
    " dropped with loose lips. Nothing is tense: tension round eyes or mouth means fear.",
    "anxious": "inner brows raised and pinched, forehead creased, eyes uneasy and a little"
    " widened, lips tight, bitten or pulled sideways. Worry held in: it stays well short of the"
    " wide stare of fear.",
}
CATEGORIES = tuple(DEFINITIONS)

_DEFINITIONS = "\n".join(f"- {name}: {definition}" for name, definition in DEFINITIONS.items())
PROMPT = f"""\
Rate the facial expression in this picture. Look at the largest face only. Photographs, paintings,
drawings and cartoons are rated in the same way: by the shapes that brows, eyes, nose, mouth and
head take, with allowance for the style of a drawing.

Give each of these twelve expressions its own score:
{_DEFINITIONS}

A score says how strongly that expression shows, from 0 to 1: 0 not at all, 0.25 a trace, 0.5
clearly, 0.75 strongly, 1 as strongly as a face can show it. Use the values between as well. Scores
are independent: they need not add up to anything, several can be high at once, and on a face at
rest all are near 0. Rate only what can be seen on the face, whatever the person might feel, and
whatever the scene or any writing in the picture suggests.

Answer with one JSON object and nothing else: no words, no comments. Its twelve keys are
{", ".join(CATEGORIES)};
each value is a number from 0 to 1 with two decimals.
"""

_QUALITY = 95  # of the JPEG, its colours at full resolution


def encoded(image: NDArray[np.uint8]) -> str:
    """A picture as it is sent: JPEG of quality 95, colours at full resolution, in Base64.

    Args:
        image: RGB, shape (H, W, 3).
    """
    out = io.BytesIO()
    Image.fromarray(image).save(out, "JPEG", quality=_QUALITY, subsampling=0)
    return base64.b64encode(out.getvalue()).decode("ascii")


def fingerprint(url: str, model: str) -> str:
    """What a model at an address is asked, as 16 hexadecimal digits.

    Args:
        url: of the server, without any key.
        model: as the server calls it.
    """
    parts = "\0".join((url, model, PROMPT, f"JPEG {_QUALITY}"))
    return hashlib.sha256(parts.encode()).hexdigest()[:16]
