from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kbump.errors import Location, SourceError
from kbump.files import Skipped, Tree, find

Plant = Callable[..., None]
Git = Callable[..., str]

LINK_OUT = "is a symbolic link to a file outside"
LINKED_DIRECTORY = "is a symbolic link to a directory, and is followed only if it is named"
TEMPORARY = ".a.yaml.0123456789ab.kbump~"

# id: what there is, what is named, which files are found
NAMES: dict[str, tuple[list[str], list[str], list[str]]] = {
    "nothing named is nothing found": (["a.yaml"], [], []),
    "an empty directory has no files": (["a/"], ["a"], []),
    "other suffixes are left": (["a.txt", "b.yaml.bak", "c.YAML", "yaml", "d.json5"], ["."], []),
    "dot-files and what is in dot-directories is left": ([".a.yaml", ".b/c.yaml", "d/.e/f.yaml"], ["."], []),
    "the three suffixes are taken": (["a.yaml", "b.yml", "c.json"], ["."], ["a.yaml", "b.yml", "c.json"]),
    "a file named Kustomization is taken": (["a/Kustomization", "b/kustomization"], ["."], ["a/Kustomization"]),
    "a named file is taken whatever its name": (["a.txt", ".b"], ["a.txt", ".b"], ["a.txt", ".b"]),
    "a named dot-directory is walked": ([".a/b.yaml", ".a/.c.yaml"], [".a"], [".a/b.yaml"]),
    "files are sorted by their whole path": (
        ["b.yaml", "a/z.yaml", "a-b/c.yaml", "a.yaml"],
        ["."],
        ["a-b/c.yaml", "a.yaml", "a/z.yaml", "b.yaml"],
    ),
    "arguments stay in their order": (["a/1.yaml", "b/1.yaml"], ["b", "a"], ["b/1.yaml", "a/1.yaml"]),
    "a path stays as typed": (["a/b.yaml"], ["./a"], ["./a/b.yaml"]),
    "a slash at the end is not doubled": (["a/b.yaml"], ["a//"], ["a/b.yaml"]),
    "the current directory is not shown": (["a/b.yaml"], ["./"], ["a/b.yaml"]),
    "names may hold a space, a newline and a quote": (
        ["a b/c\nd\r.yaml", "'\".yml"],
        ["."],
        ["'\".yml", "a b/c\nd\r.yaml"],
    ),
    "names may be other than UTF-8": (["\udcff\udcfe/\udce9.yaml"], ["."], ["\udcff\udcfe/\udce9.yaml"]),
    "a file that is named twice is found once": (["a.yaml"], ["a.yaml", "./a.yaml"], ["a.yaml"]),
    "a file below two arguments is found once": (["a/b/c.yaml"], ["a/b", "a"], ["a/b/c.yaml"]),
    "a link and its target are one file": (["b.yaml", "a.yaml -> b.yaml"], ["."], ["a.yaml"]),
    "a named link and its target are one file": (["b", "a -> b"], ["b", "a"], ["b"]),
    "a link to a file elsewhere in the directory is followed": (
        ["a/b.txt", "c/d.yaml -> ../a/b.txt"],
        ["."],
        ["c/d.yaml"],
    ),
    "a named link that leads out is followed": (["a.yaml", "b/c -> ../a.yaml"], ["b/c"], ["b/c"]),
    "a named link to a directory is followed": (["a/b.yaml", "c -> a"], ["c"], ["c/b.yaml"]),
    "a link whose name has another suffix is left": (["a.yaml", "b.txt -> a.yaml"], ["."], ["a.yaml"]),
}

# id: what there is, the patterns, which files of the directory `k8s` are found
EXCLUDED: dict[str, tuple[list[str], list[str], list[str]]] = {
    "no match leaves everything": (["a.yaml"], ["b.yaml", "k8s.yaml", ""], ["a.yaml"]),
    "a component of the argument itself does not count": (["a.yaml"], ["k8s/b", "nowhere/"], ["a.yaml"]),
    "a name at any depth": (["a.yaml", "b/a.yaml", "b/c.yaml"], ["a.yaml"], ["b/c.yaml"]),
    "a directory at any depth": (["a/b/c.yaml", "b/d.yaml", "e.yaml"], ["b"], ["e.yaml"]),
    "a slash at the end is for directories only": (["b.yaml/a.yaml", "c/b.yaml"], ["b.yaml/"], ["c/b.yaml"]),
    "a path below the argument": (["a/b.yaml", "b.yaml"], ["a/b.yaml"], ["b.yaml"]),
    "a path as shown": (["a/b.yaml", "b.yaml"], ["k8s/a/*"], ["b.yaml"]),
    "a path typed with a dot": (["a/b.yaml", "b.yaml"], ["./k8s/a"], ["b.yaml"]),
    "a star matches slashes": (["a/b/c.yaml", "a/d.yml"], ["a/*.yaml"], ["a/d.yml"]),
    "two stars match no directory, too": (["a/b.yaml", "c/a/b.yaml", "b.yaml"], ["**/a/*.yaml"], ["b.yaml"]),
    "classes and question marks": (["a1.yaml", "a2.yaml", "bb.yaml"], ["a[0-1].*", "b?.yaml"], ["a2.yaml"]),
}


