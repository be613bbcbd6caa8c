"""kill -9 at random moments of a 200-file run, and two runs at once: no file is lost, and the next run cleans up.

KBUMP_TEST_KILLS sets how many runs are killed (500 for the figure in the notes).
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.once

POD = (
    "apiVersion: v1\nkind: Pod\nmetadata: {{name: p{0}}}\nspec:\n  containers:\n  - name: c\n    image: acme/web:{1}\n"
)
KILLS = int(os.environ.get("KBUMP_TEST_KILLS", "9"))
FILES = 200


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for index in range(FILES):
        folder = tmp_path / f"d{index % 5}"
        folder.mkdir(exist_ok=True)
        (folder / f"pod-{index}.yaml").write_text(POD.format(index, "1.0.0"))
    return tmp_path


def start(tree: Path, tag: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "kbump", "set-image", f"acme/web:{tag}", "-q"]
    return subprocess.Popen(
        command, cwd=tree, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )


def tags(tree: Path) -> set[str]:
    found = set()
    for index in range(FILES):
        text = (tree / f"d{index % 5}" / f"pod-{index}.yaml").read_text()
        tag = text.rpartition(":")[2].strip()
        assert text == POD.format(index, tag)
        found.add(tag)
    return found


def wait_for_group(running: subprocess.Popen[bytes]) -> None:
    """Wait until the forked half of a killed run is over, too."""
    running.communicate()
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            os.killpg(running.pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.001)
    pytest.fail("a process of the killed run lives on")


def duration(tree: Path) -> float:
    began = time.monotonic()
    finish(tree, "1.0.1")
    return time.monotonic() - began


def test_a_killed_run_leaves_every_file_old_or_new_and_the_next_run_cleans_up(tree: Path) -> None:
    seed = random.Random(7)
    takes = duration(tree)
    before, mixed = "1.0.1", 0
    for number in range(KILLS):
        new = f"2.0.{number}"
        running = start(tree, new)
        if number % 3:
            wait_for_first_write(tree, new, running)
            time.sleep(seed.uniform(0, 0.05) * takes)
        else:
            time.sleep(seed.uniform(0, 1.1) * takes)
        kill = os.killpg if number % 2 else os.kill
        kill(running.pid, signal.SIGKILL)
        wait_for_group(running)
        found = tags(tree)
        assert found <= {before, new}
        mixed += len(found) == 2
        if number % 5 == 4:
            finish(tree, new)
            before = new
        else:
            restore(tree, before)
    finish(tree, "3.0.0")
    assert tags(tree) == {"3.0.0"}
    assert mixed, "no run was killed between two files: nothing was tested"
    print(f"{KILLS} runs killed, {mixed} of them between two files")


def wait_for_first_write(tree: Path, tag: str, running: subprocess.Popen[bytes]) -> None:
    first = [tree / f"d{index % 5}" / f"pod-{index}.yaml" for index in (0, 5)]
    while running.poll() is None:
        if any(tag in file.read_text() for file in first):
            return


def restore(tree: Path, tag: str) -> None:
    for index in range(FILES):
        (tree / f"d{index % 5}" / f"pod-{index}.yaml").write_text(POD.format(index, tag))


def finish(tree: Path, tag: str) -> None:
    running = start(tree, tag)
    _, words = running.communicate()
    assert running.returncode == 0, words.decode()
    assert not list(tree.rglob(".*"))


def test_two_runs_at_once_do_not_harm_each_other(tree: Path) -> None:
    for round_ in range(4):
        first, second = start(tree, f"4.{round_}.0"), start(tree, f"5.{round_}.0")
        words = [one.communicate()[1].decode() for one in (first, second)]
        found = tags(tree)
        assert found <= {f"4.{round_}.0", f"5.{round_}.0"}
        for one, said in zip((first, second), words, strict=True):
            assert one.returncode == 0 or (one.returncode == 2 and "changed while kbump was working" in said), said
        assert not list(tree.rglob(".*"))
