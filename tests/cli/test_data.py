"""``mien data``: what is printed, exit codes, the unified table."""

import csv
from pathlib import Path

import openpyxl
import pytest
from PIL import Image

from mien.core.errors import MissingExtraError
from mien.learn.datasets.table import DATASETS

_HEAD = ["Subject", "Filename", "OnsetFrame", "ApexFrame", "OffsetFrame", "Action Units",
         "Estimated Emotion"]  # fmt: skip


@pytest.fixture
def casme2(tmp_path: Path) -> Path:
    """An invented sheet: one good row, one without apex."""
    return sheet(tmp_path, [1, "EX01", 1, 5, 30, "6+12", "happiness"],
                 [2, "EX02", 1, "/", 130, "?", "others"])  # fmt: skip


def sheet(folder: Path, *rows: list[object]) -> Path:
    made = openpyxl.Workbook()
    for row in (_HEAD, *rows):
        made.active.append(row)
    made.save(folder / "CASME2-coding.xlsx")
    return folder


def test_every_set_is_in_the_help(mien_command) -> None:
    help_text = " ".join(mien_command("data", "--help").out.split())
    assert all(name in help_text.replace("smic- ", "smic-") for name in DATASETS)


def test_check(mien_command, casme2: Path) -> None:
    ran = mien_command("data", "check", "casme2", str(casme2), "--labels-only")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        "note    longer than 0.5 s: 02 EX02",
        "note    apex unknown: 02 EX02",
        "casme2: 2 clips of 255 published, errors: 0, corrected: 0",
    ]


def test_check_with_images(mien_command, casme2: Path) -> None:
    folder = casme2 / "pictures/sub01/EX01"
    folder.mkdir(parents=True)
    for number in range(1, 31):
        Image.new("L", (8, 8)).save(folder / f"img{number}.jpg")
    ran = mien_command("data", "check", "casme2", str(casme2), "--frames", str(casme2 / "pictures"))
    assert ran.code == 1
    assert "error   CASME2-coding.xlsx row 3 (02 EX02): no folder sub02/EX02" in ran.out
    assert ran.out.splitlines()[-1].endswith("errors: 1, corrected: 0")


def test_many_errors_are_counted(mien_command, tmp_path: Path) -> None:
    rows = [[1, f"EX{i}", 9, 5, 3, 4, "fear"] for i in range(60)]
    ran = mien_command("data", "check", "casme2", str(sheet(tmp_path, *rows)), "--labels-only")
    assert ran.code == 1
    assert ran.out.count("must not fall") == 50
    assert "error   ... and 10 more\n" in ran.out


def test_corrections_are_listed_and_can_be_left(mien_command, tmp_path: Path) -> None:
    rows = [[1 + i % 26, f"EX{i}", 1, 5, 9, 4, "fear"] for i in range(255)]
    path = str(sheet(tmp_path, *rows))
    ran = mien_command("data", "check", "casme2", path, "--labels-only")
    assert "fixed   CASME2-coding.xlsx row 62 (09 EX60): offset 9 -> 91" in ran.out
    assert ran.out.splitlines()[-1].endswith("errors: 0, corrected: 1")
    ran = mien_command("data", "check", "casme2", path, "--labels-only", "--as-distributed")
    assert "fixed" not in ran.out