@pytest.fixture(params=["without git", "in git, untracked", "in git, tracked"])
def as_found(request: pytest.FixtureRequest) -> Callable[[], None]:
    """Make the working directory what the parameter says."""

    def run() -> None:
        if request.param != "without git":
            request.getfixturevalue("git")()
        if request.param == "in git, tracked":
            request.getfixturevalue("git")("add", "--all", "--force")

    return run


@pytest.mark.parametrize(("there", "named", "files"), NAMES.values(), ids=NAMES)
def test_find(plant: Plant, as_found: Any, there: list[str], named: list[str], files: list[str]) -> None:
    plant(*there)
    as_found()
    assert find(named) == Tree(files, [], [])


@pytest.mark.parametrize(("there", "exclude", "files"), EXCLUDED.values(), ids=EXCLUDED)
def test_exclude(plant: Plant, as_found: Any, there: list[str], exclude: list[str], files: list[str]) -> None:
    plant(*(f"k8s/{name}" for name in there))
    as_found()
    assert find(["k8s"], exclude=exclude) == Tree([f"k8s/{name}" for name in files], [], [])


def test_arguments_that_are_excluded_are_left(plant: Plant) -> None:
    plant("a.yaml", "b/c.yaml", "d/b")
    assert find(["a.yaml", "b/", "d/b"], exclude=["a.*", "b/"]).files == ["d/b"]


def test_a_pattern_for_dot_files_does_not_exclude_the_current_directory(plant: Plant) -> None:
    plant("a.yaml")
    assert find(["."], exclude=[".*"]).files == ["a.yaml"]


def test_what_is_excluded_is_not_said_to_be_skipped(plant: Plant) -> None:
    plant("a/", "b -> a", "c.yaml|", "d.yaml -> nowhere")
    assert find(["."], exclude=["b", "c.yaml", "d.*"]) == Tree([], [], [])


def test_links_that_are_not_followed_are_said(plant: Plant, as_found: Any) -> None:
    plant("a/b/c.yaml", "a/out.yaml -> ../../../../etc/hostname", "a/gone.yaml -> nowhere", "a/gone -> nowhere")
    plant("a/loop.yaml -> loop.yaml", "a/d -> b", "a/fifo.yaml -> ../fifo", "fifo|", "a/up.txt -> /etc/hostname")
    as_found()
    skipped = {
        "a/d": LINKED_DIRECTORY,
        "a/fifo.yaml": "is a symbolic link to a FIFO, not to a file",
        "a/gone.yaml": "is a broken symbolic link",
        "a/loop.yaml": ("is a symbolic link that cannot be followed: is a symbolic link that leads back to itself"),
        "a/out.yaml": LINK_OUT,
    }
    assert find(["."]) == Tree(["a/b/c.yaml"], [Skipped(*item) for item in skipped.items()], [])


def test_a_link_out_of_the_argument_is_followed_only_within_the_repository(plant: Plant, git: Git) -> None:
    plant("base/a.yaml", "overlay/a.yaml -> ../base/a.yaml")
    assert find(["overlay"]) == Tree([], [Skipped("overlay/a.yaml", LINK_OUT)], [])
    git()
    assert find(["overlay"]) == Tree(["overlay/a.yaml"], [], [])


def test_a_file_with_hard_links_is_found_under_every_name(plant: Plant) -> None:
    plant("a.yaml", "c.yaml -> b.yaml")
    os.link("a.yaml", "b.yaml")
    assert find([".", "./a.yaml"]).files == ["a.yaml", "b.yaml"]


def test_what_is_no_file_is_said_in_a_walk(plant: Plant) -> None:
    plant("a.yaml|", "b|")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("c.json")
    assert find(["."]) == Tree(
        [], [Skipped("a.yaml", "is a FIFO, not a file"), Skipped("c.json", "is a socket, not a file")], []
    )


