# Two commands for a fresh machine: `make demo` and `make test`. Everything lives in .venv and instance/.

VENV := .venv
BIN := $(VENV)/bin
# The first interpreter that is new enough and can make an environment.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
PYTEST ?=

.PHONY: help demo serve test lint lock messages bench bench-edition bench-patterns bench-groups bench-exports bench-lists bench-memory bench-documents bench-search bench-survey assurance sbom clean

help: ## say what there is
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 24

demo: $(VENV)/installed ## the sample declaration on http://127.0.0.1:8000
	@exec $(BIN)/deliberation demo

serve: $(VENV)/installed ## the same without sample data
	@exec $(BIN)/deliberation serve

test: $(VENV)/installed-dev ## the whole suite; PYTEST="-k name" for a part of it
	PYTEST_DEBUG_TEMPROOT=$(MEMORY) $(BIN)/python -m pytest -n auto --dist loadgroup $(PYTEST)

# Databases of tests in memory where there is room for them: a third of the time of most tests is waiting for the disk.
MEMORY := $(shell [ -w /dev/shm ] && [ "$$(df -k /dev/shm | awk 'NR==2 {print $$4}')" -gt 262144 ] && echo /dev/shm)

lint: $(VENV)/installed-dev ## style and types
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: $(VENV)/installed-dev ## measure reading, posting and voting through the real server
	$(BIN)/python benchmarks/run.py $(BENCH)

bench-edition: $(VENV)/installed-dev ## publish an edition of a long text while people read
	$(BIN)/python benchmarks/publishing.py $(BENCH)

bench-patterns: $(VENV)/installed-dev ## recall and precision of the check before publication
	$(BIN)/python benchmarks/patterns.py $(BENCH)

bench-groups: $(VENV)/installed-dev ## opinion groups of 2 000 people, and those of a real deliberation
	$(BIN)/python benchmarks/grouping.py $(BENCH)

bench-exports: $(VENV)/installed-dev ## files of 100 000 annotations: seconds and memory of each format
	$(BIN)/python benchmarks/exporting.py $(BENCH)

bench-lists: $(VENV)/installed-dev ## how the pages of lists grow from 10 000 to 100 000 annotations
	$(BIN)/python benchmarks/growing.py $(BENCH)

bench-memory: $(VENV)/installed-dev ## memory of a worker while eight readers ask for everything
	$(BIN)/python benchmarks/memory.py $(BENCH)

bench-documents: $(VENV)/installed-dev ## Word, OpenDocument and PDF files of 5 000 annotations
	$(BIN)/python benchmarks/documents.py $(BENCH)

bench-search: $(VENV)/installed-dev ## searching among 100 000 annotations: milliseconds in the database
	$(BIN)/python benchmarks/searching.py $(BENCH)

bench-survey: $(VENV)/installed-dev ## a survey of 30 questions answered by 1 338 people, and its figures counted again
	$(BIN)/python benchmarks/surveying.py $(BENCH)

assurance: $(VENV)/installed-dev ## the long checks behind docs/assurance.md; ONLY="r01 s19" for some of them
	$(BIN)/python benchmarks/assurance/run.py $(ONLY)

sbom: ## list what is shipped, with versions and licences, into docs/ (SBOM, CycloneDX 1.6)
	rm -rf build/sbom && $(PYTHON) -m venv build/sbom/shipped && $(PYTHON) -m venv build/sbom/tool
	build/sbom/shipped/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements.lock
	build/sbom/tool/bin/python -m pip --disable-pip-version-check --quiet install cyclonedx-bom==7.5.0 pip-licenses==5.5.5
	build/sbom/shipped/bin/python -m pip --quiet uninstall -y setuptools pip
	build/sbom/tool/bin/cyclonedx-py environment --output-reproducible --spec-version 1.6 --pyproject pyproject.toml \
		-o docs/sbom.cdx.json build/sbom/shipped/bin/python
	build/sbom/tool/bin/pip-licenses --python=build/sbom/shipped/bin/python --from=mixed --with-urls --with-license-file \
		--no-license-path --format=plain-vertical --output-file=docs/licences-of-parts.txt

CATALOGUES := deliberation/translations

messages: $(VENV)/installed-dev ## collect the texts for translation and compile the catalogue
	@mkdir -p build
	$(BIN)/pybabel -q extract -F babel.cfg -k _l -k N_ -k plural:1,2 --no-location --sort-output -o build/messages.pot .
	$(BIN)/pybabel -q update -i build/messages.pot -d $(CATALOGUES) --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date
	$(BIN)/pybabel -q compile -d $(CATALOGUES)

lock: $(VENV)/installed-dev ## resolve the versions anew (needs uv)
	uv pip compile -q pyproject.toml --all-extras --group build --upgrade $(LOCK) -o requirements.lock
	uv pip compile -q pyproject.toml --all-extras --group build --group dev -c requirements.lock $(LOCK) -o requirements-dev.lock

LOCK := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate

clean: ## remove the environment and what tools left; instance/ stays
	rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp for each lock: the second run starts at once.
$(VENV)/installed: requirements.lock pyproject.toml | $(BIN)/python
	@test -e $(VENV)/installed-dev || echo "Installing what is needed into $(VENV) (once, about half a minute) ..."
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/installed-dev: requirements-dev.lock pyproject.toml | $(BIN)/python
	@echo "Installing what the tests need into $(VENV) (once, about a minute) ..."
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/installed

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer with its venv module is needed (Debian and Ubuntu: apt install python3-venv); another one: make $(MAKECMDGOALS) PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)
