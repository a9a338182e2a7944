"""Persons by a recogniser from an ONNX file: the network, the alignment, the loss."""

import math
import warnings
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper
from torch import Tensor, nn

from mien.core.errors import InputError
from mien.judge.identity import ARCFACE_PLACES, Identity
from mien.landmark.detect import detect
from mien.learn.pixelsmile import losses
from mien.learn.pixelsmile.alignment import SIDE, aligned, five_points
from mien.learn.pixelsmile.onnx_graph import Graph, read_graph
from mien.learn.pixelsmile.recogniser import recogniser
from mien.media.image import load_image


class _Block(nn.Module):
    """As in IResNet: normed, convolved, PReLU, convolved with a stride, beside a short cut."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.way = nn.Sequential(
            nn.BatchNorm2d(width), nn.Conv2d(width, 2 * width, 3, 1, 1, bias=False),
            nn.BatchNorm2d(2 * width), nn.PReLU(2 * width),
            nn.Conv2d(2 * width, 2 * width, 3, 2, 1, bias=False), nn.BatchNorm2d(2 * width),
        )  # fmt: skip
        short = nn.Conv2d(width, 2 * width, 1, 2, bias=False)
        self.short = nn.Sequential(short, nn.BatchNorm2d(2 * width))

    def forward(self, shown: Tensor) -> Tensor:
        found: Tensor = self.way(shown) + self.short(shown)
        return found


def _iresnet() -> nn.Module:
    """A tiny one, with numbers in its layers as if it had been trained."""
    torch.manual_seed(0)
    head = [nn.Conv2d(3, 4, 3, 4, 1, bias=False), nn.BatchNorm2d(4), nn.PReLU(4)]
    tail = [nn.BatchNorm2d(16), nn.Dropout(0.4), nn.Flatten(), nn.Linear(16 * 49, 8)]
    made = nn.Sequential(*head, _Block(4), _Block(8), *tail, nn.BatchNorm1d(8))
    for layer in made.modules():
        if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d):
            for one in (layer.weight, layer.running_var):
                nn.init.uniform_(one, 0.5, 1.5)
            for one in (layer.bias, layer.running_mean):
                nn.init.normal_(one, 0.0, 0.3)
    return made.eval()


def _exported(path: Path, *, folded: bool, batch: bool = True) -> Path:
    mode = torch.onnx.TrainingMode.EVAL if folded else torch.onnx.TrainingMode.PRESERVE
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer warns of its own age
        torch.onnx.export(
            _iresnet(), (torch.zeros(1, 3, SIDE, SIDE),), path, dynamo=False, training=mode,
            do_constant_folding=folded, input_names=["shown"], output_names=["person"],
            dynamic_axes={"shown": {0: "n"}, "person": {0: "n"}} if batch else None,
        )  # fmt: skip
    return path


@pytest.fixture(scope="session")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny recogniser in a file."""
    return _exported(tmp_path_factory.mktemp("network") / "tiny.onnx", folded=False)


def _theirs(path: Path, shown: Tensor) -> np.ndarray:
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return np.concatenate([session.run(None, {name: one[None].numpy()})[0] for one in shown])


def _faces(count: int) -> Tensor:
    chance = torch.Generator().manual_seed(1)
    return 2.0 * torch.rand(count, 3, SIDE, SIDE, generator=chance) - 1.0


def _assert_right(path: Path) -> None:
    """Answers are those of ONNX Runtime, gradients those of finite differences."""
    shown = _faces(2)
    encode = recogniser(path)
    np.testing.assert_allclose(encode(shown).numpy(), _theirs(path, shown), atol=1e-4)

    graph = read_graph(path.read_bytes())
    exact = replace(graph, constants={n: _double(one) for n, one in graph.constants.items()})
    face = shown[:1].double().requires_grad_()
    weights = torch.randn(exact(face).shape, generator=torch.Generator().manual_seed(2)).double()

    def asked(which: Tensor) -> Tensor:
        return (weights * exact(which)).sum()

    (slope,) = torch.autograd.grad(asked(face), face)
    way = torch.randn(face.shape, generator=torch.Generator().manual_seed(3)).double()
    step = 1e-7 * way
    with torch.no_grad():
        found = (asked(face + step) - asked(face - step)) / 2e-7
    assert float(found) == pytest.approx(float((slope * way).sum()), rel=1e-4)


def _double(one: Tensor) -> Tensor:
    return one.double() if one.is_floating_point() else one


