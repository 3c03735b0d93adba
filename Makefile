# Two commands matter: `make run` serves the site, `make test` proves it. Each sets up what it needs.
# `make help` lists the rest.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
HOST ?= 127.0.0.1
# Which tests; PYTEST="-k votes" or PYTEST=tests/web narrows a run.
PYTEST ?=

.PHONY: help setup run demo reproductions test lint fix bench picture messages pins clean
.DEFAULT_GOAL := help

help: ## Show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

setup: $(VENV)/.ready ## Install the site into .venv

run: setup ## Set up everything and serve the site with the demo library on http://localhost:8000
	@$(BIN)/shortscience init
	@$(BIN)/shortscience demo
	@$(BIN)/shortscience serve --host $(HOST) --port $(PORT)

demo: setup ## Load the demo library again
	@$(BIN)/shortscience init
	@$(BIN)/shortscience demo

reproductions: reproductions/.venv/.ready ## Set up the experiments (torch, in reproductions/.venv) and fetch their data
	@reproductions/.venv/bin/reproduce data

test: $(VENV)/.test-ready lint ## Set up everything, check the code, run every test
	@PATH="$(CURDIR)/$(BIN):$$PATH" MAKE="$(MAKE)" PYTHON="$(PYTHON)" sh tests/run.sh $(PYTEST)

lint: $(VENV)/.test-ready ## Check style, types and import contracts
	@$(BIN)/ruff check -q .
	@$(BIN)/ruff format -q --check .
	@$(BIN)/lint-imports --no-cache >build/imports.txt 2>&1 || (cat build/imports.txt; false)
	@$(BIN)/mypy --no-error-summary shortscience tests benchmarks

fix: $(VENV)/.test-ready ## Repair what tools can repair
	@$(BIN)/ruff check -q --fix . || true
	@$(BIN)/ruff format -q .

bench: $(VENV)/.test-ready ## Measure the site; see benchmarks/README.md for single tables
	@$(BIN)/python -m benchmarks.pages

picture: $(VENV)/.test-ready ## Take the picture that the README shows
	@$(BIN)/python -m pytest -q tests/browser/test_pages.py -k readme
	@mkdir -p docs/images && cp build/screenshots/front-page.jpg docs/images/

messages: $(VENV)/.test-ready ## Collect the sentences of the interface for translators (needs gettext)
	@cd shortscience && ../$(BIN)/django-admin makemessages -l en --no-location --settings shortscience.config.settings

pins: ## Renew requirements/*.txt from pyproject.toml
	@sh requirements/pin.sh $(PYTHON)

clean: ## Remove what was built; keeps var/, where the data is
	@rm -rf $(VENV) reproductions/.venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "ShortScience needs Python 3.11 or newer: make run PYTHON=/path/to/python3.11")'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.ready: requirements/run.txt pyproject.toml $(VENV)/bin/python
	@echo "Setting up .venv …"
	@PYTHONWARNINGS=ignore $(BIN)/python -m pip install -q --disable-pip-version-check -r requirements/run.txt
	@PYTHONWARNINGS=ignore $(BIN)/python -m pip install -q --disable-pip-version-check --no-deps -e .
	@mkdir -p build && touch $@

$(VENV)/.test-ready: requirements/test.txt $(VENV)/.ready
	@echo "Setting up the tests …"
	@PYTHONWARNINGS=ignore $(BIN)/python -m pip install -q --disable-pip-version-check -r requirements/test.txt
	@touch $@

reproductions/.venv/.ready: requirements/reproductions.txt reproductions/pyproject.toml
	@echo "Setting up reproductions/.venv (torch is large) …"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "The reproductions need Python 3.11 or newer: make reproductions PYTHON=/path/to/python3.11")'
	@$(PYTHON) -m venv reproductions/.venv
	@PYTHONWARNINGS=ignore reproductions/.venv/bin/python -m pip install -q --disable-pip-version-check -r requirements/reproductions.txt
	@PYTHONWARNINGS=ignore reproductions/.venv/bin/python -m pip install -q --disable-pip-version-check --no-deps -e reproductions
	@touch $@
