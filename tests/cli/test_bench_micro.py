"""``mien bench megc|spotting|strs|au``: files in; tables, logs and figures out."""

import json

import pytest
import typer

from mien.cli.bench_micro import register
from mien.core.errors import MienError

LOG = "x p\nc1 0 0\nc2 1 1\nc3 2 0\ny q\nc1 0 0\nc2 1 2\nc3 2 2\n"
LABELS = "subject,video,onset,offset,emotion\np,v,0,9,joy\nq,w,0,9,fear\nq,w,50,59,fear\n"
CALLED = "subject,video,onset,offset,emotion\np,v,0,9,joy\nq,w,1,9,fear\nq,z,0,9,joy\n"
AUDIT = {
    "mien": 1,
    "folds": [
        {
            "name": one,
            "train": [other],
            "test": [one],
            "choices": [{"what": "epoch", "value": "40", "people": [other]}],
        }
        for one, other in (("x/p", "y/q"), ("y/q", "x/p"))
    ],
}


@pytest.fixture
def bench(capfd, monkeypatch):
    """The four commands; returns exit code and all that was said."""
    monkeypatch.setenv("COLUMNS", "200")
    app = typer.Typer()
    register(app)

    def run(*arguments) -> tuple[int, str]:
        try:
            app([str(one) for one in arguments], standalone_mode=False)
        except MienError as error:
            return 2, str(error)
        return 0, capfd.readouterr().out

    return run


@pytest.fixture
def given(tmp_path):
    def write(name, text):
        (tmp_path / name).write_text(text)
        return tmp_path / name

    return write


def test_megc(bench, given, tmp_path) -> None:
    log, out = tmp_path / "out/log.txt", tmp_path / "out/figures.json"
    code, said = bench("megc", given("loso.txt", LOG), "--log", log, "--out", out)
    assert code == 0
    assert "0.656" in said
    assert "0.667" in said
    assert "always negative" in said
    assert "not under equal conditions" in said
    assert "HTNet" in said
    assert "leak audit: none given" in said
    assert "442 clips of 68 people, this file 6 of 2" in said
    assert log.read_text() == LOG
    figures = json.loads(out.read_text())
    assert figures["of"]["all sets"]["UF1"]["value"] == pytest.approx((4 / 5 + 2 / 3 + 1 / 2) / 3)
    assert figures["of"]["x"]["UF1"]["low"] is None  # one person
    assert figures["confusion"] == [[2, 0, 0], [0, 1, 1], [1, 0, 1]]


def test_other_classes_stand_beside_other_figures(bench, given) -> None:
    for classes, shown in (("a,b,c", False), ("a,b,c,d,e", True)):
        code, said = bench("megc", given("l.txt", LOG), "--classes", classes)
        assert code == 0
        assert ("five classes" in said) == shown
        assert "composite" not in said


def test_an_audit_that_holds_and_one_that_leaks(bench, given) -> None:
    log = given("loso.txt", LOG)
    code, said = bench("megc", log, "--audit", given("audit.json", json.dumps(AUDIT)))
    assert code == 0
    assert "epoch (40) chosen on people not tested in 2" in said
    leaking = json.dumps(AUDIT).replace('"people": ["y/q"]', '"people": ["x/p"]')
    code, said = bench("megc", log, "--audit", given("leak.json", leaking))
    assert code == 2
    assert said == "fold x/p: epoch was chosen on the tested: x/p: figures are refused"


def test_spotting(bench, given, tmp_path) -> None:
    labels, called = given("l.csv", LABELS), given("p.csv", CALLED)
    clips = given("c.csv", "subject,video,seconds\np,v,60\nq,w,30\nq,z,30\n")
    log, out = tmp_path / "log.csv", tmp_path / "figures.json"
    asked = ("spotting", called, "--truth", labels, "--clips", clips, "--log", log, "--out", out)
    code, said = bench(*asked)
    assert code == 0
    assert "0.667" in said  # 4 / (4 + 1 + 1)
    assert "0.500 (" in said  # a false alarm in two minutes
    assert "false alarms on clips without a label: 1" in said
    assert "AUW-GCN" in said
    figures = json.loads(out.read_text())
    assert figures["counts"] == {"micro": [2, 1, 1]}
    code, again = bench("spotting", log)  # its own log says the same
    assert code == 0
    assert "0.667" in again


