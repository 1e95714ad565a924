# make demo   starts the whole service with demo data on http://127.0.0.1:8000
# make test   runs everything that CI runs
.PHONY: setup setup-browser demo test lock
SHELL := /bin/bash
PYTHON ?= python3
UV := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)
STAMP := .venv/.installed

demo: setup
	.venv/bin/register demo

test: setup-browser
	.venv/bin/python -m tests

setup: $(STAMP)

setup-browser: setup
	.venv/bin/python -m tests.browser_setup

$(STAMP): requirements-test.lock pyproject.toml
	@command -v uv >/dev/null 2>&1 || [ -x .uv/bin/uv ] || { $(PYTHON) -m venv .uv && .uv/bin/pip --quiet install uv; }
	[ -x .venv/bin/python ] || $(UV) venv --quiet --python '>=3.11' .venv
	$(UV) pip sync --quiet --require-hashes --python .venv/bin/python requirements-test.lock
	$(UV) pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation --editable .
	touch $(STAMP)

COMPILE = $(UV) pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11

lock:
	$(COMPILE) pyproject.toml -o requirements.lock
	$(COMPILE) --extra telemetry pyproject.toml -o requirements-telemetry.lock
	$(COMPILE) --extra telemetry --extra test pyproject.toml -o requirements-test.lock
