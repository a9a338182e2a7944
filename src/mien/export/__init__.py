"""What a reading can be written as: one file per format, and the tables of them.

:data:`FORMATS` is what ``mien read`` writes, :data:`EXPORTS` what other programs read.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from mien.core.face import Event
from mien.core.signal import Track
from mien.export import (
    bids,
    elan,
    events_csv,
    events_json,
    fex,
    gltf,
    livelink,
    openface,
    shapes_json,
    track_csv,
    track_parquet,
    vrma,
)
from mien.export.material import Material

# Takes what was read, where to write it, and the name of the clip.
Writer = Callable[[Track, list[Event], Path, str], None]

# Name of the file to what writes it.
FORMATS: Mapping[str, Writer] = MappingProxyType(
    {
        track_csv.NAME: lambda track, _events, path, _clip: track_csv.write(track, path),
        track_parquet.NAME: lambda track, _events, path, _clip: track_parquet.write(track, path),
        events_json.NAME: lambda _track, events, path, _clip: events_json.write(events, path),
        events_csv.NAME: lambda track, events, path, clip: events_csv.write(
            events_csv.spotted(events, track, clip), path
        ),
    }
)


def at_hand() -> dict[str, Writer]:
    """The formats whose libraries are installed: all, save that Parquet is an extra."""
    left_out = () if track_parquet.available() else (track_parquet.NAME,)
    return {name: write for name, write in FORMATS.items() if name not in left_out}


@dataclass(frozen=True)
class Export:
    """A format of other programs.

    Attributes:
        ending: of the name of the file; of the folder for BIDS.
        write: takes the material and where to write it.
        faces: whether it holds more than one face.
        moves: whether it is a movement, and nothing without a reading.
        events: whether it holds events.
    """

    ending: str
    write: Callable[[Material, Path], None]
    faces: bool = False
    moves: bool = False
    events: bool = False


EXPORTS: Mapping[str, Export] = MappingProxyType(
    {
        "openface": Export(".openface.csv", openface.write, faces=True),
        "fex": Export(".fex.csv", fex.write, faces=True),
        "elan": Export(".eaf", elan.write, faces=True, events=True),
        "bids": Export(".bids", bids.write, faces=True, events=True),
        "livelink": Export(".livelink.csv", livelink.write, moves=True),
        "arkit": Export(".arkit.json", shapes_json.write_arkit),
        "mediapipe": Export(".mediapipe.json", shapes_json.write_mediapipe),
        "gltf": Export(".glb", gltf.write, moves=True),
        "vrma": Export(".vrma", vrma.write, moves=True),
        "vrma-presets": Export(".presets.vrma", vrma.write_presets, moves=True),
    }
)
