"""What the expression network says of an event, by the pictures of it that the page shows."""

from dataclasses import replace

import numpy as np

from mien.capture.evidence import agreement, support
from mien.core.face import Event
from mien.flows.report.shots import Shots
from mien.flows.report.steady import skin_of


def supported(event: Event, shots: Shots) -> Event:
    """The event with how clearly the network agrees; as it is where that is not known.

    The model is not here, the face was not seen at rest before the event, or the network answers to
    none of its units.

    Args:
        event: of the clip.
        shots: its pictures, from which head and grain are gone as far as they can be.

    Raises:
        ModelError: a file that is not the model is in its place.
    """
    if "rest" not in shots.moments:
        return event
    places = skin_of(shots.yaw, shots.pitch).places
    points = np.column_stack([places, np.zeros(len(places))])
    rest = shots.halves or (shots.moments["rest"],)
    rises = agreement([(picture, points) for picture in rest], [(shots.moments["apex"], points)])
    return replace(event, support=support(event, rises))
