# make run    the whole stack on this machine, http://127.0.0.1:3000 (PORT changes it);
#             CLOCK_SPEED=86400 lets a day pass each second
# make test   every test that needs Python only
# make lint   ruff and mypy
# make bench  ratios of speed, side by side
# make simulate  a thousand seeds on the virtual world (SEEDS changes it; SEED=7 repeats one)
# make build  sam build (ARCHITECTURE=arm64 or x86_64), then: make deploy
.DEFAULT_GOAL := help
PYTHON ?= python3
PORT ?= 3000
ARCHITECTURE ?= arm64
SEEDS ?= 1000
SAM ?= sam
BIN := .venv/bin

help:
	@sed -n '/^#/!q; s/^# //p' Makefile

.PHONY: help run test lint format bench simulate build deploy clean

run: .venv/run-installed
	@PORT=$(PORT) exec $(BIN)/python -m local

test: .venv/test-installed
	$(BIN)/python -m pytest -q --numprocesses auto --dist loadfile \
	    -m "not sam and not containers and not stack and not sdks and not simulation and not browser"

lint: .venv/test-installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: .venv/test-installed
	$(BIN)/python -m tests.benchmarks

simulate: .venv/test-installed
	$(BIN)/python -m tests.simulation $(if $(SEED),seed $(SEED),seeds $(SEEDS))

format: .venv/test-installed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Each file below says that its packages are in .venv; it is made again when a pin changes.
.venv/bin/python:
	$(PYTHON) -m venv .venv

RUN_REQUIREMENTS := shared/requirements.txt shared/formatting/requirements.txt \
    shared/pages/requirements.txt local/requirements.txt

.venv/run-installed: $(RUN_REQUIREMENTS) | .venv/bin/python
	$(BIN)/python -m pip install --quiet --no-compile --disable-pip-version-check $(RUN_REQUIREMENTS:%=-r %)
	@touch $@

.venv/test-installed: .venv/run-installed tests/requirements.txt
	$(BIN)/python -m pip install --quiet --no-compile --disable-pip-version-check -r tests/requirements.txt
	@touch $@

build:
	$(SAM) build --parameter-overrides Architecture=$(ARCHITECTURE)

deploy: build
	$(SAM) deploy --guided --parameter-overrides Architecture=$(ARCHITECTURE)

clean:
	rm -rf .venv .local .aws-sam
