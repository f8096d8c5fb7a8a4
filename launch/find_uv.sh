#!/usr/bin/env bash
# Prints the path of a uv that works, installing one inside the checkout when there is none. Fails, saying what is missing.
set -uo pipefail
cd "$(dirname "$0")/.."
place="$PWD/.setup"
mkdir -p "$place"
say() { printf '%s\n' "setup: $*" >&2; }
works() { [ -n "$1" ] && "$1" --version >/dev/null 2>&1; } # pyenv's shims are there for tools that are not

for uv in "$(command -v uv || true)" "$place/uv/bin/uv"; do
  if works "$uv"; then
    echo "$uv"
    exit 0
  fi
done

log="$place/uv.log"
: >"$log"
pythons=()
for python in python3 python3.11 python3.10; do
  if "$python" -c "" >/dev/null 2>&1; then pythons+=("$python"); fi
done
if [ ${#pythons[@]} = 0 ]; then
  say "there is neither uv nor Python 3 on this machine. Debian: apt install python3 python3-venv"
  exit 1
fi

say "installing uv inside the checkout (a few seconds)"
can_install=no
for python in "${pythons[@]}"; do
  rm -rf "$place/uv"
  if "$python" -c "import ensurepip, venv" >/dev/null 2>&1; then # Debian ships these as python3-venv
    can_install=yes
    "$python" -m venv "$place/uv" >>"$log" 2>&1 && "$place/uv/bin/python" -m pip install --quiet uv >>"$log" 2>&1
  elif "$python" -m pip --version >/dev/null 2>&1; then
    can_install=yes
    "$python" -m pip install --quiet --target "$place/uv" uv >>"$log" 2>&1
  fi
  if works "$place/uv/bin/uv"; then
    echo "$place/uv/bin/uv"
    exit 0
  fi
done
rm -rf "$place/uv"

if [ $can_install = no ]; then
  say "uv is missing, and ${pythons[*]} can install nothing: python3-venv is missing. Debian: apt install python3-venv"
else
  tail -5 "$log" >&2
  say "uv could not be installed (the whole output is in $log). Is the internet or a package mirror (PIP_INDEX_URL) within reach?"
fi
say "or install uv yourself: https://docs.astral.sh/uv/getting-started/installation/"
exit 1
