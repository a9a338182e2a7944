"""The page of FFE-Bench and the published figures on it."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from mien.bench.ffe.figures import COLUMNS, Content, Figure, JudgeFigures, Sitter, Structure
from mien.bench.ffe.metrics import BASIC, confusion
from mien.bench.ffe.page import page
from mien.bench.ffe.page_courses import quartiles
from mien.bench.ffe.page_table import between, number
from mien.bench.ffe.published import published
from mien.edit.strengths import Curve

STRENGTHS = np.array([0.0, 0.5, 1.0, 1.5])
VOID = {"meta", "img", "br", "line", "circle", "path", "polygon"}


class Tags(HTMLParser):
    """Every tag with its attributes; what is opened must be closed, in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_startendtag(self, tag, attrs) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data) -> None:
        if not {"style", "script"} & set(self.open):
            self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


def jpeg(shade: int) -> bytes:
    held = BytesIO()
    Image.new("L", (8, 8), shade).save(held, "JPEG")
    return held.getvalue()


def judge_of(name: str = "classifier", kin: bool = False) -> JudgeFigures:
    rng = np.random.default_rng(3)
    target = np.repeat(np.arange(6), 10)
    seen = np.where(rng.random(60) < 0.6, target, rng.integers(-1, 7, 60))
    scores = {each: STRENGTHS / 3 + rng.random((10, 4)) / 2 for each in BASIC}
    figures = {
        "mscr": Figure(0.21, 40, 0.1, 0.333),
        "acc6": Figure(0.617, 60, 0.5, 0.7),
        "cls6": Figure(0.72, 60, 0.61, 0.8),
        "id": Figure(0.91, 60),
    }
    return JudgeFigures(
        name, kin, figures, (*BASIC, "neutral"), confusion(target, seen, 7), scores,
        {"cls6": Figure(0.555, 60)},
    )  # fmt: skip


def content_of(*judges: JudgeFigures) -> Content:
    steady = {name: np.full((10, 4), 0.9) for name in BASIC}
    sheet = (Sitter("001", jpeg(0), {"happy": jpeg(90)}), Sitter("002", jpeg(9), {"sad": jpeg(99)}))
    structure = (
        Structure("happy", Figure(0.021, 10, 0.01, 0.03), Figure(-0.004, 10), Figure(0.97, 10)),
    )
    return Content(
        "mesh", judges or (judge_of(),), 10, 240, STRENGTHS, 1.0, steady, sheet, structure,
        ("Seed 0.",),
    )  # fmt: skip


def cells(text: str, start: str) -> str:
    """Visible words of the table row that begins with a text."""
    row = text[text.index(start) :]
    return Tags(f"<table><tr>{row[row.index('<td') : row.index('</tr>')]}</tr></table>").text


def test_the_page_is_whole_and_needs_nothing_else() -> None:
    text = page(content_of())
    tags = Tags(text)
    assert "http" not in text
    assert "url(" not in text
    assert "@import" not in text
    assert not tags.all("link")
    sources = [a["src"] for a in (*tags.all("img"), *tags.all("script")) if "src" in a]
    assert len(sources) == 4
    assert all(source.startswith("data:image/jpeg;base64,") for source in sources)
    assert not re.search(r"\bnan\b", tags.text)


def test_the_same_content_gives_the_same_page() -> None:
    assert page(content_of()) == page(content_of())


def test_our_figures_stand_above_the_published_ones() -> None:
    text = page(content_of())
    assert text.index("judge: classifier") < text.index(">PixelSmile <")
    ours = cells(text, "<small>judge: classifier")
    for words in ("0.210", "0.10 to 0.33", "n 40", "0.617", "0.720", "pooled 0.555", "0.910"):
        assert words in ours
    assert ours.count("–") == 3  # Acc-12, CLS-12 and HES are unknown
    assert cells(text, ">PixelSmile <") == "0.05500.86270.60000.80780.73050.47230.6522"
    assert cells(text, ">SAEdit <") == "–––−0.01830.0007––"
    assert cells(text, ">FLUX.2 Klein <") == "0.28500.45100.3310 a–––0.4146"


def test_a_related_judge_is_marked_wherever_it_is_named() -> None:
    text = Tags(page(content_of(judge_of("other"), judge_of("qwen", kin=True)))).text
    assert text.count("same family") == 5  # headline, explanation, table, courses, confusion
    assert "same family" not in page(content_of())


