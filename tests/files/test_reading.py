from __future__ import annotations

import os
import re
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kbump.errors import Location, SourceError
from kbump.files import LIMIT, State, could_hold, read, reading

Plant = Callable[..., None]

NEVER = re.compile(rb"never there")
READERS = {"read": read, "could_hold": lambda path: could_hold(path, [b"web"])}


def state(path: str) -> State:
    status = os.stat(path)
    return State(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


CONTENTS = {
    "nothing": b"",
    "mixed line ends and no last one": b"a: 1\r\nb: 2\rc: 3\nd: 4",
    "bytes that are no text": bytes(range(256)) * 100,
    "exactly the limit": b"#" * LIMIT,
}


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
def test_a_file_is_read_as_it_is(folder: Path, content: bytes) -> None:
    Path("a.yaml").write_bytes(content)
    assert read("a.yaml") == (content, state("a.yaml"))


def test_a_link_is_read_as_its_target(plant: Plant) -> None:
    plant("a.yaml", "b -> a.yaml")
    assert read("b") == (b"name: 'a.yaml'\n", state("a.yaml"))


def test_a_file_whose_size_is_not_known_is_read_to_its_end() -> None:
    data, known = read("/proc/self/status")
    assert known.size == 0
    assert data.startswith(b"Name:")
    assert data.endswith(b"\n")


def test_a_file_that_grows_while_it_is_read_is_read_up_to_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LIMIT", 100)
    with pytest.raises(SourceError, match="bytes large, and kbump reads at most 100 "):
        read("/proc/self/status")


def test_a_file_above_the_limit_is_refused(folder: Path) -> None:
    Path("a.yaml").write_bytes(b"#" * (LIMIT + 1))
    with pytest.raises(SourceError) as caught:
        read("a.yaml")
    assert str(caught.value) == ("a.yaml:1:1: is 16,777,217 bytes large, and kbump reads at most 16,777,216 (16 MiB)")
    assert caught.value.hint == "split it, or leave it out with `--exclude`"


@pytest.mark.parametrize(
    "wanted",
    [pytest.param(NEVER, id="a pattern"), pytest.param([b"never there", b"nor this"], id="literals")],
)
def test_a_file_that_does_not_hold_it_is_not_returned(folder: Path, wanted: Any) -> None:
    Path("a.yaml").write_bytes(b"image: web:1\n")
    Path("large.yaml").write_bytes(b"image: web:1\n" * (LIMIT // 12))
    assert could_hold("a.yaml", wanted) is None
    assert could_hold("large.yaml", wanted) is None


@pytest.mark.parametrize(
    "wanted",
    [pytest.param(re.compile(rb"w.b:"), id="a pattern"), pytest.param([b"never", b"web:"], id="literals")],
)
def test_a_file_that_holds_it_is_returned_or_refused_as_too_large(folder: Path, wanted: Any) -> None:
    Path("a.yaml").write_bytes(b"image: web:1\n")
    # On the border of two windows of 1 MiB.
    Path("large.yaml").write_bytes(b"#" * (17 * 1024 * 1024 - 2) + b"web:1" + b"#" * 1000)
    assert could_hold("a.yaml", wanted) == (b"image: web:1\n", state("a.yaml"))
    with pytest.raises(SourceError, match=r"^large.yaml:1:1: is 17,826,\d+ bytes large"):
        could_hold("large.yaml", wanted)


def test_a_large_file_is_searched_in_little_memory(folder: Path) -> None:
    import tracemalloc

    with open("sparse.json", "wb") as file:
        file.truncate(200 * 1024 * 1024)
    tracemalloc.start()
    try:
        assert could_hold("sparse.json", [b"web"]) is None
        assert tracemalloc.get_traced_memory()[1] < 8 * 1024 * 1024
    finally:
        tracemalloc.stop()


REFUSED = {
    "no such file": ("nowhere", "does not exist"),
    "a directory": ("directory", "is a directory, not a file"),
    "a FIFO that nobody writes to": ("fifo", "is a FIFO, not a file"),
    "a socket": ("socket", "is a socket or a device, not a file"),
    "a device": ("/dev/zero", "is a character device, not a file"),
    "a link to itself": ("loop", "is a symbolic link that leads back to itself"),
}


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
@pytest.mark.parametrize(("path", "message"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_file_is_refused(plant: Plant, reader: Any, path: str, message: str) -> None:
    plant("directory/", "fifo|", "loop -> loop")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket")
    with pytest.raises(SourceError) as caught:
        reader(path)
    assert (caught.value.location, caught.value.message) == (Location(path, 1, 1), message)


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_a_file_that_may_not_be_read_is_refused(plant: Plant, as_nobody: Any, reader: Any) -> None:
    plant("a.yaml")
    os.chmod("a.yaml", 0)
    with as_nobody(), pytest.raises(SourceError) as caught:
        reader("a.yaml")
    assert str(caught.value) == "a.yaml:1:1: permission denied"
    assert caught.value.hint == "make it readable for this user, or leave it out with `--exclude`"


def test_an_error_that_has_no_words_of_ours_has_those_of_the_system() -> None:
    # Address 0 is mapped in no process.
    with pytest.raises(SourceError) as caught:
        read("/proc/self/mem")
    assert str(caught.value) == "/proc/self/mem:1:1: input/output error"
    assert caught.value.hint == "look at it with `ls -l`"


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_no_descriptor_is_left_open(plant: Plant, reader: Any) -> None:
    plant("a.yaml", "fifo|")
    before = os.listdir("/proc/self/fd")
    reader("a.yaml")
    with pytest.raises(SourceError):
        reader("fifo")
    assert os.listdir("/proc/self/fd") == before
