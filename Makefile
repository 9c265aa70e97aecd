# Discreet: `make help` lists what there is.
.DEFAULT_GOAL := help
.PHONY: help setup run train test prove bench bench-scale doctor audit lock clean

PY := .venv/bin/python
STATE := $(or $(DISCREET_STATE),.discreet)

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Make .venv from the locked requirements (every other target does it when needed)
	@tools/setup

run: setup ## Start the assistant and its page; PORT=5006 chooses another port, Ctrl-C stops it
	@tools/page
	@exec $(PY) -m discreet.cli up $(if $(PORT),--port $(PORT))

train: setup ## Train and sign the model
	@$(PY) -m discreet.cli train

test: setup ## Everything that must pass; STAGES="lint unit" runs some of it
	@$(PY) tools/stages test $(STAGES)

prove: setup ## Full counts of the expensive tests, in parts; goes on where it stopped; STAGES=... chooses
	@$(PY) tools/stages prove $(STAGES)

bench: setup ## Measurements beside stock Rasa; results under build/bench; STAGES=... chooses
	@$(PY) tools/stages bench $(STAGES)

bench-scale: setup ## The store among 200,000 conversations; takes about a quarter of an hour and 10 GB
	@$(PY) tools/stages bench-scale

doctor: setup ## Look over the installation and say what is wrong
	@$(PY) -m discreet.cli doctor

audit: setup ## Look the locked packages up for known faults, and list them (build/audit/sbom.json)
	@$(PY) tools/audit

lock: setup ## Resolve requirements/*.in anew into the lock files
	@tools/lock

clean: ## Remove everything made here: environment, state, keys, database, conversations
	@tools/clean
