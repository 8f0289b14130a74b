# `make` lists what can be made. Everything sets itself up first; a second time that costs a fifth of a second.
SHELL  := /bin/sh
BIN    := .venv/bin
PYTHON_CODE := libs/ninep/src services deploy tests bench
UV     ?= uv

# Targets whose files are not there are not offered.
ABSENT := $(if $(wildcard bench/__main__.py),,bench) \
          $(if $(wildcard tests/fuzz/test_*.py),,fuzz) \
          $(if $(wildcard tests/soak/test_*.py),,soak) \
          $(if $(wildcard tests/interop/test_*.py),,interop)

.PHONY: help setup up test lint types format bench fuzz soak interop gallery compose lock env clean
.NOTPARALLEL:

help:
	@awk -v absent=' $(strip $(ABSENT)) ' -F ':.*## ' \
	    '/^[a-z]+:.*## / && !index(absent, " " $$1 " ") {printf "  make %-8s  %s\n", $$1, $$2}' Makefile

setup: ## install system packages, .venv and the locked dependencies
	@deploy/setup

up: setup ## start the fleet, let an agent draw, say what to type next
	@$(BIN)/python -m deploy.up

test: setup ## run all tests, on up to four cores
	@$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile

lint: setup ## check style and formatting
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check

types: setup ## check the types, strictly
	@$(BIN)/mypy $(PYTHON_CODE)

format: setup ## put the code in order
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

bench: setup ## measure, beside a yardstick in the same run
	@$(BIN)/python -m bench

fuzz: setup ## say damaged conversations to codec, session, server and mux (MINUTES=1)
	@$(BIN)/python -m tests.fuzz $(MINUTES)

soak: setup ## let servers die for as long as you like, and check every byte (MINUTES=10 SEED=any)
	@$(BIN)/python -m pytest tests/soak tests/soak/cancels.py tests/soak/frames.py tests/soak/gallery.py tests/soak/kills.py \
	    tests/soak/meshes.py tests/soak/mounts.py tests/soak/versions.py tests/rio/hostile/slow.py
	@$(BIN)/python -m tests.soak $(or $(MINUTES),10) $(SEED)

interop: setup ## talk to other people's clients and servers
	@deploy/setup interop
	@$(BIN)/python -m pytest tests/interop -rs

gallery: setup ## draw the examples, and compare them with their golden pictures (RENEW=--renew NAME=clock)
	@$(BIN)/python -m tests.rio.gallery $(RENEW) $(NAME)

compose: setup ## build the image and run the fleet in four containers (needs docker)
	@$(BIN)/python -m pytest tests/deploy/compose_check.py

lock: ## renew requirements.lock from what the parts ask for (needs uv)
	@$(UV) pip compile deploy/requirements.in --output-file requirements.lock --upgrade --quiet \
	    --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	    $(addprefix --no-emit-package ,ninep peribus-llmfs peribus-rio peribus-riomux peribus-voice)

env: setup ## renew .env.example from the services' settings
	@$(BIN)/python -m deploy.env > .env.example

clean: ## remove .venv and what the tools left behind
	rm -rf .venv build .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find libs services deploy tests bench -name __pycache__ -type d -exec rm -rf {} +
