#!/usr/bin/env bash
# Everything the assistant needs in the checkout: uv, two Python environments, the sentence encoder, the trained model.
# Each step is skipped when it is done already; a step that takes long says so. Ctrl-C and SIGTERM end what it started.
set -euo pipefail
cd "$(dirname "$0")/.."
# Bytecode compiled at install makes the start three times as fast; the others would lead uv or Python astray.
unset PYTHONDONTWRITEBYTECODE PYTHONHOME PYTHONPATH VIRTUAL_ENV UV_PROJECT_ENVIRONMENT
# `system` prefers the machine's own Pythons and finds those that uv manages too.
export RASA_TELEMETRY_ENABLED=false
export UV_PYTHON_PREFERENCE="${UV_PYTHON_PREFERENCE:-system}" UV_PYTHON_DOWNLOADS="${UV_PYTHON_DOWNLOADS:-never}"
mkdir -p .setup
say() { printf '%s\n' "setup: $*" >&2; }

child= ticker=
end() { # end STATUS: the child's whole group first
  trap '' INT TERM HUP
  if [ -n "$ticker" ]; then kill -KILL -- "-$ticker" 2>/dev/null || true; fi
  if [ -n "$child" ]; then
    kill -TERM -- "-$child" 2>/dev/null || true
    for _ in $(seq 100); do
      kill -0 -- "-$child" 2>/dev/null || break
      sleep 0.1
    done
    kill -KILL -- "-$child" 2>/dev/null || true
  fi
  say "interrupted; the next start goes on from here"
  exit "$1"
}
trap 'end 130' INT
trap 'end 143' TERM
trap 'end 129' HUP

run() { # run COMMAND: in a process group of its own, so that a signal is handled at once and ends all of it
  local status=0
  set -m
  "$@" </dev/null &
  child=$!
  set +m
  wait "$child" || status=$?
  child=
  return "$status"
}

slowly() { # slowly WORDS COMMAND: `run`, with a sign of life every 20 seconds
  local words=$1 status=0
  shift
  say "$words"
  set -m
  (
    exec 9>&-
    began=$SECONDS
    while sleep 20 && kill -0 $$ 2>/dev/null; do say "... $((SECONDS - began)) s so far"; done
  ) </dev/null &
  ticker=$!
  disown "$ticker"
  set +m
  run "$@" || status=$?
  kill -KILL -- "-$ticker" 2>/dev/null || true
  ticker=
  return "$status"
}

# One set-up at a time. What it starts holds the lock too, so nothing that outlives it is run over.
exec 9>.setup/lock
flock -n 9 || {
  say "another set-up of this checkout is running; waiting for it"
  run flock 9
}

UV=
need_uv() {
  if [ -z "$UV" ]; then
    run launch/find_uv.sh >.setup/uv-path || exit 1
    UV=$(cat .setup/uv-path)
  fi
}

need_python() { # need_python VERSION
  if ! "$UV" python find --system "$1" >/dev/null 2>&1; then
    cat >&2 <<EOF
setup: Python $1 was not found on this machine.
  The assistant needs two: 3.11 for everything public, 3.10 for Rasa.
  Get it with one of these, then run make again:
    $UV python install $1        (needs the internet)
    pyenv install $1
    apt install python$1   (where your Debian or Ubuntu has it)
EOF
    exit 1
  fi
}

sync() { # sync NAME PYTHON FOLDER: a stamp counts only while its environment is there
  local name=$1 want
  want=$(cat "$3/pyproject.toml" "$3/uv.lock" | sha256sum | cut -c1-40)
  if [ "$(cat ".setup/$name" 2>/dev/null || true)" = "$want" ] && [ -x "$3/.venv/bin/python" ]; then return; fi
  need_uv
  need_python "$2"
  rm -f ".setup/$name"
  slowly "installing $name from its lock file, every file checked against its hash (up to a minute)" \
    "$UV" sync --frozen --quiet --python "$2" --project "$3" || {
    say "$name could not be installed; see above"
    exit 1
  }
  echo "$want" >".setup/$name"
}
sync "the main environment" 3.11 .
sync "the Rasa environment" 3.10 bot

run bot/.venv/bin/python -m bot.encoder.build >&2

train() { bot/.venv/bin/python -m bot train --skip-validation --out models --fixed-model-name assistant --quiet >.setup/train.log 2>&1; }

want=$(.venv/bin/python -m launch.model_stamp)
if [ "$(cat .setup/model 2>/dev/null || true)" != "$want" ] || [ ! -s models/assistant.tar.gz ]; then
  rm -f .setup/model
  slowly "training the model (about five minutes)" train || {
    tail -40 .setup/train.log >&2
    say "training failed; the whole output is in .setup/train.log"
    exit 1
  }
  echo "$want" >.setup/model
fi
