from __future__ import annotations

import errno
import fcntl
import os
import resource
import shutil
import signal
import stat
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from kbump.errors import Location, WriteError
from kbump.files import State, clean, read, replace, writable

Plant = Callable[..., None]

OLD = b"name: 'a.yaml'\n"
CHANGED = "a.yaml:1:1: changed while kbump was working"
TEMPORARY = ".a.yaml.0123456789ab.kbump~"

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may do this")


@pytest.fixture
def known(plant: Plant) -> State:
    """The state of a file a.yaml."""
    plant("a.yaml")
    return read("a.yaml")[1]


def change_content() -> None:
    Path("a.yaml").write_bytes(b"theirs\n")


def change_time() -> None:
    os.utime("a.yaml", ns=(0, 0))


def replace_it() -> None:
    Path("b.yaml").write_bytes(OLD)
    shutil.copystat("a.yaml", "b.yaml")
    os.rename("b.yaml", "a.yaml")


def remove_it() -> None:
    os.unlink("a.yaml")


def make_it_a_link() -> None:
    os.rename("a.yaml", "b.yaml")
    os.symlink("nowhere", "a.yaml")


def make_it_a_fifo() -> None:
    os.unlink("a.yaml")
    os.mkfifo("a.yaml")


CHANGES = {
    "changed in content": change_content,
    "changed in time only": change_time,
    "replaced by another of the same look": replace_it,
    "removed": remove_it,
    "made a broken link": make_it_a_link,
    "made a FIFO": make_it_a_fifo,
}


def look() -> dict[str, object]:
    """What a directory holds: the content of files, the mode of anything else."""
    return {
        name: Path(name).read_bytes() if stat.S_ISREG(os.lstat(name).st_mode) else os.lstat(name).st_mode
        for name in os.listdir()
    }


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_file_that_changed_meanwhile_is_left(known: State, change: Callable[[], None]) -> None:
    change()
    before = look()
    with pytest.raises(WriteError) as caught:
        replace("a.yaml", b"new\n", known)
    assert str(caught.value) == CHANGED
    assert caught.value.hint == "run again: the file is as the other program left it"
    assert look() == before


def test_a_file_of_another_directory_behind_the_same_path_is_left(plant: Plant) -> None:
    plant("1/a.yaml", "2/a.yaml", "now -> 1")
    known = read("now/a.yaml")[1]
    os.unlink("now")
    os.symlink("2", "now")
    with pytest.raises(WriteError, match="changed while kbump was working"):
        replace("now/a.yaml", b"new\n", known)
    assert Path("2/a.yaml").read_bytes() == b"name: '2/a.yaml'\n"


def test_the_content_is_replaced_and_nothing_else_is_there(known: State) -> None:
    replace("a.yaml", b"new\r\n\xff", known)
    assert look() == {"a.yaml": b"new\r\n\xff"}


def test_the_state_after_every_write_is_a_new_one(known: State) -> None:
    states = {known}
    for _ in range(200):
        replace("a.yaml", OLD, read("a.yaml")[1])
        states.add(read("a.yaml")[1])
    assert len({state.mtime_ns for state in states}) == 201


def test_the_time_of_a_file_from_the_future_does_not_go_back(known: State) -> None:
    future = time.time_ns() + 10**15
    os.utime("a.yaml", ns=(future, future))
    replace("a.yaml", OLD, read("a.yaml")[1])
    assert read("a.yaml")[1].mtime_ns > future


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o664, 0o755, 0o4751, 0o2640])
def test_the_mode_is_kept(known: State, mode: int) -> None:
    os.chmod("a.yaml", mode)
    replace("a.yaml", b"new\n", known)
    assert stat.S_IMODE(os.stat("a.yaml").st_mode) == mode


@needs_root
def test_owner_group_and_their_special_bits_are_kept(known: State) -> None:
    os.chown("a.yaml", 1234, 5678)
    os.chmod("a.yaml", 0o6755)
    assert writable("a.yaml") is None
    replace("a.yaml", b"new\n", known)
    status = os.stat("a.yaml")
    assert (status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode)) == (1234, 5678, 0o6755)


@needs_root
@pytest.mark.parametrize(
    ("owner", "group"),
    [pytest.param(0, 65534, id="another user's"), pytest.param(65534, 0, id="another group's")],
)
def test_a_file_whose_owner_cannot_be_kept_is_refused(known: State, as_nobody: Any, owner: int, group: int) -> None:
    os.chown("a.yaml", owner, group)
    message = f"belongs to user {owner} and group {group}, which this user cannot keep"
    with as_nobody():
        with pytest.raises(WriteError) as caught:
            replace("a.yaml", b"new\n", known)
        announced = writable("a.yaml")
    assert caught.value.message == message
    assert str(announced) == str(caught.value)
    assert look() == {"a.yaml": OLD}


