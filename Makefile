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
	@export UV_PYTHON_DOWNLOADS=never; uv=$$(command -v uv || echo .setup/uv/bin/uv); $$uv lock --check --quiet && $$uv lock --check --quiet --project bot
	@$(BOT) -m bot data validate >.setup/validate.log 2>&1 || { tail -20 .setup/validate.log; exit 1; }
	@# Responses that only actions use, and the intent only our channel makes, are no mistakes.
	@! grep -E "UserWarning|ERROR" .setup/validate.log | grep -vE "is not used in any story or rule|The intent 'choose'"

test: setup
	@$(BOT) -m pytest tests/bot tests/safety -q -p no:cacheprovider
	@$(PY) -m pytest tests/safety -q -p no:cacheprovider
	@$(PY) -m pytest

evaluate: setup
	@test -n "$(DATA)" || { echo "usage: make evaluate DATA=file.jsonl"; exit 2; }
	@$(BOT) -m bot evaluate "$(DATA)"

release-check: lint
	@$(PY) -m launch.check_data --release
