"""Times kbump beside the tools that do similar work: `python benchmarks/run.py [--rounds N] [CASE...]`.

Needs kbump installed for the Python that runs this; peers are taken from PATH, those that are absent are named.
Nothing is asserted: what counts are the ratios, which the targets in the table are about.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from importlib.util import find_spec
from typing import TYPE_CHECKING

from comparing import diff_files, diff_one_file
from delivering import deliver
from measuring import Case, Command, alternate, table
from peers import absent, facts, kbump, peer
from rolling import WORKLOADS, roll_out
from validating import validate_files, validate_objects, validate_one
from workload import (
    CONTAINER,
    KUSTOMIZATION,
    REPOSITORY,
    deployment,
    deployment_and_service,
    make_files,
    make_tree,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_TAGS = ("1.4.1", "1.4.2")
_MEMORY = "<= 60 MB"


def _one_file(directory: str) -> Iterator[Command]:
    text = {"deployment.yaml": deployment("shop")}
    copies = {name: make_files(f"{directory}/{name}", text) for name in ("kbump", "module", "read", "sed", "yq")}
    kustomization = make_files(f"{directory}/kustomize", {**text, "kustomization.yaml": KUSTOMIZATION})
    file = "deployment.yaml"
    yield Command("kbump set-image", _set_image(kbump(), file), copies["kbump"], _MEMORY)
    yield Command("python -m kbump set-image", _set_image([sys.executable, "-m", "kbump"], file), copies["module"])
    yield from peer("kubectl set image --local, prints", _kubectl("-f", file), copies["read"], "<= 1.8")
    yield from peer("kustomize edit set image", _kustomize, kustomization)
    yield from peer("yq -i", _yq(file), copies["yq"])
    yield from peer("sed -i", _sed(file), copies["sed"])
    yield Command("python -c pass", lambda _: [sys.executable, "-c", "pass"], directory)


def _many_files(directory: str, make: Callable[[str], str], target: str) -> Iterator[Command]:
    texts = {f"shop-{number:04}.yaml": make(f"shop-{number:04}") for number in range(1_000)}
    copies = {name: make_files(f"{directory}/{name}", texts) for name in ("kbump", "read", "sed")}
    yield Command("kbump set-image", _set_image(kbump(), "."), copies["kbump"], _MEMORY)
    yield from peer("kubectl set image --local, prints", _kubectl("-f", "."), copies["read"], target)
    # yq -i on several files writes all of them into the first.
    yield from peer("yq, one call, prints", lambda tag: ["yq", _assignment(tag), *texts], copies["read"])
    yield from peer("sed -i", _sed(*texts), copies["sed"])


def _tree(directory: str, *, git: bool) -> Iterator[Command]:
    make_tree(directory, git=git)
    yield Command("kbump set-image", _set_image(kbump(), "."), directory, _MEMORY)
    yield from peer("grep -rlF", lambda _: ["grep", "-rlF", REPOSITORY, "."], directory, "<= 5")
    if git:
        yield from peer("git grep -lF", lambda _: ["git", "grep", "-lF", REPOSITORY], directory)


def _images(directory: str) -> Iterator[Command]:
    names = (f"shop-{number:04}" for number in range(1_000))
    make_files(directory, {f"{name}.yaml": deployment_and_service(name) for name in names})
    yield Command("kbump images", lambda _: [*kbump(), "images"], directory, _MEMORY)
    yield from peer("grep -rn image:", lambda _: ["grep", "-rn", "image:", "."], directory)


CASES = {
    "one-file": Case("one Deployment of 1.2 KB, in place", _one_file, 25),
    "files": Case(
        "1,000 files of 1.2 KB, a Deployment and a Service each, all rewritten in place",
        lambda directory: _many_files(directory, deployment_and_service, "<= 0.6"),
        9,
    ),
    "deployments": Case(
        "1,000 files of 1.2 KB, a Deployment each, all rewritten in place",
        lambda directory: _many_files(directory, deployment, ""),
        9,
    ),
    "tree": Case("3,000 files and 40 MB, one rewritten", lambda directory: _tree(directory, git=False), 15),
    "tree-in-git": Case("the same in a git work tree", lambda directory: _tree(directory, git=True), 15),
    "images": Case("1,000 files of 1.2 KB, all images listed", _images, 9),
    "deliver": Case(
        "a bare repository of 1,000 files, one of them rewritten, committed and pushed",
        lambda directory: deliver(directory, matching=1),
        15,
    ),
    "deliver-files": Case("the same, all of them rewritten", lambda directory: deliver(directory, matching=1_000), 9),
    "validate-one": Case("one Deployment of 1.2 KB, valid", validate_one, 25),
    "validate-files": Case("1,000 files of 1.2 KB, a Deployment and a Service each, all valid", validate_files, 9),
    "validate-objects": Case("10,000 objects in one file of 6 MB, all valid", validate_objects, 5),
    "diff-one-file": Case("1,000 Deployments in one file of 1.2 MB, of which 130 differ", diff_one_file, 15),
    "diff-files": Case("the same as 1,000 files", diff_files, 15),
    "rollout": Case(f"{WORKLOADS} Deployments of 2 replicas, another image each time, until all are done", roll_out, 9),
}


def _set_image(program: list[str], path: str) -> Callable[[str], list[str]]:
    return lambda tag: [*program, "set-image", f"{REPOSITORY}:{tag}", "-f", path]


def _kubectl(*files: str) -> Callable[[str], list[str]]:
    options = ("--local", "-o", "yaml", *files)
    return lambda tag: ["kubectl", "set", "image", *options, f"{CONTAINER}={REPOSITORY}:{tag}"]


def _kustomize(tag: str) -> list[str]:
    return ["kustomize", "edit", "set", "image", f"{REPOSITORY}:{tag}"]


def _yq(file: str) -> Callable[[str], list[str]]:
    return lambda tag: ["yq", "-i", _assignment(tag), file]


def _assignment(tag: str) -> str:
    return f'(.. | select(has("image")) | select(.name == "{CONTAINER}") | .image) = "{REPOSITORY}:{tag}"'


def _sed(*files: str) -> Callable[[str], list[str]]:
    return lambda tag: ["sed", "-i", rf"s|\(image: {REPOSITORY}:\)[^ ]*|\1{tag}|", *files]


def _show(name: str, rounds: int | None) -> None:
    case = CASES[name]
    count = rounds or case.rounds
    with tempfile.TemporaryDirectory(prefix="kbump-bench-") as directory:
        commands = list(case.commands(directory))
        if not commands:
            print(f"{name}: {case.title}; left out: KBUMP_TEST_KUBECONFIG names no disposable cluster\n", flush=True)
            return
        samples = alternate(commands, count, _TAGS)
        os.chdir("/")
    print(f"{name}: {case.title}; medians of {count} rounds")
    print(*(f"  {line}" for line in table(commands, samples)), "", sep="\n", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("cases", metavar="CASE", nargs="*", help=f"of {', '.join(CASES)}; default: all")
    parser.add_argument("--rounds", type=int, metavar="N", help="default: 9 to 25, by case")
    options = parser.parse_args()
    unknown = [name for name in options.cases if name not in CASES]
    if unknown:
        parser.error(f"there is no case {unknown[0]}")
    if options.rounds is not None and options.rounds < 1:
        parser.error("at least one round is needed")
    if not find_spec("kbump"):
        parser.error("kbump is not installed for this Python: `python -m pip install .`")
    if missing := absent():
        print(f"not on PATH, left out: {', '.join(missing)}\n")
    load = os.getloadavg()[0]
    for name in options.cases or CASES:
        _show(name, options.rounds)
    print("; ".join(facts(load)))


if __name__ == "__main__":
    main()