@needs_root
def test_a_group_that_comes_from_the_directory_is_kept(plant: Plant, as_nobody: Any) -> None:
    plant("d/a.yaml")
    for path in ("d", "d/a.yaml"):
        os.chown(path, 65534, 5678)
    os.chmod("d", 0o2755)
    known = read("d/a.yaml")[1]
    with as_nobody():
        assert writable("d/a.yaml") is None
        replace("d/a.yaml", b"new\n", known)
    assert (os.stat("d/a.yaml").st_uid, os.stat("d/a.yaml").st_gid) == (65534, 5678)


@contextmanager
def extended_attributes() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno != errno.ENOTSUP:
            raise
        pytest.skip("this file system has no extended attributes")


def acl(*entries: tuple[int, int, int]) -> bytes:
    """The binary form of a POSIX ACL: tag, permissions, id (include/uapi/linux/posix_acl_xattr.h)."""
    packed = (value.to_bytes(size, "little") for entry in entries for value, size in zip(entry, (2, 2, 4), strict=True))
    return (2).to_bytes(4, "little") + b"".join(packed)


ANYONE = 0xFFFFFFFF
USER_7_READS = acl((1, 6, ANYONE), (2, 4, 7), (4, 4, ANYONE), (16, 4, ANYONE), (32, 0, ANYONE))


def test_extended_attributes_and_acls_are_kept(known: State) -> None:
    with extended_attributes():
        os.setxattr("a.yaml", "user.kbump", b"\0kept")
        os.setxattr("a.yaml", "system.posix_acl_access", USER_7_READS)
    mode = os.stat("a.yaml").st_mode
    replace("a.yaml", b"new\n", known)
    assert os.getxattr("a.yaml", "user.kbump") == b"\0kept"
    assert os.getxattr("a.yaml", "system.posix_acl_access") == USER_7_READS
    assert os.stat("a.yaml").st_mode == mode


def test_an_acl_that_the_directory_gives_to_new_files_is_not_given_to_the_replaced_one(known: State) -> None:
    with extended_attributes():
        os.setxattr(".", "system.posix_acl_default", USER_7_READS)
    replace("a.yaml", b"new\n", known)
    assert os.listxattr("a.yaml") == []