def test_temporary_files_are_told_apart_and_once(plant: Plant, as_found: Any) -> None:
    broken = f"a/.b{TEMPORARY}"
    plant(f"a/{TEMPORARY}", f"{broken} -> nowhere", f"a/.b/{TEMPORARY}", "a/.a.yaml.short.kbump~", "a/b.kbump~")
    as_found()
    assert find(["a", "a/"]) == Tree([], [], [f"a/{TEMPORARY}", broken])


REFUSED = {
    "no such file": ("nowhere.yaml", "does not exist", "check the path"),
    "an empty name": ("", "does not exist", "check the path"),
    "a NUL in the name": ("a\0b", "is no possible path", "check the path"),
    "a lone surrogate in the name": ("\ud800", "is no possible path", "check the path"),
    "a broken link": ("broken", "is a broken symbolic link", "correct or remove the link"),
    "a link to itself": (
        "loop",
        "is a symbolic link that leads back to itself",
        "correct or remove the link",
    ),
    "a path below a file": (
        "file/a.yaml",
        "does not exist: a part of its path is a file, not a directory",
        "check the path",
    ),
    "a name that is too long": ("a" * 256, "has a longer name than the file system allows", "check the path"),
    "a FIFO": ("fifo", "is a FIFO, not a file", "name a regular file, or pipe its content to `-`"),
    "a device": (
        "/dev/null",
        "is a character device, not a file",
        "name a regular file, or pipe its content to `-`",
    ),
}


@pytest.mark.parametrize(("path", "message", "hint"), REFUSED.values(), ids=REFUSED)
def test_a_named_path_is_refused(plant: Plant, path: str, message: str, hint: str) -> None:
    plant("file", "fifo|", "broken -> nowhere", "loop -> loop", "good.yaml")
    with pytest.raises(SourceError) as caught:
        find(["good.yaml", path])
    error = caught.value
    assert (error.location, error.message, error.hint) == (Location(path, 1, 1), message, hint)


