"""What processes cost: processor time and memory from /proc, and how busy the machine was meanwhile."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def children(parent: int) -> dict[int, str]:
    """The processes whose parent is `parent`: their ids and command lines."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if int(_stat(folder)[1]) == parent:
                found[int(folder.name)] = (
                    (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                )
        except OSError:
            continue  # it has just ended
    return found


def processor_seconds(pid: int) -> float:
    """User and system time of a process and all its threads so far, in seconds; 0 when it is gone."""
    try:
        fields = _stat(Path(f"/proc/{pid}"))
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS


def megabytes(pid: int) -> float:
    """PSS of a process in MB (10^6 bytes): its own pages, and its share of those it has in common with others; 0 when it is gone."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024 / 1e6
    except OSError:
        pass
    return 0.0


def _stat(folder: Path) -> list[str]:
    """The fields after the name, which stands in brackets: state, parent, ... (proc(5))."""
    return (folder / "stat").read_text().rpartition(")")[2].split()


@dataclass(frozen=True)
class Processes:
    """Some processes by name, and the processor seconds each had used when this was made."""

    pids: dict[str, int]
    used: dict[str, float]

    @classmethod
    def now(cls, pids: dict[str, int]) -> Processes:
        return cls(pids, {name: processor_seconds(pid) for name, pid in pids.items()})

    def used_since(self) -> dict[str, float]:
        """Processor seconds of each since then."""
        return {name: processor_seconds(pid) - self.used[name] for name, pid in self.pids.items()}

    def memory(self) -> dict[str, float]:
        return {name: round(megabytes(pid), 1) for name, pid in self.pids.items()}


def describe() -> dict[str, object]:
    """The machine, as far as it matters for the figures, and its load average over the last minute."""
    model = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        "?",
    )
    return {
        "processor": model,
        "cores": len(os.sched_getaffinity(0)),
        "system": platform.platform(),
        "load_average_1_min": round(os.getloadavg()[0], 2),
    }
