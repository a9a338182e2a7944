"""A real Ray cluster of two nodes on this machine, one of which is killed in the middle."""

import os
import sys
import time
from collections.abc import Iterator
from functools import partial
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from mien.core.errors import InputError, MienError, MissingExtraError
from mien.flows.engine import finished
from mien.flows.read_many import read_many
from mien.media.writer import write_video
from mien.synth.camera import Camera
from mien.synth.clip import film
from mien.synth.plate import Plate
from mien.synth.scene import Scene

pytestmark = pytest.mark.filterwarnings("ignore")  # Ray leaves sockets open
_STORE = 80 * 2**20  # bytes, the least that Ray takes


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """The first of two nodes, of one core each; a test adds the second."""
    pytest.importorskip("ray", reason="Ray is not installed: pip install 'mien[cluster]'")
    from ray.cluster_utils import Cluster

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("PYTHONPATH", str(Path(__file__).parent))  # for the module deeds
        patch.setenv("RAY_worker_niceness", "0")  # else anything else comes first
        nodes = Cluster(
            initialize_head=True,
            head_node_args={"num_cpus": 1, "object_store_memory": _STORE},
        )
        patch.setenv("RAY_ADDRESS", nodes.address)
        yield nodes
        nodes.shutdown()


def second(cluster: Any) -> Any:
    node = cluster.add_node(num_cpus=1, object_store_memory=_STORE)
    cluster.wait_for_nodes()
    return node


@pytest.fixture
def folder(tmp_path: Path, plate: Plate) -> Path:
    """Six short clips of the puppet, one damaged file and one empty one."""
    folder = tmp_path / "in"
    (folder / "sub").mkdir(parents=True)
    clip = film(plate, Scene(0.6), Camera(rate=25.0))
    shown = list(clip.frames())
    for i in range(6):
        write_video(folder / "sub" / f"{i}.mp4", shown[: 8 + i], 25.0)
    (folder / "damaged.mp4").write_bytes((folder / "sub" / "0.mp4").read_bytes()[:400])
    (folder / "empty.mov").touch()
    return folder


def files(out: Path) -> dict[str, bytes]:
    return {p.relative_to(out).as_posix(): p.read_bytes() for p in out.rglob("*") if p.is_file()}


@pytest.mark.slow
def test_a_node_dies_and_nothing_is_lost(cluster: Any, folder: Path, tmp_path: Path) -> None:
    node = second(cluster)
    alive = [node]

    def kill(step: str, done: int, total: int | None) -> None:
        if done == 3 and alive:
            cluster.remove_node(alive.pop(), allow_graceful=False)

    made = read_many([folder], tmp_path / "far", engine="ray", progress=kill)
    here = read_many([folder], tmp_path / "here")
    assert alive == []
    assert len(made.written) == len(here.written) == 6
    assert {p.name for p in made.failed} == {"damaged.mp4", "empty.mov"}
    assert made.failed == here.failed
    assert files(tmp_path / "far") == files(tmp_path / "here")
    again = read_many([folder], tmp_path / "far", engine="ray")
    assert (again.written, again.kept) == ((), 6)


def both_work(notes: Path, answers: dict[int, int]) -> bool:
    """Whether two processes have an item in hand, soon after one of them gave an answer."""
    for _ in range(10):
        begun = [path.name.split("-") for path in notes.iterdir()]
        if len({process for item, process in begun if int(item) not in answers}) == 2:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.slow
def test_what_was_in_hand_is_done_again(cluster: Any, deeds: ModuleType, tmp_path: Path) -> None:
    alive = [second(cluster)]
    work = partial(deeds.take_notes, tmp_path)
    answers = {}
    for index, answer in finished(work, range(8), engine="ray"):
        answers[index] = answer
        if alive and both_work(tmp_path, answers):
            cluster.remove_node(alive.pop(), allow_graceful=False)
    assert alive == []
    assert answers == {i: 2 * i for i in range(8)}
    assert len(list(tmp_path.iterdir())) == 9  # what the node had in hand was begun twice


@pytest.mark.slow
def test_what_dies_and_what_is_refused(cluster: Any, deeds: ModuleType) -> None:
    work = partial(deeds.die_at, 1)
    found = dict(finished(work, range(3), engine="ray", lost=lambda item, why: why))
    assert "two processes were lost over it" in found.pop(1)
    assert found == {0: 0, 2: 4}
    with pytest.raises(InputError) as refused:
        list(finished(deeds.refuse, [7], engine="ray"))
    assert str(refused.value) == "7: is not wanted"


@pytest.mark.slow
def test_a_node_without_the_work_says_so(
    cluster: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "only_here.py").write_text("def work(item): return item")
    monkeypatch.syspath_prepend(str(tmp_path))
    work = import_module("only_here").work
    with pytest.raises(MienError, match=r"install the same mien .* No module named 'only_here'"):
        list(finished(work, [1], engine="ray"))


def test_without_ray_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingExtraError, match=r"mien\[cluster\]"):
        list(finished(str, [1], engine="ray"))


def test_settings_reach_the_nodes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from mien.flows.engine.cluster import _there

    monkeypatch.chdir(Path.cwd())
    monkeypatch.setenv("MIEN_HOME", "elsewhere")
    assert _there(str, 3, tmp_path, {"MIEN_HOME": "mine"}) == "3"
    assert (Path.cwd(), os.environ["MIEN_HOME"]) == (tmp_path, "mine")
    with pytest.raises(InputError, match="a folder that all nodes share"):
        _there(str, 3, tmp_path / "none", {})
