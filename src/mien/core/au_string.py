"""Action units as coders write them in a cell: ``L12``, ``4D+9B``, ``(R6 or R12) + R15``.

A code is an optional class (AU, AD, M, SC), an optional side, a number and an optional intensity,
after Ekman, Friesen & Hager, *FACS* (2002); asymmetry scores V to Z and G to K are as in the code
table of Girard (``jmgirard/facs``). Sets of micro-expressions differ in how they separate codes
and what they write beside them, so all of it is read, nothing is lost and nothing is refused: what
is not understood stays as text and becomes a warning.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import combinations, groupby

KINDS = ("AU", "AD", "M", "SC")  # action unit, action descriptor, movement, gross behaviour
SIDES = ("L", "R", "U", "T", "B", "A")
INTENSITIES = "ABCDE"
LEFT_STRONGER, RIGHT_STRONGER = "VWXYZ", "GHIJK"  # by 1 to 5 steps

# Which cannot be on one face at once (FACS 2002). AU07 at E closes the eye, as AU43 does.
_IMPOSSIBLE = {
    frozenset(pair)
    for pair in (
        (5, 43), (5, 45), (5, 46), (8, 24), (24, 25), (25, 34), (26, 27), (18, 28), (19, 24),
    )
}  # fmt: skip
_APART = ({"L", "R"}, {"T", "B"})  # parts of the face that may do opposite things

_PIECE = re.compile(
    r"""
    (?P<code> (?<![A-Za-z0-9])
        (?: (?P<kind>AU|AD|SC|M) [ ]? )?
        (?P<side>[LRUTBA])?
        (?P<number>[0-9]{1,2})
        (?P<after>[LR])?
        (?P<intensity>[A-E](?:/[A-E](?=[V-ZG-K]?(?![A-Za-z0-9])))?)?
        (?P<asymmetry>[V-ZG-K])?
        (?![A-Za-z0-9])
        (?P<doubt>[?？])?
        (?:\((?P<note>[A-Za-z]{1,3})\))?
    )
    | (?P<reference> \b ref \s* \( )
    | (?P<either> (?<![A-Za-z0-9]) or (?![A-Za-z0-9]) | [/|] )
    | (?P<open> [(（] )
    | (?P<close> [)）] )
    | (?P<doubtful> [?？] )
    | (?P<separator> [+＋,，、;；&\n]+ )
    | (?P<space> \s+ )
    | (?P<word> [^\s+＋,，、;；&()（）?？/|]+ )
    """,
    re.IGNORECASE | re.VERBOSE,
)
_BREAKS = ("separator", "open", "close", "reference")  # after these a note has ended


@dataclass(frozen=True)
class CodedUnit:
    """One code.

    Attributes:
        number: of the code, 0 to 99; 0 is the face at rest.
        kind: ``"AU"``, ``"AD"``, ``"M"`` or ``"SC"``; ``"AU"`` where nothing is written.
        side: ``"L"`` or ``"R"``, the subject's own; ``"U"`` one side, not said which; ``"T"`` or
            ``"B"``, top or bottom; ``"A"`` asymmetric; empty for both or not said.
        intensity: ``"A"`` to ``"E"``, ``"A/B"`` where the coder wavers, or empty.
        asymmetry: ``"V"`` to ``"Z"`` left stronger by 1 to 5 steps, ``"G"`` to ``"K"`` right
            stronger by 1 to 5, or empty.
        certain: False with a question mark.
        alternative: 0, or the number of the choice that this is one of: of the codes with one
            number only one is on the face.
        reference: written ``ref(7B)``: mentioned, not scored.
        note: letters in brackets behind the code, as in ``AU4(k)``.
        raw: as written; does not count when codes are compared.
    """

    number: int
    kind: str = "AU"
    side: str = ""
    intensity: str = ""
    asymmetry: str = ""
    certain: bool = True
    alternative: int = 0
    reference: bool = False
    note: str = ""
    raw: str = field(default="", compare=False)

    @property
    def name(self) -> str:
        """As mien names it: ``"AU12L"``, ``"AD38"``."""
        return f"{self.kind}{self.number:02d}{self.side}"


@dataclass(frozen=True)
class AUString:
    """A cell, taken apart.

    Attributes:
        pieces: codes, and between them whatever else is written.
        incomplete: a question mark stands by itself: there is more than is coded.
        notes: what is neither code nor separator.
    """

    pieces: tuple[CodedUnit | str, ...]
    incomplete: bool
    notes: tuple[str, ...]

    @property
    def text(self) -> str:
        """The cell, to the letter."""
        return "".join(piece if isinstance(piece, str) else piece.raw for piece in self.pieces)

    @property
    def units(self) -> tuple[CodedUnit, ...] | None:
        """The codes in order; None where nothing is coded, which is not the same as no movement."""
        found = tuple(piece for piece in self.pieces if isinstance(piece, CodedUnit))
        return found or None

    @property
    def warnings(self) -> tuple[str, ...]:
        """One line for everything that deserves a look."""
        units = self.units or ()
        said = [f"note {note!r}" for note in self.notes]
        said += [f"{unit.name}: note {unit.note!r}" for unit in units if unit.note]
        said += [f"{unit.name}: a reference, not counted" for unit in units if unit.reference]
        said += ["more than is coded ('?')"] if self.incomplete and units else []
        said += [f"{one.name} and {two.name} exclude each other" for one, two in impossible(units)]
        return tuple(said)


def parse(cell: object) -> AUString:
    """Read a cell; no cell is refused.

    Args:
        cell: text, a number as spreadsheets keep ``12``, or None for an empty one.
    """
    pieces: list[CodedUnit | str] = []
    notes: list[str] = []
    brackets: list[bool] = []  # for each open one, whether it is a reference
    in_note = incomplete = either = False
    choices = 0
    last = -1  # where the last code is
    for name, match in _scan(_text(cell)):
        in_note = in_note and name not in _BREAKS
        unit = _unit(match, any(brackets)) if name == "code" and not in_note else None
        if unit is None:
            pieces.append(match[0])
            if name in {"word", "code"}:
                _join_note(notes, match[0], in_note)
                in_note = True
        elif either and last >= 0:
            before = pieces[last]
            assert isinstance(before, CodedUnit)
            if not before.alternative:
                choices += 1
                before = pieces[last] = replace(before, alternative=choices)
            pieces.append(replace(unit, alternative=before.alternative))
        else:
            pieces.append(unit)
        if unit is not None:
            last = len(pieces) - 1
        if name in {"open", "reference"}:
            brackets.append(name == "reference")
        elif name == "close" and brackets:
            brackets.pop()
        incomplete |= name == "doubtful"
        either = name == "either" or (either and name in {"space", "open"})
    return AUString(tuple(pieces), incomplete, tuple(notes))


def write(units: Iterable[CodedUnit]) -> str:
    """Codes as one text: what :func:`parse` reads as the same codes.

    Neighbours with the same ``alternative`` become ``(R6 or R12)``; choices are numbered anew.
    """
    parts = []
    for choice, members in groupby(units, key=lambda unit: unit.alternative):
        written = [_written(unit) for unit in members]
        parts += [f"({' or '.join(written)})"] if choice else written
    return "+".join(parts)


def present(units: Iterable[CodedUnit] | None) -> frozenset[int]:
    """Numbers of what is on the face; of a choice all, and neither references nor 0."""
    return frozenset(u.number for u in units or () if u.number and not u.reference)


def impossible(units: Iterable[CodedUnit]) -> Iterator[tuple[CodedUnit, CodedUnit]]:
    """Pairs that one face cannot show at once; other sides and other choices do not clash."""
    scored = [unit for unit in units if not unit.reference and unit.kind == "AU"]
    for one, two in combinations(scored, 2):
        if {one.side, two.side} in _APART or (one.alternative == two.alternative != 0):
            continue
        shut = {one.number, two.number} == {5, 7} and "E" in (
            one.intensity if one.number == 7 else two.intensity
        )
        if shut or {one.number, two.number} in _IMPOSSIBLE:
            yield one, two


def _text(cell: object) -> str:
    if cell is None:
        return ""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _scan(text: str) -> Iterator[tuple[str, re.Match[str]]]:
    """The pieces of a text with the name of their kind, without a gap."""
    at = 0
    while at < len(text):
        match = _PIECE.match(text, at)
        assert match is not None, "a character belongs to some piece"
        assert match.end() > at
        assert match.lastgroup is not None
        name = "code" if match["code"] is not None else match.lastgroup
        yield name, match
        at = match.end()


def _unit(match: re.Match[str], reference: bool) -> CodedUnit | None:
    """The code of a match; None where it has two sides."""
    if match["side"] and match["after"]:
        return None
    return CodedUnit(
        number=int(match["number"]),
        kind=(match["kind"] or "AU").upper(),
        side=(match["side"] or match["after"] or "").upper(),
        intensity=(match["intensity"] or "").upper(),
        asymmetry=(match["asymmetry"] or "").upper(),
        certain=not match["doubt"],
        reference=reference,
        note=match["note"] or "",
        raw=match[0],
    )


def _join_note(notes: list[str], word: str, more: bool) -> None:
    """Words that follow each other are one note."""
    if more and notes:
        notes[-1] += f" {word}"
    else:
        notes.append(word)


def _written(unit: CodedUnit) -> str:
    kind = "" if unit.kind == "AU" else unit.kind
    code = f"{kind}{unit.side}{unit.number}{unit.intensity}{unit.asymmetry}"
    code += "" if unit.certain else "?"
    code += f"({unit.note})" if unit.note else ""
    return f"ref({code})" if unit.reference else code
