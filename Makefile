# make quickstart   install, make a data set, train, test and show a small video transformer
# make test         run the tests, in a process per core (WORKERS=4: in four; WORKERS=0: in this one)
# make test-gpu     run the tests that need a GPU, in one process
# make coverage     run the tests and report which lines of the package they cover
# make hostile      try bad input of every kind (CASES=2000 SEED=0 ONLY=videos), then fuzz the readers
# make fuzz         fuzz one reader, guided by coverage (READER=checkpoint SECONDS=60)
# make lint         check style, formatting, types and spelling
# make format       fix style and formatting where ruff can
# make bench        measure speed and memory, write benchmarks/RESULTS.md (ONLY=vivit: one model)
# make docs         build the documentation into site/
# make dist         build the source distribution and the wheel into dist/ (TAG=v0.2.0: must match the version)
# make pin          resolve requirements/pinned.txt again
# make clean        remove everything that was installed, generated or trained

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(VENV)/uv/bin/uv
MODEL ?= timesformer
WORKERS ?= auto
CASES ?= 2000
SEED ?= 0
READER ?= checkpoint
SECONDS ?= 60
# One thread a process: the tests compute little, and workers that share cores slow each other down. A file's tests stay
# in one worker, since they share what the file sets up.
PYTEST := OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q --tb=short --show-capture=stderr -n $(WORKERS) --dist loadfile

.PHONY: setup quickstart test test-gpu coverage hostile fuzz lint format bench docs dist pin clean

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
	$(PYTEST) --durations 20 tests

test-gpu: setup
	$(BIN)/python -m pytest -q -ra --tb=short --durations 20 -m gpu tests/gpu

coverage: setup
	$(PYTEST) --cov=mmaction_vt --cov-report=term:skip-covered tests

hostile: setup
	$(if $(filter web,$(ONLY)),,PYTHONPATH=tests $(BIN)/python -m hostile --cases $(CASES) --seed $(SEED) $(if $(ONLY),--only $(ONLY)))
	$(if $(filter-out web,$(ONLY)),,PYTHONPATH=tests $(BIN)/python -m hostile.web --cases $(CASES) --seed $(SEED))
	HOSTILE_EXAMPLES=2000 $(PYTEST) tests/hostile/test_readers.py

fuzz: setup
	@$(BIN)/python -c 'import atheris' 2> /dev/null || $(UV) pip install --quiet --python $(BIN)/python 'atheris>=3'
	PYTHONPATH=tests $(BIN)/python -m hostile.fuzz '$(READER)' -max_total_time=$(SECONDS)

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

dist: setup
	@test -z "$(TAG)" || test "$(TAG)" = "v$$($(BIN)/python -c 'from mmaction_vt.version import __version__ as v; print(v)')" \
	    || { echo 'error: the tag $(TAG) does not match mmaction_vt/version.py' >&2; exit 1; }
	$(UV) build --quiet --out-dir dist

pin: $(UV)
	$(UV) pip compile pyproject.toml --extra tests --universal --python-version 3.10 --override requirements/overrides.txt \
	    --upgrade --no-header --no-annotate --no-emit-index-url --quiet --output-file requirements/pinned.txt

clean:
	rm -rf $(VENV) data work_dirs site build dist *.egg-info .pytest_cache .ruff_cache .mypy_cache
