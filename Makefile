# What each target does is listed in README.md. Every target sets up what it needs and skips what is done.
.PHONY: run test lint validate evaluate import chat setup release-check shell catalogue-out catalogue-in sms-cost screenshots bench faults rotate-key person-export person-erase
SHELL := /bin/bash
PY := .venv/bin/python
BOT := bot/.venv/bin/python
VALIDATE_LOG := .setup/validate.log
# Everything but the tests sees the settings of .env. It becomes the command that follows, so signals reach that.
WITH_ENV := $(PY) -m launch.env_file
# Promises of two seconds are tested on machines that may stand still for as long: what failed beside other tests is named, and
# has to pass by itself.
ONCE_MORE = { echo "failed above; once more, each by itself:"; $(PY) -m pytest -q --last-failed --last-failed-no-failures none; }
# These of the caller's shell would slow the start down or lead Python astray.
unexport PYTHONDONTWRITEBYTECODE PYTHONHOME PYTHONPATH VIRTUAL_ENV

setup:
	@exec launch/setup.sh

run: setup
	@exec $(WITH_ENV) $(PY) -m launch

chat: setup
	@exec $(WITH_ENV) $(PY) -m front_door.terminal

shell: setup ## Rasa's own shell, with the fixes (needs `python -m actions` running)
	@exec $(WITH_ENV) $(BOT) -m bot shell

lint: setup
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@# Rasa's side, seen from its own Python. Its comments against Rasa's missing types are not needed by every mypy.
	@.venv/bin/mypy --python-executable $(BOT) --python-version 3.10 --no-warn-unused-ignores --disable-error-code arg-type bot
	@$(WITH_ENV) bash -c '$(PY) -m safety.check "$${DATA_DIR:-data/leicestershire}"'
	@$(WITH_ENV) $(PY) -m launch.check_data
	@export UV_PYTHON_DOWNLOADS=never; uv=$$(launch/find_uv.sh) && "$$uv" lock --check --quiet && "$$uv" lock --check --quiet --project bot
	@$(MAKE) --no-print-directory -o setup validate

validate: setup
	@$(WITH_ENV) $(BOT) -m bot data validate >$(VALIDATE_LOG) 2>&1 || { status=$$?; tail -20 $(VALIDATE_LOG); exit $$status; }
	@# Responses that only actions use, and the intent only our channel makes, are no mistakes.
	@! grep -E "UserWarning|ERROR" $(VALIDATE_LOG) | grep -vE "is not used in any story or rule|The intent 'choose'"

test: setup
	@$(BOT) -m pytest tests/bot tests/safety tests/understanding -q -p no:cacheprovider
	@$(PY) -m pytest tests/safety -q -p no:cacheprovider
	@# Two at a time, each file whole, in the order of the rooms; then what measures time, by itself.
	@$(PY) -m pytest -q --cache-clear -n 2 --dist loadfile --no-loadscope-reorder -m "not alone" || $(ONCE_MORE)
	@$(PY) -m pytest -q --cache-clear -m alone || $(ONCE_MORE)

evaluate: setup
	@test -n "$(DATA)" || { echo "usage: make evaluate DATA=file.jsonl"; exit 2; }
	@exec $(WITH_ENV) $(BOT) -m bot evaluate "$(DATA)"

catalogue-out: setup
	@test -n "$(CSV)" || { echo "usage: make catalogue-out CSV=file.csv"; exit 2; }
	@exec $(WITH_ENV) $(PY) -m service_catalogue.csv_route out "$(CSV)"

catalogue-in: setup
	@test -n "$(CSV)" || { echo "usage: make catalogue-in CSV=file.csv [ALLOW_REMOVALS=1]"; exit 2; }
	@exec $(WITH_ENV) $(PY) -m service_catalogue.csv_route in "$(CSV)" $(if $(ALLOW_REMOVALS),--allow-removals)

import: setup ## a file or the address of an Open Referral API; SOURCE, VOUCHED_BY and ALLOW_REMOVALS=1 are optional
	@test -n "$(FEED)" || { echo "usage: make import FEED=file-or-url"; exit 2; }
	@exec $(WITH_ENV) $(PY) -m launch.import_feed "$(FEED)" $(if $(SOURCE),--source "$(SOURCE)") $(if $(VOUCHED_BY),--vouched-by "$(VOUCHED_BY)") $(if $(ALLOW_REMOVALS),--allow-removals)

screenshots: setup ## every state of the web pages at three widths, into docs/screenshots
	@exec $(PY) -m tests.front_door.screenshots

sms-cost: setup ## segments of finished text conversations: median and worst, by week
	@exec $(WITH_ENV) $(PY) -m front_door.sms.cost

faults: setup ## break everything, see that nothing is lost; FAULTS="--conversations 200 --faults 20 --postgres" for another run (docs/faults.md)
	@exec $(PY) -m tests.faults $(FAULTS)

rotate-key: setup ## after SECRET_KEY was replaced and the old one put into OLD_SECRET_KEYS; CHECK=1 only looks
	@exec $(WITH_ENV) $(PY) -m launch.rotate_key $(if $(CHECK),--check)

person-export: setup ## all that is held about the person of one reference
	@test -n "$(REF)" || { echo "usage: make person-export REF=K7M-4PR"; exit 2; }
	@exec $(WITH_ENV) $(PY) -m launch.person export "$(REF)"

person-erase: setup ## and erased, after the reference was typed again
	@test -n "$(REF)" || { echo "usage: make person-erase REF=K7M-4PR"; exit 2; }
	@exec $(WITH_ENV) $(PY) -m launch.person erase "$(REF)"

bench: setup ## speed, side by side with stock Rasa; ONLY=load,flat some parts, QUICK=1 under two minutes (docs/performance.md)
	@exec $(PY) -m bench

release-check: lint
	@$(WITH_ENV) $(PY) -m launch.check_data --release