@pytest.mark.parametrize("batch", [True, False], ids=["any batch", "one by one"])
@pytest.mark.parametrize("folded", [True, False], ids=["folded", "kept"])
def test_a_small_iresnet(tmp_path: Path, folded: bool, batch: bool) -> None:
    path = _exported(tmp_path / "net.onnx", folded=folded, batch=batch)
    norms = [node.op_type for node in onnx.load(path).graph.node].count("BatchNormalization")
    assert norms == (4 if folded else 11)
    _assert_right(path)


def test_mobilefacenet(data: Path) -> None:
    path = data.parent / "models" / "mobilefacenet.onnx"
    if not path.is_file():
        pytest.skip("MobileFaceNet is not among the models")
    _assert_right(path)


def test_persons_as_the_judge_sees_them(data: Path) -> None:
    """On photos: the judge's embedding and this one agree, and people differ."""
    models = data.parent / "models"
    photos = sorted((data / "london" / "neutral").glob("*.jpg"))[:3]
    if len(photos) < 3 or not (models / "mobilefacenet.onnx").is_file():
        pytest.skip("no photos of people here, or no MobileFaceNet")
    encode, judge = recogniser(models / "mobilefacenet.onnx"), Identity(models)
    ours, theirs = [], []
    for photo in photos:
        image = load_image(photo).pixels
        edge = min(image.shape[:2])
        square = cv2.resize(image[:edge, :edge], (512, 512), interpolation=cv2.INTER_AREA)
        theirs.append(judge.embed(square, detect(square)[0]))
        shown = torch.from_numpy(square).permute(2, 0, 1)[None].float() / 127.5 - 1.0
        found = encode(aligned(shown, torch.from_numpy(five_points(square))[None]))[0].numpy()
        ours.append(found / np.linalg.norm(found))
    alike = np.array(ours) @ np.array(theirs).T
    assert alike.diagonal().min() > 0.9
    assert alike[~np.eye(3, dtype=bool)].max() < 0.5


def _made(nodes: list[onnx.NodeProto], **more: object) -> onnx.ModelProto:
    shape = more.pop("shape", ["n", 3, SIDE, SIDE])
    graph = helper.make_graph(
        nodes,
        "net",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", "m"])],
        [helper.make_tensor("c", TensorProto.FLOAT, [], [2.0])],
    )
    opset = helper.make_opsetid("", int(more.pop("opset", 13)))
    return helper.make_model(graph, opset_imports=[opset])


def _node(operator: str, *names: str, **attributes: object) -> onnx.NodeProto:
    *inputs, output = names
    return helper.make_node(operator, inputs, [output], **attributes)


_FLAT = _node("Flatten", "x", "y")


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (_made([_node("Erf", "x", "z"), _node("Flatten", "z", "y")]), "the operator Erf"),
        (_made([_FLAT], shape=["n", 3, 160, 160]), "not pictures of 112 px"),
        (_made([_FLAT], opset=6), "older than version 7"),
        (_made([_node("Identity", "x", "y")]), "not with one embedding"),
        (_made([_node("Flatten", "x", "z"), _node("MatMul", "z", "z", "y")]), "cannot be run"),
        (_made([_node("Conv", "x", "c", "y", auto_pad="SAME_UPPER")]), "with auto_pad"),
    ],
)
def test_networks_that_are_refused(tmp_path: Path, model: onnx.ModelProto, said: str) -> None:
    path = tmp_path / "net.onnx"
    path.write_bytes(model.SerializeToString())
    with pytest.raises(InputError, match=said) as found:
        recogniser(path)
    assert str(found.value).startswith(f"{path}: ")
    assert "\n" not in str(found.value)


