# make demo    set up, index the sample documents, search them with marks and without
# make formats  write a sample in every format and old encoding to corpus/formats
# make test    set up, run the whole test suite
# make lint    set up, check style and types

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
CORES := $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)

# The demo's index is the one of this folder.
unexport VNSEARCH_INDEX

.PHONY: demo formats test lint clean

PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

$(STAMP): pyproject.toml requirements-dev.lock
	$(PYTHON) -m venv $(VENV)
	$(PIP) --require-hashes --requirement requirements-dev.lock
	$(PIP) --no-deps --editable .
	$(BIN)/python -m compileall -q vnsearch
	@touch $@

demo: $(STAMP)
	$(BIN)/vnsearch index --rebuild corpus --exclude queries.json
	$(BIN)/vnsearch search -n 2 'đảng bộ ở cơ quan đại diện'
	$(BIN)/vnsearch search -n 2 dang bo o co quan dai dien
	$(BIN)/vnsearch search -n 1 '"nguoi viet nam o nuoc ngoai"'
	$(BIN)/vnsearch search -n 1 12-KL/TW
	$(BIN)/vnsearch search -n 1 --json 'ban -bán -bạn'
	$(BIN)/vnsearch status
	@printf '\nThe index is in .vnsearch; go on with: $(BIN)/vnsearch search …\n'

formats: $(STAMP)
	$(BIN)/python -m tests.formats corpus/formats

test: $(STAMP)
	$(BIN)/python -m pytest -n $(CORES)

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

clean:
	rm -rf $(VENV) .vnsearch build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
