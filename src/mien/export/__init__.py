"""What a reading can be written as: one file per format, and the table of them."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from mien.core.face import Event
from mien.core.signal import Track
from mien.export import events_json, track_csv

# Name of the file to what writes it.
FORMATS: Mapping[str, Callable[[Track, list[Event], Path], None]] = MappingProxyType(
    {
        track_csv.NAME: lambda track, _events, path: track_csv.write(track, path),
        events_json.NAME: lambda _track, events, path: events_json.write(events, path),
    }
)