def test_files_that_are_no_network(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        recogniser(tmp_path / "none.onnx")
    for content in (b"", b"PK\x03\x04 what torch.save writes", b"\x80\x04."):
        (tmp_path / "net.onnx").write_bytes(content)
        with pytest.raises(InputError, match="is no ONNX file"):
            recogniser(tmp_path / "net.onnx")


def test_weights_in_another_file_are_refused(tmp_path: Path, network: Path) -> None:
    model = onnx.load(network)
    onnx.save(
        model, tmp_path / "net.onnx", save_as_external_data=True, location="w", size_threshold=0
    )
    with pytest.raises(InputError, match="keeps its weights in another file"):
        recogniser(tmp_path / "net.onnx")


@given(st.data())
def test_bytes_that_went_bad(network: Path, data: st.DataObject) -> None:
    """A network or one clear line; no other error."""
    content = bytearray(network.read_bytes())
    if data.draw(st.booleans()):
        del content[data.draw(st.integers(0, len(content) - 1)) :]
    for _ in range(data.draw(st.integers(0, 4))):
        if content:
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with suppress(InputError):
        assert isinstance(read_graph(bytes(content)), Graph)


def test_a_network_that_scales_by_itself(tmp_path: Path) -> None:
    """As some of MXNet's, which are shown 0 to 255."""
    nodes = [_node("Sub", "x", "c", "a"), _node("Mul", "a", "c", "b"), _node("Flatten", "b", "y")]
    path = tmp_path / "net.onnx"
    path.write_bytes(_made(nodes).SerializeToString())
    found = recogniser(path)(torch.zeros(1, 3, SIDE, SIDE))
    assert found.unique().tolist() == [2.0 * (127.5 - 2.0)]


@given(st.floats(-0.8, 0.8), st.floats(0.7, 3.0), st.floats(-30.0, 60.0), st.floats(-30.0, 60.0))
def test_points_come_to_their_places(turn: float, zoom: float, right: float, down: float) -> None:
    """On a picture that says where each of its pixels is, which bilinear sampling keeps exactly."""
    places = torch.from_numpy(ARCFACE_PLACES)
    spin = (
        zoom
        * torch.tensor(
            [[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]]
        ).double()
    )
    points = (places - 56.0) @ spin.T + torch.tensor([240.0 + right, 240.0 + down]).double()
    side = 640
    along = torch.arange(side).float()
    where = torch.stack(torch.meshgrid(along, along, indexing="xy")) / side
    shown = torch.cat([where, torch.zeros(1, side, side)])[None]
    found = aligned(shown, points.float()[None])[0, :2] * side
    for place, point in zip(ARCFACE_PLACES, points, strict=True):
        column, row = int(place[0]), int(place[1])
        corner = found[:, row, column].double()
        rest = spin @ torch.from_numpy(place - (column, row))
        torch.testing.assert_close(corner + rest, point, atol=0.05, rtol=0)


def test_alignment_is_that_of_the_judge_and_has_gradients() -> None:
    chance = np.random.default_rng(0)
    coarse = chance.integers(0, 256, (20, 20, 3), dtype=np.uint8)
    square = cv2.resize(coarse, (200, 200), interpolation=cv2.INTER_CUBIC)
    map_back = np.array([[1.2, 0.2, 10.0], [-0.2, 1.2, 30.0]])
    points = np.c_[ARCFACE_PLACES, np.ones(5)] @ map_back.T
    turn, _ = cv2.estimateAffinePartial2D(points, ARCFACE_PLACES, method=cv2.LMEDS)
    theirs = cv2.warpAffine(square, turn, (SIDE, SIDE))
    shown = torch.from_numpy(square).permute(2, 0, 1)[None].float() / 127.5 - 1.0
    shown.requires_grad_()
    made = aligned(shown, torch.from_numpy(points).float()[None])
    ours = (made.detach()[0].permute(1, 2, 0).numpy() + 1.0) * 127.5
    difference = np.abs(ours - theirs)  # OpenCV rounds where to look to 1/32 px
    assert difference.max() < 6.0
    assert difference.mean() < 0.6
    made.sum().backward()
    assert shown.grad is not None
    assert float(shown.grad.sum()) == pytest.approx(made.numel(), rel=0.01)  # each pixel is a mean


def test_who_is_not_seen_does_not_count() -> None:
    chance = torch.Generator().manual_seed(0)
    made, true = torch.randn(2, 3, 8, generator=chance)
    made.requires_grad_()
    seen = torch.tensor([True, False, True])
    time = torch.full((3,), 0.2)
    loss = losses.identity(made, true, time, seen)
    loss.backward()
    assert made.grad is not None
    assert (made.grad[1] == 0).all()
    assert (made.grad[0] != 0).any()
    others = losses.identity(made[[0, 2]], true[[0, 2]], time[:2])
    torch.testing.assert_close(loss, others * 2 / 3)
    assert losses.identity(made, true, time, torch.zeros(3, dtype=torch.bool)).item() == 0.0


def test_where_there_is_no_face(backdrop: np.ndarray) -> None:
    points = five_points(backdrop)
    assert points.shape == (5, 2)
    assert np.isnan(points).all()
    found = aligned(torch.zeros(1, 3, 240, 240), torch.from_numpy(points)[None])
    assert found.isfinite().all()
