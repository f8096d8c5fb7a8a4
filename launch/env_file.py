"""`python -m launch.env_file COMMAND...`: runs a command with the settings of `.env` at the root, if there is such a file.

The Makefile starts everything but the tests through this. The process becomes the command, so signals reach it.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from launch.paths import ROOT

_LINE = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)")


class EnvFileError(ValueError):
    """A line that is no KEY=VALUE; the message names the file and the line number, never what stands there."""


def read_env_file(path: Path) -> dict[str, str]:
    """The values in `path` by name; nothing when there is no such file.

    Lines are KEY=VALUE, comments (#) or empty. Quotes around a whole value are taken off; an empty value is left out, as if the line
    were not there. Raises EnvFileError.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError:
        return {}
    found = {}
    for number, line in enumerate(lines, start=1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise EnvFileError(f"{path}: line {number} is not KEY=VALUE")
        name, value = match[1], match[2].strip()
        if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":
            value = value[1:-1]
        if value:
            found[name] = value
    return found


def with_env_file(env: Mapping[str, str], path: Path) -> dict[str, str]:
    """`env` and, for names that it does not hold, the values of the file. Raises EnvFileError."""
    return {**read_env_file(path), **env}


def main(command: list[str]) -> int:
    if not command:
        print("usage: python -m launch.env_file COMMAND...", file=sys.stderr)
        return 2
    try:
        env = with_env_file(os.environ, ROOT / ".env")
    except (EnvFileError, OSError, UnicodeDecodeError) as error:
        print(f"cannot start: {error}", file=sys.stderr)
        return 2
    os.execvpe(command[0], command, env)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
