# `make help` lists every target. Two commands do all: `make run`, `make test`.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
SERVICE := .venv/service/bin
# Two processes share the fast tests, a file each; then one of them runs the live ones, in order.
PYTEST := $(SERVICE)/python -m pytest --numprocesses=2 --dist=loadgroup --no-loadscope-reorder
RASA := RASA_TELEMETRY_ENABLED=false RASA_MAX_CACHE_SIZE=0 PYTHONPATH=. PYTHONWARNINGS=ignore TF_CPP_MIN_LOG_LEVEL=3 \
	SQLALCHEMY_SILENCE_UBER_WARNING=1 CUDA_VISIBLE_DEVICES=-1 \
	CHORISTE_ACTIONS_URL=$${CHORISTE_ACTIONS_URL:-http://127.0.0.1:8000/rasa/webhook} \
	CHORISTE_ACTIONS_TOKEN=$${CHORISTE_ACTIONS_TOKEN:-jeton-de-developpement} \
	CHORISTE_RASA_DB=$${CHORISTE_RASA_DB:-var/rasa-shell.db} .venv/rasa/bin

.PHONY: help run test lint types rasa-tests stories unit train sync check-knowledge environments environments-dev rasa-shell lock audit \
	bench-understanding bench-thresholds bench-pipelines bench-search bench-service bench-helpdesk bench-triage bench-invoices fuzz-invoices seed-helpdesk piste-standin clean

help: ## List every target with one line each
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

run: ## Install what is missing, train if needed, and serve (PORT, RASA_PORT, CHORISTE_DATA_DIR)
	@$(PYTHON) scripts/run.py

test: environments-dev lint types check-knowledge rasa-tests stories ## Every check: lint, types, imports, knowledge, Rasa, unit, end to end, browser
	@$(PYTHON) scripts/browser.py
	$(PYTEST)

environments: ## Make the two Python environments from the hashed locks
	@$(PYTHON) scripts/environments.py

environments-dev: ## The same, with what the tests need
	@$(PYTHON) scripts/environments.py --dev

lint: environments-dev ## Format, lint and import rules
	$(SERVICE)/ruff format --check .
	$(SERVICE)/ruff check .
	$(SERVICE)/lint-imports

types: environments-dev ## mypy, strict
	$(SERVICE)/mypy

check-knowledge: environments-dev ## Fiches and tables: form, links, sources, numbers against the facts, coverage
	$(SERVICE)/python -m assistant.knowledge.check
	$(SERVICE)/python -m assistant.knowledge.export_questions --check
	$(SERVICE)/python -m assistant.journeys.check

sync: environments-dev ## Write the training examples that come from the fiches' titles and questions
	$(SERVICE)/python -m assistant.knowledge.export_questions

train: environments ## Train the model if its data, domain, config or components changed
	@$(PYTHON) scripts/train.py

rasa-tests: environments-dev ## Rasa side: components' tests and data validation
	$(RASA)/python -m pytest -q tests/nlu -c /dev/null --rootdir=. -p no:cacheprovider
	$(RASA)/rasa data validate --fail-on-warnings

stories: environments-dev train ## Rasa's story tests
	$(RASA)/rasa test core --stories tests/stories --model $$($(PYTHON) scripts/train.py | tail -1) --out var/story-tests --fail-on-prediction-errors

unit: environments-dev ## The fast tests only
	$(PYTEST) -m "not live and not browser"

rasa-shell: train ## Talk to the bot in a terminal, as a Rasa user would (the service must run for its actions)
	@mkdir -p var
	$(RASA)/rasa shell --model $$($(PYTHON) scripts/train.py | tail -1)

bench-understanding: environments-dev train ## Right, choices, unknown, wrong on the development questions
	$(SERVICE)/python -m bench.understanding.run

bench-thresholds: environments-dev train ## What each threshold would give on held-out messages, and is the confidence true
	$(SERVICE)/python -m bench.understanding.thresholds $$($(PYTHON) scripts/train.py | tail -1)

bench-pipelines: environments-dev ## Compare DIET, logistic regression, BM25, nearest example and ours on the same data, one run (hours)
	$(SERVICE)/python -m bench.understanding.compare

bench-search: environments-dev ## Milliseconds of a search over 500 fiches
	$(SERVICE)/python -m bench.search.run

bench-service: environments-dev train ## Train time, cold start, memory, p50/p95 at 1 and 8 conversations, beside Rasa's default
	$(SERVICE)/python -m bench.service.run

bench-helpdesk: environments-dev ## Queues, counts, filters and searches at 20,000 and 200,000 sollicitations, both engines
	$(SERVICE)/python -m bench.helpdesk.run

bench-triage: environments-dev ## Right category among the first two, right route: cross-validated, held out, development requests
	$(SERVICE)/python -m bench.triage.run

seed-helpdesk: environments-dev ## Add made-up sollicitations to the database (COUNT=2000), marked as such
	$(SERVICE)/alembic upgrade head
	$(SERVICE)/python -m assistant.helpdesk.seed --count $${COUNT:-2000}

piste-standin: environments-dev ## A stand-in of the Chorus Pro API on this machine (PISTE_PORT=24080), made-up data
	$(SERVICE)/python -m tests.standin_piste --port $${PISTE_PORT:-24080}

bench-invoices: environments-dev ## Milliseconds and memory of a check before deposit, beside factur-x's own command
	$(SERVICE)/python -m bench.invoices.run

fuzz-invoices: environments-dev ## Broken files through the whole check: no crash, no hang, no file left (FUZZ_SECONDS=600)
	$(SERVICE)/python -m bench.invoices.fuzz --seconds $${FUZZ_SECONDS:-600}

audit: environments-dev ## Known advisories of both sides' locks
	$(SERVICE)/pip-audit --disable-pip --requirement requirements/service.txt
	-$(SERVICE)/pip-audit --disable-pip --requirement requirements/rasa.txt

lock: environments-dev ## Renew the hashed locks (needs Python 3.10 for Rasa's side)
	@$(PYTHON) scripts/lock.py

clean: ## Remove what the commands made, but your data
	rm -rf .venv models .rasa .mypy_cache .ruff_cache .pytest_cache
