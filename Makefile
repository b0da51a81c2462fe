# make quickstart   install, make a data set, train, test and show a small video transformer
# make test         run the tests
# make coverage     run the tests and say which share of the package's lines they run
# make lint         check style, format, types and spelling
# make bench        measure speed and memory, write benchmarks/RESULTS.md (ONLY=vivit: one of them)
# make docs         build the documentation into site/
# make pin          resolve the requirements anew
# make clean        remove what was installed, made and trained

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(VENV)/uv/bin/uv
MODEL ?= timesformer

.PHONY: setup quickstart test coverage lint format bench docs pin clean

setup: $(VENV)/.installed

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "error: Python 3.10 or later is needed; set PYTHON=")'
	$(PYTHON) -m venv --without-pip $(VENV)
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --target $(VENV)/uv uv

$(VENV)/.installed: $(UV) requirements/pinned.txt pyproject.toml setup.py
	$(UV) pip install --quiet --python $(BIN)/python --no-deps -r requirements/pinned.txt
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@

quickstart: setup
	@$(BIN)/python tools/quickstart.py --model $(MODEL)

test: setup
	$(BIN)/python -m pytest -q --tb=short --show-capture=stderr tests

coverage: setup
	$(BIN)/python -m pytest -q --tb=short --show-capture=stderr --cov=mmaction_vt --cov-report=term:skip-covered tests

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/codespell

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup
	$(BIN)/python benchmarks/run.py $(if $(ONLY),--only $(ONLY))

docs: setup
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet

pin: $(UV)
	$(UV) pip compile pyproject.toml --extra tests --universal --python-version 3.10 --override requirements/overrides.txt \
	    --upgrade --no-header --no-annotate --no-emit-index-url --quiet --output-file requirements/pinned.txt

clean:
	rm -rf $(VENV) data work_dirs site build dist *.egg-info .pytest_cache .ruff_cache .mypy_cache
