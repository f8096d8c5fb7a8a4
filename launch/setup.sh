#!/usr/bin/env bash
# Everything the assistant needs in the checkout: uv, two Python environments, the sentence encoder, the trained model.
# Each step is skipped when it is done already; a step that takes long says so. Usage: launch/setup.sh [dev]
set -euo pipefail
cd "$(dirname "$0")/.."
unset PYTHONDONTWRITEBYTECODE # bytecode compiled at install makes the start three times as fast
export RASA_TELEMETRY_ENABLED=false UV_PYTHON_PREFERENCE="${UV_PYTHON_PREFERENCE:-only-system}"
mkdir -p .setup
say() { printf '%s\n' "setup: $*" >&2; }

find_uv() {
  if command -v uv >/dev/null 2>&1; then command -v uv; return; fi
  if [ ! -x .setup/uv/bin/uv ]; then
    say "installing uv (a few seconds)"
    python3 -m venv .setup/uv && .setup/uv/bin/pip install --quiet uv
  fi
  echo "$PWD/.setup/uv/bin/uv"
}
UV=$(find_uv)

for version in 3.11 3.10; do
  if ! "$UV" python find "$version" >/dev/null 2>&1; then
    cat >&2 <<EOF
setup: Python $version was not found on this machine.
  The assistant needs two: 3.11 (or newer 3.11.x) for everything public, 3.10 for Rasa.
  Get it with one of:
    uv python install $version        (needs the internet; run it as: $UV python install $version)
    pyenv install $version            (then run make again)
    apt install python$version python$version-venv   (where your Debian or Ubuntu has it)
  If uv installed it, start with: UV_PYTHON_PREFERENCE=managed make run
EOF
    exit 1
  fi
done

stamp() { cat "$@" | sha256sum | cut -c1-40; }

sync() { # sync NAME FILES... -- uv arguments
  local name=$1 want
  shift
  local files=()
  while [ "$1" != "--" ]; do files+=("$1"); shift; done
  shift
  want=$(stamp "${files[@]}")
  if [ "$(cat ".setup/$name" 2>/dev/null || true)" != "$want" ]; then
    say "installing $name from its lock file, every file checked against its hash (up to a minute)"
    "$UV" sync --frozen --quiet "$@"
    echo "$want" >".setup/$name"
  fi
}
sync "the main environment" pyproject.toml uv.lock -- --project .
sync "the Rasa environment" bot/pyproject.toml bot/uv.lock -- --project bot

bot/.venv/bin/python -m bot.encoder.build >&2

want=$(.venv/bin/python -m launch.model_stamp)
if [ "$(cat .setup/model 2>/dev/null || true)" != "$want" ] || ! ls models/assistant.tar.gz >/dev/null 2>&1; then
  say "training the model (about a minute)"
  bot/.venv/bin/python -m bot train --out models --fixed-model-name assistant --quiet >.setup/train.log 2>&1 || {
    tail -40 .setup/train.log >&2
    say "training failed; the whole output is in .setup/train.log"
    exit 1
  }
  echo "$want" >.setup/model
fi