def test_a_log_without_subjects_has_no_interval(bench, given) -> None:
    head = "video,gt_onset,gt_offset,pred_onset,pred_offset,result\n"
    code, said = bench("spotting", given("log.csv", head + "v,0,9,0,9,TP\n"))
    assert code == 0
    assert "no subject is named: no interval" in said
    clips = given("clips.csv", "subject,video,seconds\np,v,60\n")
    code, said = bench("spotting", given("log.csv", head + "v,0,9,0,9,TP\n"), "--clips", clips)
    assert code == 0
    assert "people: 1" in said
    code, said = bench("spotting", given("log.csv", head + "w,0,9,0,9,TP\n"), "--clips", clips)
    assert code == 2
    assert "log.csv: line 2: video w: whose it is is not known" in said


@pytest.mark.parametrize("verb", ["spotting", "strs"])
def test_one_person_in_two_spellings_is_refused(bench, given, verb) -> None:
    labels, told = given("l.csv", LABELS), "subject P is p elsewhere: write one and the same"
    code, said = bench(verb, given("p.csv", CALLED.replace("p,v", "P,v")), "--truth", labels)
    assert (code, said.partition("p.csv: ")[2]) == (2, f"line 2: {told}")
    code, said = bench(verb, labels, "--truth", given("m.csv", LABELS + "P,z,0,9,joy\n"))
    assert (code, said.partition("m.csv: ")[2]) == (2, f"line 5: {told}")


def test_who_has_no_label_is_named(bench, given) -> None:
    labels = given("l.csv", LABELS)
    code, said = bench("spotting", given("p.csv", CALLED), "--truth", labels)
    assert (code, "without any label" in said) == (0, False)
    more = "".join(f"n{i},w,0,9,joy\n" for i in range(7))
    code, said = bench("spotting", given("p.csv", CALLED + more), "--truth", labels)
    assert code == 0
    assert "people without any label: n0, n1, n2, n3, n4 and 2 more" in said


def test_semicolons_of_a_spreadsheet(bench, given) -> None:
    paths = [given(n, text.replace(",", ";")) for n, text in (("p", CALLED), ("l", LABELS))]
    code, said = bench("spotting", paths[0], "--truth", paths[1])
    assert code == 0
    assert "0.667" in said


