# The commands of the project; `make` alone lists them. PORT, INSTANCE, DATABASE_URL: docs/operating.md.
PYTHON ?= python3
BIN := .venv/bin
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup run renew stop demo flask backup restore test thorough bench lint format audit python

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

setup: python ## install what is missing, without starting anything
	@$(PYTHON) -m house.setup run

run: python ## start everything at http://127.0.0.1:8000, with demo data; Ctrl-C ends it
	@$(PYTHON) -m house.serve run

renew: python ## bring a running Wangge to the code of this folder, without an answer lost
	@$(PYTHON) -m house.serve renew

stop: python ## end a running Wangge, its database last
	@$(PYTHON) -m house.serve stop

demo: python ## add the demo data to the running Wangge
	@$(PYTHON) -m house.serve flask demo

flask: python ## run a command of the application in the running Wangge, named in ARGS="..."
	@$(PYTHON) -m house.serve flask $(ARGS)

backup: python ## keep database, files and keys in BACKUP=folder, encrypted; again later for what is new
	@$(PYTHON) -m house.backup backup

restore: python ## make an empty INSTANCE of BACKUP=folder with KEY=file, perhaps as of UNTIL=moment
	@$(PYTHON) -m house.setup run
	@$(PYTHON) -m house.backup restore

TESTS := PYTHONDONTWRITEBYTECODE= $(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

test: python ## run the tests on a database of their own; ARGS="-k words" picks some
	@$(PYTHON) -m house.setup test
	@$(TESTS) -m "not thorough" $(ARGS)

thorough: python ## run the tests that do the same once more: other readers and languages, again and again
	@$(PYTHON) -m house.setup test
	@WANGGE_ALL_EXAMPLES=1 $(TESTS) -m thorough $(ARGS)

bench: python ## measure the speed against named baselines; ARGS names single benchmarks
	@$(PYTHON) -m house.setup bench
	@$(BIN)/python -m bench $(ARGS)

lint: python ## check style, types, floors and templates
	@$(PYTHON) -m house.setup lint
	@$(BIN)/ruff check --output-format concise .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/djlint templates --lint --check

format: python ## put code and templates in the house's form
	@$(PYTHON) -m house.setup lint
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .
	@$(BIN)/djlint templates --reformat --quiet ; true

audit: python ## ask a public list of advisories about every pinned package
	@$(PYTHON) -m house.advisories

python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Wangge needs Python 3.11 or newer: name it with PYTHON=.")'
