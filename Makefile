# make demo   the whole of mien on one portrait: out/demo/index.html
# make test   everything that must hold: style, types, floors, tests
# make format put the code in the house's shape
# make clean  remove what the others made
#
# PYTHON=python3.11 make test chooses the interpreter that the virtual environment is made of.

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet
PINNED := pyproject.toml constraints.txt
DEMO   ?=

.PHONY: demo test lint format clean

demo: $(VENV)/.installed-demo
	$(BIN)/mien demo $(DEMO)

test: lint
	$(BIN)/python -m pytest -n auto

lint: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: $(VENV)/.installed-test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) out build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(BIN)/python:
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }   # no half-made one left behind

# A stamp is renewed only when what it installed from changes.
$(VENV)/.installed-%: $(PINNED) | $(BIN)/python
	$(PIP) install -c constraints.txt -e '.[$*]'
	@touch $@
