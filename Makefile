# Everything a user or a maintainer does, with Python 3.11 and make alone.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin

.PHONY: help install demo serve test lint bench pictures lock clean

help: ## Show what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

install: .venv/frontend ## Make .venv with everything, pinned by requirements.lock and frontend/package-lock.json

.venv/installed: pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; $(PYTHON) is older. Try: make install PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv .venv
	@echo "Installing what requirements.lock pins …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# What pages of ours use from npm. Whoever is offline goes without; the next `make install` tries again.
.venv/frontend: .venv/installed frontend/package-lock.json frontend/files.toml frontend/fetch.py frontend/.npmrc
	@$(BIN)/python frontend/fetch.py && touch $@ || echo "The page to try the REST API (/api/v1/docs) and the pages in Pipedrive are left out; all else works. With npm in reach, run make install again."

demo: install ## See messages travel from CleverTap to phones and back, on this machine
	@$(BIN)/connectors demo

serve: install ## Run the real service on the settings in .env
	@$(BIN)/connectors serve

test: install ## Run the tests; says what it left out where a database or browser is missing
	@$(BIN)/python -m pytest -n auto --dist loadgroup

lint: install ## Style, strict types, and the rules of who may import whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: install ## Measure the ratios that docs/architecture.md promises, as JSON
	@$(BIN)/python -m tests.bench

pictures: install ## Make the pictures of docs/pipedrive.md and docs/shopify.md anew (needs chromium)
	@$(BIN)/python -m tests.pipedrive.pictures
	@$(BIN)/python -m tests.shopify.pictures

lock: ## Pin anew what pyproject.toml and frontend/package.json ask for (needs pip-tools)
	pip-compile --quiet --extra dev --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-header --output-file requirements.lock pyproject.toml
	cd frontend && ../$(BIN)/npm install --package-lock-only

clean: ## Remove what was installed and generated
	rm -rf .venv dist .mypy_cache .ruff_cache .pytest_cache .hypothesis frontend/node_modules connectors/*/static/third_party
