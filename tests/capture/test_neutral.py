"""The resting face is found among moments of which most are not at rest."""

import numpy as np

from mien.anatomy.head import View, rotation_of
from mien.anatomy.model import displacement, face_model
from mien.anatomy.template import template
from mien.capture.neutral import neutral_of_clip
from mien.core.facs import vector


def picture(aus: dict[str, float], yaw: float = 0.0):  # type: ignore[no-untyped-def]
    mesh = template() + displacement(face_model(template()), vector(aus))
    return View(rotation_of(yaw, 3.0, 2.0), 90.0, np.array([300.0, -200.0, 0.0])).to_picture(mesh)


def test_calm_moments_win() -> None:
    moments = [picture({"AU12": 3.0, "AU25": 2.0}, yaw) for yaw in range(-8, 8, 2)]
    moments += [picture({}), picture({}, 4.0), picture({}, -4.0)]
    found = neutral_of_clip(np.array(moments))
    off = np.abs(found.mesh - template())[:, :2]
    assert np.percentile(off, 95) < 0.02
    assert 0 < found.confidence < 1


def test_a_smile_that_never_goes_is_a_smile() -> None:
    found = neutral_of_clip(np.array([picture({"AU12": 4.0}, yaw) for yaw in (-3.0, 0.0, 3.0)]))
    smile, rest = picture({"AU12": 4.0}), picture({})
    corner = (smile[61] - rest[61])[:2] / 90.0
    kept = (found.mesh[61] - template()[61])[:2] * (1, -1)
    assert kept @ corner < 0.5 * corner @ corner


def test_one_moment_is_enough() -> None:
    assert neutral_of_clip(picture({})[None]).mesh.shape == (478, 3)
