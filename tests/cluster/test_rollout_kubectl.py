"""`kbump rollout` with a kubectl that is killed, and with the older ones that the machine has."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.cluster.rolling import Place, place
from tests.cluster.scenarios import pods, workload
from tests.cluster.test_rollout_waiting import started

__all__ = ["place"]
VERDICTS = {"slow": (0, "done"), "missing": (1, "failed"), "unready": (3, "timed-out")}


def kubectls(process: int) -> Iterator[int]:
    """Yield the process ids of the kubectls that a process has started."""
    with suppress(OSError):
        for thread in Path(f"/proc/{process}/task").iterdir():
            for child in (thread / "children").read_text().split():
                if b"kubectl" in Path(f"/proc/{child}/cmdline").read_bytes():
                    yield int(child)


def kill_some(running: subprocess.Popen[str], killed: list[int], chance: random.Random) -> None:
    """Kill the first kubectl of a rollout and every other of the rest, each at some moment of its life."""
    met: dict[int, float] = {}
    while running.poll() is None:
        for child in kubectls(running.pid):
            if child not in met:
                later_s = chance.uniform(0, 0.3) if chance.random() < 0.5 else float("inf")
                met[child] = time.monotonic() + (later_s if killed else 0.0)
            if time.monotonic() >= met[child]:
                met[child] = float("inf")
                killed.append(child)
                with suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
        time.sleep(0.005)


@pytest.mark.parametrize("word", VERDICTS)
def test_a_kubectl_that_is_killed_changes_no_verdict(word: str, place: Place, tmp_path: Path) -> None:
    (tmp_path / "web.yaml").write_text(workload("Deployment", f"replicas: 2, {pods(word)}"))
    timeout = "20s" if word == "unready" else "2m"
    running = started(place, "-f", "web.yaml", "-o", "json", "--timeout", timeout, stdout=subprocess.PIPE)
    killed: list[int] = []
    killer = threading.Thread(target=kill_some, args=(running, killed, random.Random(word)))
    killer.start()
    output, _ = running.communicate(timeout=180)
    killer.join()
    assert killed
    assert (running.returncode, json.loads(output)["ending"]) == VERDICTS[word], output


def older() -> list[Path]:
    """Return the older kubectls beside the one on PATH, whose names say which they are: kubectl.1.27."""
    folders = {
        Path(found).resolve().parent for one in os.get_exec_path() if (found := shutil.which("kubectl", path=one))
    }
    return sorted(path for folder in folders for path in folder.glob("kubectl.1.*") if os.access(path, os.X_OK))


_NONE = pytest.param(None, marks=pytest.mark.skip(reason="there is no older kubectl beside the one on PATH"))


@pytest.mark.parametrize("path", older() or [_NONE], ids=lambda path: path and path.name)
@pytest.mark.parametrize("word", ["", "crash"], ids=["a success", "a crash"])
def test_an_older_kubectl_gives_the_same_verdicts_and_the_difference_is_said(
    path: Path, word: str, place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "kubectl").symlink_to(path)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    ran, data = place.rollout(workload("Deployment", f"replicas: 2, {pods(word)}"), "--timeout", "60s")
    assert (ran.code, data["ending"]) == ((1, "failed") if word else (0, "done")), ran
    said = [note for note in data["notes"] if "at most one minor version" in note]
    gap = abs(_minor(path.name) - _minor(data["cluster"]["version"]))
    assert len(said) == int(gap > 1), data["notes"]


def _minor(version: str) -> int:
    found = re.search(r"1\.(\d+)", version)
    assert found
    return int(found[1])
