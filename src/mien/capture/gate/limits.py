"""The one table of what is asked of a clip; docs/capture-guide.md prints the same numbers."""

from dataclasses import dataclass

from mien.capture.limits import Limits
from mien.capture.verdict import LEVELS

SLACK = 0.99  # 59.94 frames a second are 60


@dataclass(frozen=True)
class Limit:
    """What is asked of one measured value.

    Attributes:
        good: the worst value that is still good.
        usable: the worst value that is still usable. Below ``good``: more is better.
        unit: of both, in words.
        advice: what to change.
    """

    good: float
    usable: float
    unit: str
    advice: str

    def level(self, value: float) -> str:
        """One of :data:`mien.capture.verdict.LEVELS`; ``"poor"`` for what is not a number."""
        if self.usable < self.good:  # more is better
            value /= SLACK
            return LEVELS[0 if value >= self.good else 1 if value >= self.usable else 2]
        return LEVELS[0 if value <= self.good else 1 if value <= self.usable else 2]


GOOD_RATE, USABLE_RATE = 100.0, 60.0  # frames per second
LEAST_RATE = 25.0  # frames per second, below which no micro-expression can be claimed
_ASKED = Limits()
_REST = _ASKED.before + _ASKED.after  # seconds that must be seen round a micro-expression
MASKED = Limit(0.05, 0.5, "share of the clip's time that is left out", "")

LIMITS = {
    "face": Limit(
        0.05, 0.2, "share of frames without the face",
        "Keep the whole face in the picture, uncovered.",
    ),
    "length": Limit(
        round(_REST + _ASKED.micro, 3), round(_REST + _ASKED.shortest, 3), "seconds",
        "Film for a second or longer, with rest before and after the movement.",
    ),
    "rate": Limit(
        GOOD_RATE, USABLE_RATE, "frames a second",
        "Film at 100 frames a second or more.",
    ),
    "drops": Limit(
        0.002, 0.05, "share of frames missing",
        "Record to a faster disk, close other programs, or lower the picture size.",
    ),
    "duplicates": Limit(
        0.01, 0.1, "share of frames that repeat the one before",
        "Export at the rate of the camera, without frame rate conversion.",
    ),
    "flicker": Limit(
        0.005, 0.05, "swing of the face's brightness, share",
        "Use daylight or lamps on direct current.",
    ),
    "face_size": Limit(
        120.0, 60.0, "px between the pupils",
        "Move the camera closer or use a longer lens.",
    ),
    "pose": Limit(
        15.0, 20.0, "degrees of yaw or pitch",
        "Place the camera straight ahead, at the height of the eyes.",
    ),
    "motion": Limit(
        0.01, 0.02, "pupil distances per frame",
        "Give the head a rest to lean on, or film at a higher rate.",
    ),
    "blur": Limit(
        0.015, 0.03, "width of edges, pupil distances",
        "Focus on the eyes and lock the focus.",
    ),
    "motion_blur": Limit(
        1.2, 1.4, "width of edges over the clip's median",
        "Shorten the exposure and add light.",
    ),
    "darkness": Limit(
        90.0, 60.0, "level of the face's brightest twentieth, 0 to 255",
        "Add light or open the lens, then lock the exposure.",
    ),
    "brightness": Limit(
        180.0, 210.0, "mean level of the face, 0 to 255",
        "Close the lens or shorten the exposure, then lock it.",
    ),
    "clipping": Limit(
        0.01, 0.05, "share of the skin that is black or white",
        "Expose so that no part of the skin is pure black or white.",
    ),
    "range": Limit(
        40.0, 20.0, "levels between the face's darkest and brightest twentieth",
        "Use a picture profile with normal contrast, clean the lens, keep light out of it.",
    ),
    "steps": Limit(
        0.03, 0.1, "greatest jump of brightness, share",
        "Lock exposure, gain and white balance.",
    ),
    "glare": Limit(
        0.01, 0.04, "share of the skin with highlights",
        "Use larger, softer lamps and powder the skin; turn lamps away from the camera.",
    ),
    "evenness": Limit(
        2.0, 4.0, "times as much light on one side as on the other",
        "Light the face from both sides of the camera.",
    ),
    "shadows": Limit(
        2.2, 4.0, "times as much light across an edge on the skin",
        "Use larger lamps or a diffuser; nothing may throw a shadow on the face.",
    ),
    "noise": Limit(
        0.5, 1.0, "px of movement on a face 256 px wide",
        "Add light and lower the gain.",
    ),
    "compression": Limit(
        0.5, 0.9, "share of the face that repeats the frame before exactly",
        "Raise the bit rate, or record intra-only or lossless.",
    ),
    "blocks": Limit(
        1.15, 1.4, "step at the codec's block edges over those elsewhere",
        "Raise the bit rate, or record intra-only or lossless.",
    ),
    "beat": Limit(
        2.0, 4.0, "jump at the codec's key frames over the usual change",
        "Raise the bit rate, or record intra-only or lossless.",
    ),
}  # fmt: skip