def test_names_are_words_not_markup() -> None:
    nasty = "<script>alert('\"&$title')</script>"
    judge = judge_of(nasty)
    judge = replace(
        judge,
        classes=(nasty, *judge.classes[1:]),
        scores={nasty: judge.scores["happy"]},
    )
    whole = replace(
        content_of(judge), editor=nasty, conditions=(nasty,),
        sheet=(Sitter(nasty, jpeg(1), {nasty: jpeg(2)}),),
        structure=(replace(content_of().structure[0], expression=nasty),),
    )  # fmt: skip
    text = page(whole)
    assert "<script>alert" not in text
    tags = Tags(text)
    assert len(tags.all("script")) == 1
    assert tags.all("img")[0]["alt"] == f"{nasty}, source"


def test_there_is_a_panel_per_expression_and_a_cell_per_class() -> None:
    tags = Tags(page(content_of()))
    assert len(tags.all("svg")) == len(BASIC)
    shares = [a for a in tags.all("td") if "--share" in (a.get("style") or "")]
    assert len(shares) == 6 * 8  # neutral was asked of nobody, but may be seen; "none" as well
    assert sum("right" in a.get("class", "") for a in shares) == 6
    assert sum("pair" in a.get("class", "") for a in shares) == 4


def test_a_course_is_drawn_where_there_are_answers_and_no_further() -> None:
    judge = judge_of()
    hole = judge.scores["happy"].copy()
    hole[:, 2] = np.nan
    nothing = np.full((10, 4), np.nan)
    text = page(content_of(replace(judge, scores={"happy": hole, "sad": nothing})))
    happy, sad = Tags(text).all("svg")
    assert "– at 1," in happy["aria-label"]
    assert sad["aria-label"].count("–") == 4
    assert "nan" not in "".join(
        f"{a.get('d', '')}{a.get('points', '')}" for _, a in Tags(text).found
    )
    path = next(a["d"] for a in Tags(text).all("path") if a["class"] == "median")
    assert path.count("M") == 2


def test_what_a_strength_draws() -> None:
    curves = {"happy": Curve((0.0, 0.5, 1.5), (0.0, 0.2, 0.9), 0.5)}
    text = page(replace(content_of(), curves=curves))
    row = cells(text, '<tr><th scope="row">happy</th><td>0.5')
    assert row == "0.550.5"  # half way from 0.2 to 0.9; its limit
    assert "curves.json" in text
    assert "What a strength draws" not in page(content_of())


def test_likeness_below_zero_is_shown() -> None:
    whole = content_of()
    other = replace(whole, identity={name: np.full((10, 4), -0.3) for name in BASIC})
    assert ">-1</text>" in page(other)
    assert ">-1</text>" not in page(whole)


def test_sections_without_content_are_left_out() -> None:
    text = page(replace(content_of(), sheet=(), structure=(), conditions=()))
    assert "Contact sheet" not in text
    assert "Structure" not in text
    Tags(text)


def test_quartiles_are_over_people() -> None:
    values = np.array([[0.0, np.nan], [0.2, np.nan], [0.4, np.nan], [np.nan, np.nan]])
    np.testing.assert_allclose(quartiles(values)[:, 0], [0.1, 0.2, 0.3])
    assert np.isnan(quartiles(values)[:, 1]).all()


def test_numbers_in_words() -> None:
    assert number(-0.0459, 4) == "−0.0459"
    assert number(np.nan) == "–"
    assert between(Figure(0.5, 9, -0.1, 0.75)) == "−0.10 to 0.75"
    assert between(Figure(0.5, 9)) == ""


def test_tables_agree_where_they_share_a_row() -> None:
    seen: dict[tuple[str, str], float] = {}
    for table in published().tables:
        for row in table.rows:
            assert row.figures
            for key, value in row.figures.items():
                assert seen.setdefault((row.name, key), value) == value
                assert -1 <= value <= 1


def test_published_shares_are_of_the_pictures_that_the_notes_say() -> None:
    rows = [row for table in published().tables for row in table.rows]
    doubted = {name for note in published().notes if note.figure == "acc12" for name in note.names}
    for row in rows:
        if (share := row.figures.get("acc6")) is not None:
            assert round(round(share * 51) / 51, 4) == share
        if (share := row.figures.get("acc12")) is not None:
            fits = any(round(round(share * n) / n, 4) == share for n in (99, 100))
            assert fits == (row.name not in doubted)


def test_notes_are_about_printed_figures() -> None:
    rows = {(row.name, key) for t in published().tables for row in t.rows for key in row.figures}
    for note in published().notes:
        assert {(name, note.figure) for name in note.names} <= rows
    assert published().judge not in {"", None}
    assert {key for _, key in rows} == {column.key for column in COLUMNS}


@pytest.mark.parametrize("many", [1, 3])
def test_every_judge_has_its_row(many) -> None:
    text = page(content_of(*(judge_of(f"judge {i}") for i in range(many))))
    assert text.count("<small>judge: ") == many