def test_a_directory_that_cannot_be_read_is_refused_unless_excluded(
    plant: Plant, as_found: Any, as_nobody: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant("k8s/a/b.yaml", "k8s/c.yaml", "k8s/.hidden/d.yaml", "k8s/e/f.yaml")
    as_found()
    for closed in ("k8s/a", "k8s/.hidden"):
        os.chmod(closed, 0)
    # The repository is not that user's: git asks for this, and CI systems set it.
    for name, value in (("COUNT", "1"), ("KEY_0", "safe.directory"), ("VALUE_0", "*")):
        monkeypatch.setenv(f"GIT_CONFIG_{name}", value)
    with as_nobody():
        with pytest.raises(SourceError) as caught:
            find(["k8s"])
        found = find(["k8s"], exclude=["a/"])
    assert str(caught.value) == "k8s/a:1:1: permission denied"
    assert found == Tree(["k8s/c.yaml", "k8s/e/f.yaml"], [], [])


@pytest.mark.parametrize(
    ("mode", "named"),
    [
        pytest.param(0o000, "a", id="nothing allowed"),
        pytest.param(0o100, "a/", id="entering allowed, reading not"),
        pytest.param(0o400, "a", id="reading allowed, entering not"),
    ],
)
def test_a_named_directory_that_cannot_be_read_is_refused(
    plant: Plant, git: Git, as_nobody: Any, monkeypatch: pytest.MonkeyPatch, mode: int, named: str
) -> None:
    git()
    plant("a/b.yaml")
    os.chown("a", 65534 if os.geteuid() == 0 else -1, -1)
    os.chmod("a", mode)
    for name, value in (("COUNT", "1"), ("KEY_0", "safe.directory"), ("VALUE_0", "*")):
        monkeypatch.setenv(f"GIT_CONFIG_{name}", value)
    with as_nobody(), pytest.raises(SourceError) as caught:
        find([named])
    assert (caught.value.location, caught.value.message) == (Location("a", 1, 1), "permission denied")


def test_what_git_ignores_is_left_out_unless_wanted(plant: Plant, git: Git) -> None:
    git()
    plant("a.yaml", "out/b.yaml", "c/d.yaml", "c/e.gen.yaml")
    Path(".gitignore").write_text("out/\n*.gen.yaml\n")
    assert find(["."]).files == ["a.yaml", "c/d.yaml"]
    assert find(["c"]).files == ["c/d.yaml"]
    assert find(["."], ignore=False).files == ["a.yaml", "c/d.yaml", "c/e.gen.yaml", "out/b.yaml"]


def test_an_ignored_file_or_directory_that_is_named_is_taken(plant: Plant, git: Git) -> None:
    git()
    plant("out/b.yaml", "out/c/d.yaml")
    Path(".gitignore").write_text("out/\n")
    assert find(["out"]).files == ["out/b.yaml", "out/c/d.yaml"]
    assert find(["out/b.yaml"]).files == ["out/b.yaml"]


def test_a_tracked_file_counts_although_a_pattern_ignores_it(plant: Plant, git: Git) -> None:
    git()
    plant("out/b.yaml", "out/c.yaml")
    Path(".gitignore").write_text("out/\n")
    git("add", "--force", "out/b.yaml")
    assert find(["."]).files == ["out/b.yaml"]


def test_tracked_files_that_are_gone_are_left_out(plant: Plant, git: Git) -> None:
    git()
    plant("a.yaml", "b/c.yaml", "d/e.yaml", "f/g.yaml", "f/h.yaml", "i/j.yaml")
    git("add", "--all")
    for name in ("a.yaml", "b/c.yaml", "d/e.yaml", "f/g.yaml", "i/j.yaml"):
        os.unlink(name)
    os.rmdir("b")
    os.rmdir("d")
    plant("d")
    os.rmdir("i")
    plant("i -> f")
    assert find(["."]) == Tree(["f/h.yaml"], [Skipped("i", LINKED_DIRECTORY)], [])


def test_an_unmerged_file_is_found_once(plant: Plant, git: Git) -> None:
    git()
    plant("a.yaml")
    git("add", "--all")
    blob = git("hash-object", "-w", "a.yaml").strip()
    entries = "".join(f"100644 {blob} {stage}\ta.yaml\n" for stage in (1, 2, 3))
    Path("index-info").write_text(f"0 {'0' * 40}\ta.yaml\n{entries}")
    git("-c", "alias.feed=!git update-index --index-info < index-info", "feed")
    assert len(git("ls-files", "a.yaml").splitlines()) == 3
    assert find(["."]).files == ["a.yaml"]


def test_nested_repositories_and_submodules_are_walked_by_their_own_rules(plant: Plant, git: Git) -> None:
    git()
    for nested in ("nested", "deep/er/nested", "origin"):
        plant(f"{nested}/a.yaml", f"{nested}/b.yaml")
        git("init", "--quiet", where=nested)
        Path(nested, ".gitignore").write_text("b.yaml\n")
        git("add", "--all", where=nested)
        git("commit", "--quiet", "--message=.", where=nested)
    git("submodule", "--quiet", "add", "./origin", "sub")
    Path(".gitignore").write_text("origin\n")
    expected = ["deep/er/nested/a.yaml", "nested/a.yaml", "sub/a.yaml"]
    assert find(["."]) == Tree(expected, [], [])
    assert find(["sub", "nested/"]).files == ["sub/a.yaml", "nested/a.yaml"]
    git("submodule", "--quiet", "deinit", "--force", "sub")
    assert find(["."], exclude=["deep/"]).files == ["nested/a.yaml"]


def test_repositories_below_a_directory_outside_git_are_walked_as_such(plant: Plant, git: Git) -> None:
    plant("a/b.yaml", "a/c.yaml", "c.yaml")
    git("init", "--quiet", where="a")
    Path("a/.gitignore").write_text("c.yaml\n")
    assert find(["."]).files == ["a/b.yaml", "c.yaml"]
    assert find(["."], ignore=False).files == ["a/b.yaml", "a/c.yaml", "c.yaml"]


def test_the_environment_of_a_git_hook_does_not_mislead(
    plant: Plant, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant("a/b.yaml", "a/c.yaml", "d/")
    git("init", "--quiet", where="a")
    git("init", "--quiet", where="d")
    Path("a/.gitignore").write_text("c.yaml\n")
    monkeypatch.setenv("GIT_DIR", os.path.abspath("d/.git"))
    monkeypatch.setenv("GIT_WORK_TREE", os.path.abspath("d"))
    assert find(["a"]) == Tree(["a/b.yaml"], [], [])


def test_without_git_on_path_ignored_files_are_found_and_it_is_said(
    plant: Plant, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    git()
    plant("a/b.yaml", "c/")
    Path(".gitignore").write_text("b.yaml\n")
    monkeypatch.setenv("PATH", os.path.abspath("c"))
    reason = "git is not on PATH: ignored files are not left out"
    assert find(["."]) == Tree(["a/b.yaml"], [Skipped(".", reason)], [])
    assert find(["a"]) == Tree(["a/b.yaml"], [Skipped("a", reason)], [])


def test_a_repository_that_git_refuses_is_walked_and_it_is_said(plant: Plant) -> None:
    plant("a/.git", "a/b.yaml")
    tree = find(["."])
    assert tree.files == ["a/b.yaml"]
    ((path, reason),) = tree.skipped
    assert path == "a"
    assert reason.startswith("git cannot list it (")
    assert reason.endswith("): ignored files are not left out")