def test_a_file_system_without_extended_attributes_will_do(known: State, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(path: object) -> list[str]:
        raise OSError(errno.ENOTSUP, "Operation not supported")

    monkeypatch.setattr(os, "listxattr", refused)
    replace("a.yaml", b"1\n", known)
    monkeypatch.delattr(os, "listxattr")
    replace("a.yaml", b"2\n", read("a.yaml")[1])
    assert look() == {"a.yaml": b"2\n"}


def test_a_symbolic_link_is_kept_and_its_target_replaced(plant: Plant) -> None:
    plant("a/b.yaml", "c/d.yaml -> ../e", "e -> a/b.yaml")
    assert writable("c/d.yaml") is None
    replace("c/d.yaml", b"new\n", read("c/d.yaml")[1])
    assert os.readlink("c/d.yaml") == "../e"
    assert Path("a/b.yaml").read_bytes() == b"new\n"
    assert os.listdir("a") == ["b.yaml"]


def test_a_hard_link_is_refused_unless_it_may_be_broken(known: State) -> None:
    os.link("a.yaml", "b.yaml")
    announced = writable("a.yaml")
    with pytest.raises(WriteError) as caught:
        replace("a.yaml", b"new\n", known)
    assert str(caught.value) == "a.yaml:1:1: has 2 hard links: the other names would keep the old content"
    assert caught.value.hint == "use `--break-links` to replace it under this name only"
    assert announced is not None
    assert str(announced) == str(caught.value)
    assert look() == {"a.yaml": OLD, "b.yaml": OLD}
    assert writable("a.yaml", break_links=True) is None
    replace("a.yaml", b"new\n", known, break_links=True)
    assert look() == {"a.yaml": b"new\n", "b.yaml": OLD}


NAMES = {
    "a name of 255 bytes": "a" * 250 + ".yaml",
    "a name of 255 bytes in 2-byte characters": "é" * 125 + ".yaml",
    "a name that is no UTF-8": "\udcff\udce9" * 120 + ".yaml",
    "a name with line breaks": "a\r\nb.yaml",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_any_name_will_do_and_its_temporary_file_is_known(folder: Path, name: str) -> None:
    Path(name).write_bytes(OLD)
    known = read(name)[1]
    with killed_while_writing(name, known):
        (temporary,) = set(os.listdir()) - {name}
    assert clean([temporary]) == [temporary]
    replace(name, b"new\n", known)
    assert look() == {name: b"new\n"}


@contextmanager
def killed_while_writing(path: str, known: State) -> Iterator[None]:
    """Leave what a process leaves that is killed while it waits for the lock of its target."""
    with open(path, "rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        before = len(os.listdir())
        process = os.fork()
        if process == 0:
            replace(path, b"never\n", known)
            os._exit(1)
        while len(os.listdir()) == before:
            time.sleep(0.001)
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
    yield


def test_a_file_that_another_program_locks_is_left(known: State) -> None:
    with open("a.yaml", "rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(WriteError) as caught:
            replace("a.yaml", b"new\n", known)
    assert (caught.value.message, caught.value.hint) == ("is locked by another program", "run again when it is done")
    assert look() == {"a.yaml": OLD}


def test_an_interrupt_leaves_no_temporary_file(known: State) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    descriptors = os.listdir("/proc/self/fd")
    try:
        with open("a.yaml", "rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            signal.setitimer(signal.ITIMER_REAL, 0.1)
            with pytest.raises(KeyboardInterrupt):
                replace("a.yaml", b"new\n", known)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert look() == {"a.yaml": OLD}
    assert os.listdir("/proc/self/fd") == descriptors


def test_a_directory_that_is_not_writable_is_refused(plant: Plant, as_nobody: Any) -> None:
    plant("d/a.yaml")
    os.chmod("d", 0o555)
    known = read("d/a.yaml")[1]
    with as_nobody():
        announced = writable("d/a.yaml")
        with pytest.raises(WriteError) as caught:
            replace("d/a.yaml", b"new\n", known)
    assert str(caught.value) == "d/a.yaml:1:1: cannot be written: permission denied"
    assert caught.value.hint == "make the file readable and its directory writable for this user"
    assert str(announced) == str(caught.value)


def test_a_write_that_fails_half_way_is_refused_and_leaves_nothing(known: State) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, limits[1]))
    try:
        with pytest.raises(WriteError) as caught:
            replace("a.yaml", b"#" * 10000, known)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert str(caught.value) == "a.yaml:1:1: cannot be written: it would be larger than this process may write"
    assert look() == {"a.yaml": OLD}


MOUNTS = {
    "a full one": (
        "-o size=64k",
        "head -c 40000 /dev/zero > fill",
        "cannot be written: no space is left on the file system; None",
    ),
    "a read-only one": (
        "",
        "mount -o remount,ro .",
        "cannot be written: the file system is read-only; cannot be written: the file system is read-only",
    ),
}


@pytest.mark.parametrize(("options", "spoil", "said"), MOUNTS.values(), ids=MOUNTS)
def test_a_file_system_that_takes_nothing_is_refused(folder: Path, options: str, spoil: str, said: str) -> None:
    if subprocess.run(["unshare", "--mount", "mount", "-t", "tmpfs", "none", folder], check=False).returncode:
        pytest.skip("this user may not mount a file system")
    script = """
        import os
        from kbump.errors import WriteError
        from kbump.files import read, replace, writable

        try:
            replace("a.yaml", b"#" * 30000, read("a.yaml")[1])
        except WriteError as error:
            said = writable("a.yaml")
            print(error.message, said and said.message, sep="; ")
        print(sorted(set(os.listdir()) - {"fill"}), len(read("a.yaml")[0]))
    """
    mount = f"mount -t tmpfs {options} none {folder} && cd {folder} && echo old > a.yaml && {spoil}"
    command = ["unshare", "--mount", "sh", "-c", f'{mount} && exec "$@"', "sh", sys.executable, "-c"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [*command, textwrap.dedent(script)], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == f"{said}\n['a.yaml'] 4\n"


NOT_WRITABLE = {
    "a directory": (".", "is a directory, not a file"),
    "a FIFO": ("fifo", "is a FIFO, not a file"),
    "one that is gone": ("gone.yaml", "changed while kbump was working"),
    "one behind a loop": ("loop", "changed while kbump was working"),
}


@pytest.mark.parametrize(("path", "message"), NOT_WRITABLE.values(), ids=NOT_WRITABLE)
def test_what_cannot_be_written_is_announced(plant: Plant, path: str, message: str) -> None:
    plant("fifo|", "loop -> loop")
    error = writable(path)
    assert error is not None
    assert (error.location, error.message) == (Location(path, 1, 1), message)


def test_a_writable_file_is_not_announced(plant: Plant) -> None:
    plant("a.yaml", "b/c.yaml")
    assert [writable("a.yaml"), writable("b/c.yaml")] == [None, None]


def test_a_cleaner_that_takes_the_temporary_file_first_costs_a_second_try(
    known: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = fcntl.flock
    held: list[int] = []

    def beaten(descriptor: int, operation: int) -> None:
        # What another run's clean() does, at the one moment at which it may.
        if len(held) < 2:
            (name,) = set(os.listdir()) - {"a.yaml"}
            held.append(os.open(name, os.O_RDONLY))
            real(held[-1], fcntl.LOCK_EX | fcntl.LOCK_NB)
        if len(held) == 2 and os.path.exists("a.yaml") and len(os.listdir()) == 2:
            (name,) = set(os.listdir()) - {"a.yaml"}
            if os.path.samestat(os.stat(name), os.fstat(held[-1])):
                os.unlink(name)
                os.close(held[-1])
        real(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", beaten)
    replace("a.yaml", b"new\n", known)
    assert len(held) == 2
    assert look() == {"a.yaml": b"new\n"}
    os.close(held[0])


def test_a_cleaner_that_is_always_first_does_not_hold_the_writer_for_ever(
    known: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    def taken(descriptor: int, operation: int) -> None:
        raise BlockingIOError

    monkeypatch.setattr(fcntl, "flock", taken)
    with pytest.raises(WriteError, match="its temporary files are removed as fast as they are made"):
        replace("a.yaml", b"new\n", known)
    assert look() == {"a.yaml": OLD}


def test_without_locks_a_file_is_replaced_all_the_same(known: State, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fcntl", None)
    replace("a.yaml", b"new\n", known)
    assert look() == {"a.yaml": b"new\n"}


def test_clean_leaves_what_is_no_temporary_file(plant: Plant) -> None:
    kept = ["a.yaml", ".a.yaml.kbump~", ".a.yaml.0123456789AB.kbump~", "a.yaml.0123456789ab.kbump~"]
    plant(*kept, "d/", f"target/{TEMPORARY}", f"links/{TEMPORARY} -> ../a.yaml")
    os.mkdir(f"d/{TEMPORARY}")
    os.mkfifo(".b.0123456789ab.kbump~")
    assert clean([*kept, TEMPORARY], ["", "d", "links", "nowhere", "a.yaml"]) == []
    assert set(kept) < set(os.listdir())
    assert os.listdir("links") == os.listdir("d") == [TEMPORARY]


def test_clean_removes_the_temporary_files_of_killed_runs(plant: Plant) -> None:
    plant(TEMPORARY, f"d/{TEMPORARY}", "e/f.yaml")
    assert clean([TEMPORARY], ["", ".", "d", "e"]) == [TEMPORARY, f"d/{TEMPORARY}"]
    assert os.listdir("d") == []


def test_clean_leaves_the_temporary_file_of_a_live_run(plant: Plant) -> None:
    plant(TEMPORARY)
    with open(TEMPORARY, "rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert clean([TEMPORARY]) == []
    assert clean([TEMPORARY]) == [TEMPORARY]


def test_clean_leaves_a_file_that_was_renamed_over_its_target_while_it_looked(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(TEMPORARY, ".b.0123456789ab.kbump~")
    real = fcntl.flock

    def overtaken(descriptor: int, operation: int) -> None:
        # Its writer finishes after clean() opened it and before it gets the lock.
        if os.path.exists(TEMPORARY):
            os.rename(TEMPORARY, "a.yaml")
        else:
            os.rename("a.yaml", ".b.0123456789ab.kbump~")
        real(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", overtaken)
    assert clean([TEMPORARY]) == []
    assert clean([".b.0123456789ab.kbump~"]) == []
    assert os.listdir() == [".b.0123456789ab.kbump~"]


def test_clean_leaves_what_it_may_not_remove(plant: Plant, as_nobody: Any) -> None:
    plant(f"d/{TEMPORARY}")
    os.chmod("d", 0o555)
    with as_nobody():
        assert clean([], ["d"]) == []
    assert os.listdir("d") == [TEMPORARY]


def test_without_locks_clean_goes_by_age(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(TEMPORARY, f"d/{TEMPORARY}")
    two_hours_ago = time.time() - 7200
    os.utime(TEMPORARY, (two_hours_ago, two_hours_ago))
    monkeypatch.setitem(sys.modules, "fcntl", None)
    assert clean([], [".", "d"]) == [f"./{TEMPORARY}"]
