# make demo    set up, index the sample documents, search them with marks and without
# make formats  write a sample in every format and old encoding to corpus/formats
# make test    set up, run the whole test suite
# make lint    set up, check style and types
# make pythons  run the whole test suite with every Python that is allowed and installed
# make lowest  run it with the lowest versions of the dependencies that are allowed
# make pictures  make the pictures of docs/pictures by running the program
# make messages  bring the catalog of translations up to date with the code
# make wine    run tests on Windows: under wine, with CPython for Windows in .wine
# make dist    build wheel and sources, and check them

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
CORES := $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)

# The demo's index is the one of this folder.
unexport VNSEARCH_INDEX

# Python 3.10 to 3.14, by name or as pyenv keeps them, those that run.
PYTHONS := $(shell for python in python3.10 python3.11 python3.12 python3.13 python3.14 \
  "$$HOME"/.pyenv/versions/3.1[0-4].*/bin/python; do \
  "$$python" -c 'import sys; print(*sys.version_info[:2], sys.executable)' 2>/dev/null; \
  done | sort -k 2,2n -u | cut -d ' ' -f 3)

.PHONY: demo formats test lint messages pictures pythons lowest wine dist clean

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
	$(BIN)/mypy --platform win32 --cache-dir .mypy_cache/windows vnsearch
	$(BIN)/mypy --platform darwin --cache-dir .mypy_cache/macos vnsearch

pictures: $(STAMP)
	$(BIN)/python -m distribution.pictures

messages: $(STAMP)
	$(BIN)/python -m distribution.messages

pythons:
	for python in $(PYTHONS); do \
	  $(MAKE) test PYTHON="$$python" VENV="build/$$("$$python" -c 'import sys; print(sys.version[:4])')" \
	    || exit; \
	done

lowest: UV := build/uv/bin
lowest:
	$(PYTHON) -m venv build/uv
	$(UV)/python -m pip install --quiet --disable-pip-version-check uv
	$(UV)/uv venv --quiet --clear --python $(firstword $(PYTHONS) $(PYTHON)) build/lowest
	$(UV)/uv pip compile --quiet --python build/lowest/bin/python --resolution lowest-direct \
	  pyproject.toml -o build/lowest.txt
	$(UV)/uv pip install --quiet --python build/lowest/bin/python --requirement build/lowest.txt \
	  --requirement pyproject.toml --extra dev
	$(UV)/uv pip list --python build/lowest/bin/python
	PYTHONPATH=$(CURDIR) build/lowest/bin/python -m pytest -n $(CORES)

# What is run there besides the real command; `make wine WINE=tests` for all.
WINE := tests/windows tests/analysis tests/query tests/vietnamese tests/files tests/test_ranking.py
wine: $(STAMP)
	$(BIN)/python -m tests.windows.wine --version
	$(BIN)/python -m pytest tests/windows
	PYTHONUTF8=1 $(BIN)/python -m tests.windows.wine -m pytest -p no:cacheprovider $(WINE)

dist: TOOLS := build/dist/bin
dist:
	rm -rf dist
	$(PYTHON) -m venv build/dist
	$(TOOLS)/python -m pip install --quiet --disable-pip-version-check build twine
	$(TOOLS)/python -m build
	$(TOOLS)/python distribution/check.py dist/*

clean:
	rm -rf $(VENV) .vnsearch build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
