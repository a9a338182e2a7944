"""The sound of a clip, and its clock, for another clip with the same times."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.layout import AudioLayout
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.error import FFmpegError
from av.packet import Packet

from mien.core.errors import MediaError
from mien.media import container, still
from mien.media.files import MediaWarning, clear_errors

_MILLISECOND = Fraction(1, 1000)
_SLIP = 0.2  # seconds by which stamps of sound may be off before they are believed
_AHEAD = 0.5  # seconds by which sound is written ahead of the pictures
_OWN = (
    "major_brand",
    "minor_version",
    "compatible_brands",
    "encoder",
)  # what a file says of itself


class Sound:
    """What goes from one clip into another beside the pictures; made by :func:`sound_of`."""

    def __init__(self, source: InputContainer | None, clock: tuple[Fraction, int]) -> None:
        self.clock = clock  # seconds per tick, ticks of the first picture
        self._source = source
        self._out: OutputContainer | None = None
        self._ways: dict[int, tuple[AudioStream, bool]] = {}  # to which stream, and whether coded
        self._packets: Iterator[Packet[AudioStream]] = iter(())
        self._spoken: dict[int, int] = {}  # samples; end of what was coded of each stream
        self._waiting: Packet[AudioStream] | None = None

    def attach(self, out: OutputContainer) -> None:
        """Add the streams to a container to which nothing has been written yet."""
        self._out = out
        if self._source is None:
            return
        out.metadata.update(
            {name: value for name, value in self._source.metadata.items() if name not in _OWN}
        )
        streams = self._source.streams.audio
        for stream in streams:
            if stream.codec_context.codec.canonical_name in out.supported_codecs:
                self._ways[stream.index] = out.add_stream_from_template(stream), False
            else:
                layout = _layout(stream.layout)
                coded = out.add_stream("aac", rate=stream.rate, layout=layout)
                self._ways[stream.index] = coded, True
        if streams:
            self._packets = self._source.demux(streams)

    def until(self, time: float) -> None:
        """Write the sound up to some seconds from the first picture, or all that is left (inf)."""
        unit, start = self.clock
        end = float(start * unit) + time + _AHEAD
        while True:
            packet, self._waiting = self._waiting or self._next(), None
            if packet is None:
                return
            if packet.dts is not None and float(packet.dts * packet.time_base) > end:
                self._waiting = packet
                return
            self._write(packet)

    def _placed(self, frame: AudioFrame, stream: AudioStream) -> AudioFrame:
        """A piece of sound right behind the one before, where clocks of packets are coarse."""
        rate, end = frame.sample_rate, self._spoken.get(stream.index)
        said = None if frame.time is None else round(frame.time * rate)
        if end is None or (said is not None and said > end + _SLIP * rate):
            end = said or 0
        frame.pts, frame.time_base = end, Fraction(1, rate)
        self._spoken[stream.index] = end + frame.samples
        return frame

    def _next(self) -> "Packet[AudioStream] | None":
        try:
            return next(self._packets, None)
        except FFmpegError as error:
            name = self._source.name if self._source else ""
            text = f"{name}: its sound is damaged and ends early: {error.strerror}"
            warnings.warn(text, MediaWarning, stacklevel=2)
            self._packets = iter(())
            return None

    def _write(self, packet: "Packet[AudioStream]") -> None:
        assert self._out is not None
        stream, coded = self._ways[packet.stream.index]
        if coded:
            for frame in packet.decode():
                named = _named(frame, stream.layout.name)
                self._out.mux(stream.encode(self._placed(named, stream)))
            if not packet.size:  # the end
                self._out.mux(stream.encode(None))
        elif packet.dts is not None:
            packet.stream = stream
            self._out.mux(packet)


def _layout(layout: AudioLayout) -> str:
    """A layout that encoders know: old formats say only how many channels there are."""
    if "channels" not in layout.name:
        return layout.name
    return "mono" if layout.nb_channels == 1 else "stereo"


def _named(frame: AudioFrame, layout: str) -> AudioFrame:
    """A piece of sound whose channels have names, the first two where there are too many."""
    if "channels" not in frame.layout.name:
        return frame
    channels = frame.to_ndarray()
    if not frame.format.is_planar:
        channels = channels.reshape(-1, frame.layout.nb_channels).T
    wanted = 1 if layout == "mono" else 2
    planar = np.ascontiguousarray(channels[:wanted])
    named = AudioFrame.from_ndarray(planar, frame.format.planar.name, layout)
    named.sample_rate, named.pts, named.time_base = frame.sample_rate, frame.pts, frame.time_base
    return named


@contextmanager
def sound_of(path: Path) -> Iterator[Sound]:
    """The sound and the clock of a clip; an animated picture has no sound.

    Raises:
        MediaError: not a clip, or not one picture of it can be decoded.
    """
    if still.moves(path):
        yield Sound(None, (_MILLISECOND, 0))
        return
    with container.opened(path) as (source, stream):
        first = next(container.pictures(source, stream, []), None)
        if first is None:
            raise MediaError(f"{path}: holds a video, but not one picture of it can be decoded")
        clock = stream.time_base or _MILLISECOND, first.pts or 0
    with clear_errors(path, "cannot be decoded"):
        source = av.open(f"file:{path.absolute()}", options=container.OPTIONS)
    with source:
        yield Sound(source, clock)
