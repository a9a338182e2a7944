"""The demo's page: HTML around the pictures that lie beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from string import Template

from mien import __version__
from mien.core.face import Event
from mien.core.recipe import Recipe
from mien.flows.demo.hidden import Experiment
from mien.flows.demo.plots import BAR_WIDTH, WIDTH, bars, curves
from mien.flows.demo.sketch import to_svg
from mien.flows.demo.stage import Shot, Stage

_PLAYER = (
    '<video id="micro" src="microexpression.mp4" poster="rest-square.jpg" controls muted'
    ' playsinline></video><button data-speed="1">play</button>'
    '<button data-speed="0.25">¼ speed</button>'
    '<button data-speed="0.0625">1/16 speed</button>'
)
_WORTH_TELLING = 0.3  # intensity
_HEAD = "<tr><th></th><th>asked</th><th>measured</th><th>difference</th></tr>"


@dataclass(frozen=True, eq=False)
class Content:
    """What the page shows; pictures are given by the names of their files.

    Attributes:
        stage: the portrait.
        expressions: recipe, then (file, shot) of each strength.
        sides: (file, shot) of the one-sided edits, after the face at rest.
        blend: (file, shot) of the parts and the whole.
        transition: the words for the two ends.
        experiment: the hidden expression, asked and read.
    """

    stage: Stage
    expressions: Sequence[tuple[Recipe, Sequence[tuple[str, Shot]]]]
    sides: Sequence[tuple[str, Shot]]
    blend: Sequence[tuple[str, Shot]]
    transition: tuple[str, str]
    experiment: Experiment


def page(content: Content) -> str:
    """The whole page."""
    template = Template((files("mien.flows.demo") / "page.html").read_text(encoding="utf-8"))
    start, end = content.transition
    return template.substitute(
        hero=_picture(
            "expressions.jpg", "The portrait at rest and in five expressions", eager=True
        ),
        rest=_rest(content.stage),
        expressions="\n".join(_card(recipe, shots) for recipe, shots in content.expressions),
        sides=_few(content.sides),
        blend=_few(content.blend),
        transition=f"From {start} to {end} in one and a half seconds, with a soft start and stop.",
        micro=_micro(content.experiment),
        credit=escape(content.stage.credit),
        version=__version__,
    )


def _rest(stage: Stage) -> str:
    grown = stage.enlarged
    done = f"enlarged {grown:.1f} times" if grown > 1 else f"reduced to {100 * grown:.0f} %"
    size = (
        f"The photo was cut to a square round the face and {done} (Lanczos) before anything else."
    )
    if not stage.relaxed:
        return f"<p>The portrait is at rest already, so it is used as it is. {size}</p>" + _tiles(
            [_figure("original.jpg", "The portrait")]
        )
    strongest = sorted(stage.found.items(), key=lambda item: -item[1])[:6]
    names = ", ".join(f"{escape(name)} {value:.1f}" for name, value in strongest if value >= 0.5)
    note = (
        "<p>The portrait shows an expression of its own, so mien takes it off first; what a face"
        " looks like behind a grin is an estimate. From here on the relaxed picture stands for the"
        f" person's neutral face. {size}</p>"
    )
    return note + _tiles(
        [
            _figure("original.jpg", f"As photographed. Read: {names}"),
            _figure("rest.jpg", "Put at rest: <code>--expression neutral=1</code>"),
        ]
    )


def _card(recipe: Recipe, shots: Sequence[tuple[str, Shot]]) -> str:
    aus = " · ".join(f"{escape(name)} {value:g}" for name, value in recipe.aus.items())
    tiles = "".join([_figure("rest.jpg", "0"), *(_shot(file, shot) for file, shot in shots)])
    return (
        f'<section class="card"><h3>{escape(recipe.name)}</h3><p class="recipe">{aus}</p>'
        f'<div class="tiles">{tiles}</div></section>'
    )


def _few(shots: Sequence[tuple[str, Shot]]) -> str:
    return _tiles([_figure("rest.jpg", "at rest"), *(_shot(file, shot) for file, shot in shots)])


def _tiles(figures: Sequence[str]) -> str:
    return f'<div class="row">{"".join(figures)}</div>'


def _shot(file: str, shot: Shot) -> str:
    strokes, height = bars(shot.asked, shot.measured)
    drawing = to_svg(strokes, BAR_WIDTH, height, f"asked and measured: {shot.label}")
    return _figure(file, escape(shot.label), drawing)


def _figure(file: str, caption: str, drawing: str = "") -> str:
    """A picture with a caption (HTML) and a drawing (SVG) under it."""
    link = f'<a href="{file}">{_picture(file, "")}</a>'
    return f"<figure>{link}<figcaption>{caption}</figcaption>{drawing}</figure>"


def _picture(file: str, words: str, eager: bool = False) -> str:
    loading = "" if eager else ' loading="lazy"'
    return f'<img src="{file}" alt="{escape(words, quote=True)}"{loading}>'


def _micro(found: Experiment) -> str:
    truth = found.truth
    strokes, height = curves(found)
    peaks = ", ".join(f"{name} {value:.1f}" for name, value in truth.aus.items())
    lasts = 1000 * (truth.offset - truth.onset)
    words = (
        f"mien made a clip of {found.time[-1] + found.step:.1f} s at {1 / found.step:.0f} frames a"
        f" second, put into it a flash of {lasts:.0f} ms ({peaks}) and the grain of a camera, wrote"
        " it as an ordinary MP4, and read that file back without being told anything. Did you see"
        " it? Slow it down."
    )
    drawing = to_svg(strokes, WIDTH, height, "action units over time, asked and measured")
    pair = _figure("rest.jpg", "before") + _figure("apex.jpg", "at the apex")
    seen = f'{_PLAYER}<div class="pair">{pair}</div>'
    clip = f'<div class="clip"><div>{seen}</div><div>{drawing}{_table(found)}</div></div>'
    return f"<p>{words}</p>{clip}"


def _table(found: Experiment) -> str:
    truth, event = found.truth, found.found
    if event is None:
        return (
            "<p><strong>The reader did not find it.</strong> The curves show what it measured;"
            f" events reported elsewhere in the clip: {found.others}.</p>"
        )
    rows = "".join(
        f"<tr><td>{name}</td><td>{1000 * asked:.0f} ms</td><td>{1000 * got:.0f} ms</td>"
        f"<td>{1000 * (got - asked):+.0f} ms</td></tr>"
        for name, asked, got in _moments(truth, event)
    )
    rows += "".join(
        f"<tr><td>{name} at its peak</td><td>{asked:.2f}</td><td>{got:.2f}</td>"
        f"<td>{got - asked:+.2f}</td></tr>"
        for name, asked, got in _peaks(truth.aus, event.aus)
    )
    side = {"L": "left", "R": "right", "both": "both"}
    return (
        f'<div class="scroll"><table>{_HEAD}{rows}'
        f"<tr><td>side</td><td>{side[truth.side]}</td><td>{side[event.side]}</td><td></td></tr>"
        f"<tr><td>kind</td><td>{truth.kind}</td><td>{escape(event.kind)}</td><td></td></tr></table></div>"
        f'<p class="small">{_besides(found, event)}</p>'
    )


def _besides(found: Experiment, event: Event) -> str:
    """What the reader reported and nobody had hidden."""
    extra = [
        f"{name} {value:.1f}"
        for name, value in event.aus.items()
        if name not in found.truth.aus and value >= _WORTH_TELLING
    ]
    told = ", ".join(extra) or "none"
    units = f"Not hidden, but reported above {_WORTH_TELLING:g} in this event: {told}. "
    return escape(f"{units}Other events reported in this clip: {found.others}.")


def _moments(truth: Event, event: Event) -> list[tuple[str, float, float]]:
    return [
        (name, getattr(truth, name), getattr(event, name)) for name in ("onset", "apex", "offset")
    ]


def _peaks(
    asked: Mapping[str, float], measured: Mapping[str, float]
) -> list[tuple[str, float, float]]:
    return [(name, value, measured.get(name, 0.0)) for name, value in asked.items()]
