"""The policy on names of emotions: a table, all of whose cells are here."""

from itertools import product

import pytest

from mien.core.errors import InputError
from mien.guard.policy import Ground, contexts, may_infer

GROUNDS = [None, Ground("medical", "protocol 12"), Ground("safety", "driver trial, 2026-03")]


def test_nobody_asked() -> None:
    for ground in GROUNDS:
        decision = may_infer(None, ground)
        assert not decision.allowed
        assert "nobody asked" in decision.reason


@pytest.mark.parametrize(("context", "ground"), list(product(contexts(), GROUNDS)))
def test_every_cell(context: str, ground: Ground | None) -> None:
    decision = may_infer(context, ground)
    assert decision.allowed == (context not in ("workplace", "education") or ground is not None)
    assert decision.reason
    if context in ("workplace", "education"):
        assert "Article 5(1)(f)" in decision.reason


def test_contexts() -> None:
    assert {"workplace", "education", "research", "personal"} <= set(contexts())


@pytest.mark.parametrize(("context", "said"), [("work", "workplace"), ("office", "use one of")])
def test_unknown_context(context: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        may_infer(context)


@pytest.mark.parametrize(("kind", "record"), [("curiosity", "x"), ("medical", " "), ("", "x")])
def test_a_ground_is_recorded(kind: str, record: str) -> None:
    with pytest.raises(InputError, match="ground"):
        Ground(kind, record)
