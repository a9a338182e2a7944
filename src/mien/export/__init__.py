"""What a reading can be written as: one file per format, and the table of them."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from mien.core.face import Event
from mien.core.signal import Track
from mien.export import events_csv, events_json, track_csv, track_parquet

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
