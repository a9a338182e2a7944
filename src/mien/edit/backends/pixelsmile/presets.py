"""How the model fits into memory.

| preset  | what it does                                                    | memory from  |
|---------|-----------------------------------------------------------------|--------------|
| full    | everything in bfloat16 on the device                            | 64 GB        |
| offload | bfloat16, one part at a time on the graphics card, the rest off | 48 GB        |
| 8-bit   | weights kept as 8-bit floats, computed in bfloat16              | 32 GB        |
| 4-bit   | weights kept as NF4 by bitsandbytes                             | 20 GB        |

The transformer's 20.4e9 weights are 41 GB in bfloat16, the text encoder's 8.3e9 are 17 GB. What
users report: 60 GB and more in bfloat16, about 30 GB in 8 bit, 18 to 20 GB in NF4; none of it was
measured by mien. While it is loaded, all but ``4-bit`` need 60 GB of main memory. ``full`` and
``offload`` draw the same picture; 8 and 4 bits draw another one.
"""

from enum import StrEnum

from mien.core.errors import InputError
from mien.core.extras import require

_GB = 10**9


class Preset(StrEnum):
    """A way to fit the model into memory."""

    FULL = "full"
    OFFLOAD = "offload"
    EIGHT_BIT = "8-bit"
    FOUR_BIT = "4-bit"


_NEEDS = {
    Preset.FULL: 64 * _GB,
    Preset.OFFLOAD: 48 * _GB,
    Preset.EIGHT_BIT: 32 * _GB,
    Preset.FOUR_BIT: 20 * _GB,
}
_CAN: dict[str, tuple[Preset, ...]] = {
    "cuda": tuple(Preset),
    "mps": (Preset.FULL,),
    "cpu": (Preset.FULL, Preset.EIGHT_BIT),
}


def machine() -> tuple[str, int]:
    """The device that would draw here, and its memory in bytes, all of it.

    Raises:
        MissingExtraError: torch is not installed.
    """
    torch = require("torch", "diffusion")
    if torch.cuda.is_available():
        return "cuda", int(torch.cuda.get_device_properties(0).total_memory)
    memory = int(require("psutil", "diffusion").virtual_memory().total)
    return ("mps" if torch.backends.mps.is_available() else "cpu"), memory


def check_preset(preset: Preset, device: str) -> None:
    """Make sure that a device can do what a preset asks.

    Raises:
        InputError: an unknown device, or one that cannot.
    """
    if device not in _CAN:
        raise InputError(f"unknown device {device!r}: use {', '.join(_CAN)}")
    if preset not in _CAN[device]:
        raise InputError(f"preset {preset} is not for {device}: use {', '.join(_CAN[device])}")


def recommend(memory: int, device: str) -> Preset:
    """The preset that changes the picture least and fits.

    Args:
        memory: bytes of the device, all of it.
        device: ``cuda``, ``mps`` or ``cpu``.

    Raises:
        InputError: an unknown device, or one that is too small for any.
    """
    check_preset(Preset.FULL, device)
    for preset in _CAN[device]:
        if memory >= _NEEDS[preset]:
            return preset
    raise InputError(
        f"{memory / _GB:.0f} GB on {device} are too little for PixelSmile, which needs"
        f" {_NEEDS[_CAN[device][-1]] / _GB:.0f}: use a larger machine, or the backend mesh"
    )
