"""The cases of `kbump diff`: 1,000 objects against 1,000 of which 130 differ."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from measuring import Command
from peers import kbump, peer
from workload import deployment, make_files

if TYPE_CHECKING:
    from collections.abc import Iterator

_OLD, _NEW = "old.yaml", "new.yaml"
_OBJECTS, _DIFFERENT, _RESCALED = 1_000, 130, 30


def diff_one_file(directory: str) -> Iterator[Command]:
    """Two files of 1.2 MB."""
    old, new = _texts()
    work = make_files(directory, {_OLD: "---\n".join(old.values()), _NEW: "---\n".join(new.values())})
    _agree(work)
    yield Command("kbump diff", lambda _: [*kbump(), "diff", _OLD, _NEW], work, "<= 60 MB")
    yield Command("kbump diff, all the same", lambda _: [*kbump(), "diff", _OLD, _OLD], work)
    yield from peer("dyff between", lambda _: ["dyff", "between", _OLD, _NEW], work, "<= 1.0")


def diff_files(directory: str) -> Iterator[Command]:
    """Two directories of 1,000 files; dyff compares files, so it has all of them in one."""
    old, new = _texts()
    make_files(f"{directory}/old", old)
    make_files(f"{directory}/new", new)
    work = make_files(directory, {_OLD: "---\n".join(old.values()), _NEW: "---\n".join(new.values())})
    yield Command("kbump diff", lambda _: [*kbump(), "diff", "old", "new"], work, "<= 60 MB")
    yield from peer("dyff between, as one file", lambda _: ["dyff", "between", _OLD, _NEW], work, "<= 1.0")
    yield from peer("diff -r", lambda _: ["diff", "-r", "old", "new"], work)


def _texts() -> tuple[dict[str, str], dict[str, str]]:
    """Return the files of both sides: every seventh has another image, until enough do, and some other replicas."""
    old = {f"shop-{number:04}.yaml": deployment(f"shop-{number:04}") for number in range(_OBJECTS)}
    new = dict(old)
    for number, name in enumerate(list(old)[: _DIFFERENT * 7 : 7]):
        new[name] = old[name].replace(":1.4.0", ":1.4.1")
        if number < _RESCALED:
            new[name] = new[name].replace("replicas: 3", "replicas: 5")
    return old, new


def _agree(directory: str) -> None:
    """End the run unless both say that the files differ, and that a file does not differ from itself."""
    ours, theirs = [*kbump(), "diff", "--exit-code"], ["dyff", "between", "--set-exit-code"]
    programs = [Command("kbump", lambda _: ours, directory), *peer("dyff", lambda _: theirs, directory)]
    for program in programs:
        for new, status in ((_NEW, 1), (_OLD, 0)):
            command = [*program.argv(""), _OLD, new]
            done = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
            if done.returncode != status:
                sys.exit(f"{program.label} ends with {done.returncode}:\n{done.stdout}{done.stderr}")
