from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

import pytest
from xdist.scheduler import LoadScopeScheduling

CASES = Path(__file__).parent / "cases"
ROOT = Path(__file__).parent.parent
# They share three clusters, what kubectl has read at once, the definitions of a cluster, and what pip has installed.
GROUPS = ("tests/pipeline/", "tests/kubectl/", "tests/cluster/test_validate.py", "tests/test_pre_commit.py")


class Ran(NamedTuple):
    """What a run of the command line gave."""

    code: int
    stdout: str
    stderr: str


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Iterator[None]:
    """Mark the tests that speak to a server; several processes get these, and those marked `once`, shuffled."""
    for item in items:
        given = getattr(item, "callspec", None)
        servers = {"gitea", "gitea_server"} & {
            *getattr(item, "fixturenames", ()),
            *map(str, given.params.values() if given else ()),
        }
        if servers or "cluster" in item.path.relative_to(ROOT).parts:
            item.add_marker("server")
    yield
    if hasattr(config, "workerinput"):
        # In any order, the same each time, what waits is beside what computes. The others keep theirs.
        marked = ("server", "once")
        items.sort(key=lambda item: crc32(item.nodeid.encode()) if any(map(item.get_closest_marker, marked)) else 0)


class Grouping(LoadScopeScheduling):
    """Gives each process a test at a time, and all of a group to one; the largest group comes first.

    Of xdist's own, `loadgroup` (3.8) puts tests into no groups with pytest 9.
    """

    def _split_scope(self, nodeid: str) -> str:
        return next((group for group in GROUPS if nodeid.startswith(group)), nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Grouping:
    """Return what gives tests to processes if there are several."""
    return Grouping(config, log)


@pytest.fixture
def kbump(monkeypatch: pytest.MonkeyPatch):
    """Run the command line in this process, as `main` does, with real streams of bytes."""

    def run(*args: str, stdin: bytes = b"", cwd: Path | None = None) -> Ran:
        from kbump.cli import group
        from kbump.cli.edge import guarded_main

        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="") for _ in range(2))
        with monkeypatch.context() as patch:
            patch.setattr(sys, "argv", ["kbump", *args])
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8", newline=""))
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err)
            if cwd:
                patch.chdir(cwd)
            code = guarded_main(group)
        for stream in (out, err):
            stream.flush()
        return Ran(code, out.buffer.getvalue().decode(), err.buffer.getvalue().decode())

    for name in [name for name in os.environ if name.startswith("KBUMP_") and not name.startswith("KBUMP_TEST")]:
        monkeypatch.delenv(name)
    return run


def cases(verb: str) -> list[object]:
    """Return the case directories of a verb; a directory's name is the sentence that it tests."""
    folders = sorted((CASES / verb).iterdir())
    return [pytest.param(folder, id=folder.name.replace("-", " ")) for folder in folders if folder.is_dir()]
