# What each target does is listed in README.md. Every target sets up what it needs and skips what is done.
.PHONY: run test lint evaluate chat setup release-check shell
SHELL := /bin/bash
PY := .venv/bin/python
BOT := bot/.venv/bin/python

setup:
	@launch/setup.sh

run: setup
	@exec $(PY) -m launch

chat: setup
	@exec $(PY) -m front_door.terminal

shell: setup ## Rasa's own shell, with the fixes (needs `python -m actions` running)
	@exec $(BOT) -m bot shell

lint: setup
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@$(PY) -m safety.check data/leicestershire
	@$(PY) -m launch.check_data
	@uv_check() { command -v uv >/dev/null 2>&1 && echo uv || echo .setup/uv/bin/uv; }; $$(uv_check) lock --check --quiet && $$(uv_check) lock --check --quiet --project bot
	@$(BOT) -m bot data validate --quiet 2>&1 | grep -iE "error|warn" && exit 1 || true

test: setup
	@$(BOT) -m pytest tests/bot tests/safety -q -p no:cacheprovider
	@$(PY) -m pytest

evaluate: setup
	@test -n "$(DATA)" || { echo "usage: make evaluate DATA=file.jsonl"; exit 2; }
	@$(BOT) -m bot evaluate "$(DATA)"

release-check: lint
	@$(PY) -m launch.check_data --release
