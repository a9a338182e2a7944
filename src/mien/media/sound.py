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
from av.error import ArgumentError, FFmpegError, InvalidDataError
from av.packet import Packet

from mien.core.errors import MediaError
from mien.media import container, still
from mien.media.files import MediaWarning, clear_errors

_MILLISECOND = Fraction(1, 1000)
_SLIP = 0.2  # seconds by which stamps of sound may be off before they are believed
_AHEAD = 0.5  # seconds by which sound is written ahead of the pictures
# What is copied: codecs that players expect in a format. Muxers take more, and fail with some.
_USUAL = {"aac", "ac3", "alac"}
_PCM = {"pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le"}
_FREE = {"flac", "opus", "vorbis", "mp2", "dts", "truehd"}
_COPIED = {
    ".m4v": _USUAL,
    ".mp4": _USUAL | {"mp3", "eac3"},
    ".mov": _USUAL | {"mp3", "eac3", "pcm_s16be", "pcm_s24be"} | _PCM,
    ".mkv": _USUAL | {"mp3", "eac3"} | _PCM | _FREE,
}
# What AAC can be of; other rates and arrangements of speakers are converted.
_RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 64000, 88200, 96000)
_LAYOUTS = ("mono", "stereo", "5.1", "5.1(side)")
_UNNAMED = {1: "mono", 6: "5.1"}  # what so many channels mean in formats that only count them
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
        self._hurt = False

    def attach(self, out: OutputContainer, suffix: str) -> None:
        """Add the streams to a container to which nothing has been written yet.

        Args:
            out: the container.
            suffix: of its file, one of the four that clips are written with.
        """
        self._out = out
        if self._source is None:
            return
        out.metadata.update(
            {name: value for name, value in self._source.metadata.items() if name not in _OWN}
        )
        streams = self._source.streams.audio
        for stream in streams:
            if stream.codec_context.codec.canonical_name in _COPIED[suffix]:
                self._ways[stream.index] = out.add_stream_from_template(stream), False
            else:
                rate = stream.rate if stream.rate in _RATES else 48000
                coded = out.add_stream("aac", rate=rate, layout=_layout(stream.layout))
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
            self._warn(f"ends early: {error.strerror}")
            self._packets = iter(())
            return None

    def _write(self, packet: "Packet[AudioStream]") -> None:
        assert self._out is not None
        stream, coded = self._ways[packet.stream.index]
        if coded:
            self._out.mux(list(self._again(packet, stream)))
            if not packet.size:  # the end
                self._out.mux(stream.encode(None))
        elif packet.dts is not None:
            packet.stream = stream
            try:
                self._out.mux(packet)
            except (InvalidDataError, ArgumentError):  # a full disk is none of these
                self._warn("has gaps")

    def _again(
        self, packet: "Packet[AudioStream]", stream: AudioStream
    ) -> "Iterator[Packet[AudioStream]]":
        """What a packet holds, coded anew; nothing where it is damaged."""
        try:
            for frame in packet.decode():
                named = _named(frame, stream.layout.name)
                yield from stream.encode(self._placed(named, stream))
        except (FFmpegError, ValueError):  # or another kind of sound all at once
            self._warn("has gaps")

    def _warn(self, what: str) -> None:
        """Say once that some of the sound is missing."""
        if not self._hurt:
            name = self._source.name.removeprefix("file:") if self._source else ""
            text = f"{name}: its sound is damaged and {what}"
            warnings.warn(text, MediaWarning, stacklevel=2)
        self._hurt = True


def _layout(layout: AudioLayout) -> str:
    """A layout that players know: old formats say only how many channels there are."""
    if layout.name in _LAYOUTS:
        return layout.name
    return _UNNAMED.get(layout.nb_channels, "stereo")


def _named(frame: AudioFrame, layout: str) -> AudioFrame:
    """A piece of sound whose channels have names, the first two where there are too many."""
    if "channels" not in frame.layout.name:
        return frame
    channels = frame.to_ndarray()
    if not frame.format.is_planar:
        channels = channels.reshape(-1, frame.layout.nb_channels).T
    planar = np.ascontiguousarray(channels[: AudioLayout(layout).nb_channels])
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
        source = av.open(
            f"file:{path.absolute()}", options=container.OPTIONS, metadata_errors="ignore"
        )
    with source:
        yield Sound(source, clock)
