# Needs git, make and Python >= 3.11 (another one: make PYTHON=python3.12 ...).
# Everything is installed into .venv, in this folder.
PYTHON ?= python3

VENV := .venv
BIN := $(VENV)/bin
RUN := $(VENV)/.run.stamp
DEV := $(VENV)/.dev.stamp
PIP_INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check --no-input

PIP_TOOLS := pip-tools==7.6.2
PIP_COMPILE := .venv-lock/bin/pip-compile --quiet --strip-extras --allow-unsafe --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --build-deps-for editable

.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help plan test lint format docs lock clean

help: ## list the targets
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/make \1	\2/p' Makefile

plan: $(RUN) ## solve the model uk_2015_20
	$(BIN)/natura-opt solve uk_2015_20

test: lint ## lint, then run the tests
	$(BIN)/python -m pytest -n 2

lint: $(DEV) ## ruff check, ruff format --check, mypy
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy natura_opt

format: $(DEV) ## format the code and fix what ruff can fix
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

# Warnings are errors, and a link or an anchor that leads nowhere is a warning. No other machine is asked for anything.
docs: $(DEV) ## build the documentation site into build/site
	$(BIN)/python notebooks/site/building/pages.py build/pages
	$(BIN)/python -m sphinx -E -a -q -W --keep-going -c notebooks/site -b html build/pages build/site
	$(BIN)/python notebooks/site/building/links.py build/site

# Regenerated from pyproject.toml. The pins in use are kept where they still fit;
# 'make lock UPGRADE=--upgrade' takes the newest. Only the public registry is asked, so a machine's
# own pip settings leave no mark.
lock: export PIP_CONFIG_FILE := /dev/null
lock: export PIP_FIND_LINKS :=
lock: export CUSTOM_COMPILE_COMMAND := make lock
lock: ## pin requirements/*.txt anew from pyproject.toml
	@test -x .venv-lock/bin/pip-compile || { $(PYTHON) -m venv .venv-lock && \
		.venv-lock/bin/python -m pip install -qq --disable-pip-version-check $(PIP_TOOLS); }
	$(PIP_COMPILE) $(UPGRADE) --output-file requirements/run.txt pyproject.toml
	$(PIP_COMPILE) $(UPGRADE) --extra dev --constraint requirements/run.txt \
		--output-file requirements/dev.txt pyproject.toml

clean: ## remove the environments, caches and built files
	rm -rf $(VENV) .venv-lock build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find natura_opt tests -name __pycache__ -type d -prune -exec rm -rf {} +

# ---- environment ----------------------------------------------------------
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "Python 3.11 or newer is needed, and '$(PYTHON)' is not: try make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "'$(PYTHON)' has no venv or ensurepip module: install it (Debian: python3-venv)" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(RUN): requirements/run.txt pyproject.toml | $(BIN)/python
	@echo "installing into $(VENV), in silence: one to three minutes, once"
	$(PIP_INSTALL) --require-hashes -r requirements/run.txt
	$(PIP_INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

# Holds all of the run requirements, so 'plan' needs nothing more after it.
$(DEV): requirements/dev.txt requirements/run.txt pyproject.toml | $(BIN)/python
	@echo "installing into $(VENV), in silence: some minutes, once"
	$(PIP_INSTALL) --require-hashes -r requirements/dev.txt
	$(PIP_INSTALL) --no-deps --no-build-isolation -e .
	@touch $(RUN) $@
