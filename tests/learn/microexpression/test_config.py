"""The configuration file."""

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from mien.core.errors import InputError
from mien.learn.microexpression.config import NETWORKS, SWITCHES, Config, parse, read_config, told


def test_what_is_written_is_read_back() -> None:
    config = Config(network="sssnet", steps=7, switches=("flip", "mixup"), rate=0.1)
    assert parse(told(config)) == config


def test_the_shipped_one_is_whole() -> None:
    config = read_config("shipped")
    assert config.network == "cnn-gru"
    assert set(config.switches) <= set(SWITCHES)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("network", "resnet", "network: 'resnet' is none"),
        ("steps", 0, "steps: is a number above 0"),
        ("steps", 2.5, "steps: 2.5 is not a whole number"),
        ("steps", True, "steps: True is not a whole number"),
        ("switches", ["smote"], "switches: 'smote' is none"),
        ("switches", "flip", "switches: 'flip' is not a list"),
        ("rate", "fast", "rate: 'fast' is not a number"),
        ("rate", 0, "^rate: is a number above 0, up to 1$"),
        ("rate", math.inf, "^rate: is a number above 0, up to 1$"),
        ("rate", 10**400, "^rate: is a number above 0, up to 1$"),
        ("rate", math.nan, "^rate: is a number above 0, up to 1$"),
        ("decay", math.inf, "^decay: is a number from 0 to 1$"),
        ("seed", 10**23, "seed: is at most 4294967295"),
        ("seed", -1, "^seed: is a number from 0$"),
        ("steps", 10**30, "steps: is at most"),
        ("courses", 1, "courses: 1 is not true or false"),
        ("stepz", 3, "stepz: unknown field: did you mean steps"),
    ],
)
def test_what_cannot_be_is_refused(field: str, value: object, said: str) -> None:
    with pytest.raises(InputError, match=said):
        parse(json.dumps({"mien": 1, field: value}))


@pytest.mark.parametrize("network", NETWORKS[1:])
def test_ours_alone_is_told_what_was_read(network: str) -> None:
    with pytest.raises(InputError, match=f"courses: {network} looks at motion alone"):
        parse(json.dumps({"mien": 1, "network": network, "courses": True}))
    assert parse('{"mien": 1, "courses": true}').courses


def test_the_largest_seed_can_be_used() -> None:
    assert torch.manual_seed(Config(seed=2**32 - 1).seed)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_config(str(tmp_path / "none.json"))


def test_configurations_are_compared_whole() -> None:
    assert Config() != replace(Config(), seed=1)
    assert "cnn-gru" in NETWORKS