def test_stats(mien_command, casme2: Path) -> None:
    table = casme2 / "table.csv"
    ran = mien_command("data", "stats", "casme2", str(casme2), "--labels-only", "--csv", str(table))
    assert (ran.code, ran.err) == (0, "")
    lines = [" ".join(line.split()) for line in ran.out.splitlines()]
    assert "clips 2 255 differs" in lines
    assert "happiness 1 32 differs" in lines
    assert "videos 2 -" in lines
    assert "frames per second 200: 2; published 200" in lines
    assert "duration 150 to 650 ms, mean 400 ms" in lines
    assert "action units 6: 1, 12: 1; 1 clips coded" in lines
    assert "class from AUs I: 1" in lines
    assert lines[-1] == str(table)
    with table.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["subject"], row["apex"], row["au_raw"]) for row in rows] == [
        ("01", "5", "6+12"),
        ("02", "", "?"),
    ]
    assert rows[1]["flags"] == "longer than 0.5 s; apex unknown"
    table.rename(casme2 / "clips.csv")
    again = mien_command("data", "stats", "folder", str(casme2), "--labels-only")
    assert again.code == 0
    assert "happiness" in again.out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("check", "nothing", "{}"), "unknown set"),
        (("check", "samm", "{}"), "no sheet of SAMM"),
        (("check", "casme2", "{}/nowhere"), "no such folder"),
        (("check", "casme2", "{}", "--frames", "{}/nowhere"), "no such folder"),
        (("check", "casme2", "{}", "--frames", "{}", "--labels-only"), "drop one"),
        (("check", "casme2", "https://x.org/a.xlsx"), "URL"),
        (("stats", "casme2", "{}", "--labels-only", "--csv", "{}/a.txt"), "ends in .csv"),
        (("stats", "folder", "{}", "--labels-only", "--csv", "{}/clips.csv"), "be overwritten"),
        (("stats", "casme2", "{}", "--labels-only", "--csv", "{}/casme2.csv"), "taken for labels"),
        (("stats", "folder", "{}", "--labels-only", "--csv", "{}/a/Clips.csv"), "taken for labels"),
        (
            ("stats", "casme2", "{0}/CASME2-coding.xlsx", "--labels-only", "--csv", "{0}/dfme.csv"),
            "taken for labels",
        ),
    ],
)
def test_what_cannot_be_used(
    mien_command, casme2: Path, arguments: tuple[str, ...], says: str
) -> None:
    (casme2 / "clips.csv").write_text("subject,clip,fps,onset,offset\na,b,100,1,2\n")
    ran = mien_command("data", *(argument.format(casme2) for argument in arguments))
    assert ran.code == 2
    assert says in ran.err
    assert len(ran.err.splitlines()) == 1


def test_a_sheet_that_was_signed_for_is_not_overwritten(mien_command, tmp_path: Path) -> None:
    text = ",".join(_HEAD) + "\n1,EX1,1,2,3,4,fear\n"
    signed = tmp_path / "set/CASME2.csv"
    signed.parent.mkdir()
    signed.write_text(text)
    asked = ("data", "stats", "casme2", "--labels-only")
    for root in (signed.parent, signed):
        ran = mien_command(*asked, str(root), "--csv", str(signed))
        assert ran.code == 2
        assert "be overwritten" in ran.err
    for name in ("CASME2.csv", "CASME2-more.csv"):
        (tmp_path / name).write_text(text)
        assert mien_command(*asked, str(signed), "--csv", str(tmp_path / name)).code == 2
        assert (tmp_path / name).read_text() == text
    assert signed.read_text() == text
    assert mien_command(*asked, str(signed.parent)).code == 0


def test_a_table_of_its_own_is_written_again(mien_command, casme2: Path, tmp_path: Path) -> None:
    asked = ("data", "stats", "casme2", str(casme2), "--labels-only", "--csv")
    table = tmp_path.with_name(f"{tmp_path.name}-out") / "casme2.csv"  # not in the set's folder
    for _ in range(2):
        assert mien_command(*asked, str(table)).code == 0


def test_stats_says_where_errors_are(mien_command, tmp_path: Path) -> None:
    path = sheet(tmp_path, [1, "EX1", 9, 5, 3, 4, "fear"], [1, "EX2", "x", 5, 3, 4, "fear"],
                 [1, "EX3", 3, 5, 9, 4, "fear"])  # fmt: skip
    table = tmp_path / "table.csv"
    asked = ("data", "stats", "casme2", str(path), "--labels-only", "--csv", str(table))
    ran = mien_command(*asked)
    assert ran.code == 1
    assert ran.err == "mien: errors: 2: see mien data check casme2\n"
    with table.open(newline="") as file:
        flags = {row["clip"]: row["flags"] for row in csv.DictReader(file)}
    assert flags == {
        "EX1": "error: onset 9, apex 5, offset 3: must not fall: correct the sheet",
        "EX3": "",
    }
    checked = mien_command("data", "check", "casme2", str(path), "--labels-only")
    assert checked.out.count("must not fall") == 1  # the flag is no second remark


def test_without_the_library(mien_command, casme2: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(module: str, extra: str) -> None:
        raise MissingExtraError(f"this needs {module}: pip install 'mien[{extra}]'")

    monkeypatch.setattr("mien.learn.datasets.grids.require", missing)
    ran = mien_command("data", "check", "casme2", str(casme2), "--labels-only")
    assert ran.code == 2
    assert "mien[train]" in ran.err
