"""One shoot, many variants: every photo with every recipe, resumable, with a contact sheet."""

from mien.flows.shoot.plan import photos_in
from mien.flows.shoot.run import Shoot, shoot

__all__ = ["Shoot", "photos_in", "shoot"]