def test_seven_classes_fit_a_narrow_terminal(bench, given, monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    names = ("I", "II", "III", "IV", "V", "VI", "VII")
    log = given("l.txt", "x p\n" + "".join(f"c{one} {one} {one}\n" for one in names))
    code, said = bench("megc", log, "--classes", ",".join(names))
    assert code == 0
    assert "classes: labelled (rows), called (columns)" in said
    heads = next(line for line in said.splitlines() if "recall" in line)
    assert [cell.strip() for cell in heads.split("┃")[2:-1]] == ["clips", *names, "F1", "recall"]
    assert said.count("1.000 │ 1.000  │") == len(names)  # of all classes, and none is split


def test_strs(bench, given, tmp_path) -> None:
    out = tmp_path / "figures.json"
    code, said = bench(
        "strs", given("p.csv", CALLED), "--truth", given("l.csv", LABELS), "--out", out
    )
    assert code == 0
    assert "official" in said
    assert "strict" in said
    assert "predictions on clips without a label (1)" in said
    figures = json.loads(out.read_text())
    assert figures["official"]["STRS"] == pytest.approx(4 / 5)  # the alarm on z is not counted
    assert figures["strict"]["STRS"] == pytest.approx(2 / 3)


def test_strs_passes_over_macro_expressions(bench, given, tmp_path) -> None:
    def kinds(text: str) -> str:
        return (
            text.replace("emotion\n", "emotion,kind\n")
            .replace("y\n", "y,\n")
            .replace("r\n", "r,\n")
        )

    files = {"l": kinds(LABELS), "p": kinds(CALLED)}
    figures = []
    for more, told in (("", None), ("q,w,70,99,joy,macro\n", "1 labels, 1 predictions")):
        paths = [given(f"{name}.csv", text + more) for name, text in files.items()]
        out = tmp_path / "figures.json"
        code, said = bench("strs", paths[1], "--truth", paths[0], "--out", out)
        assert code == 0
        assert ("macro-expressions are passed over" in said) == bool(told)
        assert (told or "") in said
        figures.append(json.loads(out.read_text()))
    assert figures[0] == figures[1]
    head = "subject,video,onset,offset,emotion,kind\n"
    only = given("only.csv", head + "q,w,70,99,joy,macro\n")
    code, said = bench("strs", only, "--truth", only)
    assert code == 2
    assert "only.csv: labels no micro-expression" in said


def test_strs_is_of_labelled_classes(bench, given) -> None:
    labels = given("l.csv", LABELS)
    called = given("q.csv", CALLED)
    code, said = bench("strs", called, "--truth", labels, "--classes", "joy,anger")
    assert code == 2
    assert "nobody is labelled anger: there are fear, joy" in said


def test_au(bench, given, tmp_path) -> None:
    rows = "x,p,c1,AU01+AU2,1\nx,p,c2,4,4+12\ny,q,c1,12L,none\n"
    path = given("au.csv", "set,subject,file,truth,predicted\n" + rows)
    log, out = tmp_path / "log.txt", tmp_path / "figures.json"
    code, said = bench("au", path, "--units", "1,2,12", "--log", log, "--out", out)
    assert code == 0
    assert "SSSNet" in said
    assert "always there" in said
    assert log.read_text() == "x p\nc1 1+2 1\nc2 4 4+12\ny q\nc1 12 none\n"
    figures = json.loads(out.read_text())
    assert figures["counts"] == [[1, 0, 0, 2], [0, 0, 1, 2], [0, 1, 1, 1]]
    assert figures["of"]["all sets"]["binary F1"]["value"] == pytest.approx(1 / 3)
    assert figures["of"]["all sets"]["macro F1"]["value"] == pytest.approx((1 + 2 / 5 + 1 / 4) / 3)


def test_units_that_do_not_occur_are_no_part_of_a_mean(bench, given, tmp_path) -> None:
    out = tmp_path / "figures.json"
    path = given("log.txt", "x p\nc1 1 1\nc2 2 1\n")
    figures = []
    for units in ("1,2", "1,2,4"):
        bench("au", path, "--units", units, "--out", out)
        figures.append(json.loads(out.read_text())["of"]["all sets"]["binary F1"]["value"])
    assert figures == pytest.approx([1 / 3, 1 / 3])


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("megc", "nowhere.txt"), "no such file"),
        (("megc", "LOG", "--classes", "a,a"), "--classes a,a"),
        (("megc", "LOG", "--classes", "a"), "name two or more"),
        (("megc", "LOG", "--classes", "a,b"), "line 4: 2 is no class"),
        (("megc", "WORDS"), "(or name classes with --classes)"),
        (("au", "LOG", "--units", "1,x"), "--units"),
        (("au", "LOG", "--units", "1.5"), "--units 1.5"),
        (("au", "WORDS"), "line 2: 'joy' names no action units"),
        (("spotting", "LOG"), "column video is missing"),
    ],
)
def test_what_cannot_be_used(bench, given, arguments, told) -> None:
    files = {"LOG": given("log.txt", LOG), "WORDS": given("words.txt", "x p\nc joy 1\n")}
    code, said = bench(*(files.get(one, one) for one in arguments))
    assert code == 2
    assert told in said
    assert "\n" not in said
