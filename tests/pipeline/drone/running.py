"""run_stage(): the steps of one pipeline, each with a home of its own, in one workspace that they share."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.pipeline.drone.building import Build, identity, variables
from tests.pipeline.drone.settings import encode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tests.pipeline.drone.reading import Pipeline, Step

# By the last part of an image's name: plugins that build an image and push it.
_BUILDERS = frozenset({"docker", "buildx", "kaniko", "ecr", "gcr", "gar", "acr", "docker-buildx"})
_CLONE = {
    "tag": ("git fetch -q origin +refs/tags/{tag}:", "git checkout -qf FETCH_HEAD"),
    "pull_request": (
        "git fetch -q origin +refs/heads/{branch}:",
        "git checkout -q {branch}",
        "git fetch -q origin {ref}:",
        "git merge -q {commit}",
    ),
    "push": ("git fetch -q origin +refs/heads/{branch}:", "git checkout -q {commit} -B {branch}"),
}


class Secret(NamedTuple):
    """The value of a secret, and whether builds of pull requests get it."""

    value: str
    pull_requests: bool = False


class Netrc(NamedTuple):
    """What Drone clones private repositories with: the token of whoever activated the repository."""

    machine: str
    username: str
    password: str

    def environment(self) -> dict[str, str]:
        """Return the variables that every step of a private repository gets."""
        return {f"DRONE_NETRC_{name.upper()}": value for name, value in self._asdict().items()}


class Image(NamedTuple):
    """An image that a step would have built and pushed."""

    repository: str
    tags: tuple[str, ...]


class Ran(NamedTuple):
    """How a step went: success, failure, killed or skipped; its output has no secrets."""

    name: str
    status: str
    code: int = 0
    log: str = ""
    image: Image | None = None
    seconds: float = 0.0


class Agent(NamedTuple):
    """What a runner has: a folder of its own, programs, secrets, and whom to tell of a process that it starts."""

    folder: Path
    secrets: Mapping[str, Secret]
    netrc: Netrc | None = None
    path: str = ""
    started: Callable[[str, subprocess.Popen[str]], None] = lambda name, process: None


def run_stage(pipeline: Pipeline, build: Build, agent: Agent) -> list[Ran]:
    """Run the steps that are to run, one after the other, in the order of their dependencies."""
    work = agent.folder / "src"
    work.mkdir(parents=True)
    done: list[Ran] = [_clone(build, agent, work)] if pipeline.clone else []
    for step in in_order(pipeline.steps):
        failed = any(one.status in {"failure", "killed"} for one in done)
        if any(one.status == "killed" for one in done) or not _runs(step, build, failed=failed):
            done.append(Ran(step.name, "skipped"))
            continue
        ran = _timed(lambda step=step: _run(step, pipeline, build, agent, work))
        done.append(ran._replace(status="ignored") if step.ignores_failure and ran.status == "failure" else ran)
    return done


def in_order(steps: Sequence[Step]) -> list[Step]:
    """Return steps behind those that they depend on: as they are written, if none names one."""
    if all(step.depends_on is None for step in steps):
        return list(steps)
    found: list[Step] = []
    while len(found) < len(steps):
        names = {step.name for step in found}
        ready = [step for step in steps if step not in found and set(step.depends_on or ()) <= names]
        if not ready:
            raise ValueError("the steps depend on one another")
        found.append(ready[0])
    return found


def _runs(step: Step, build: Build, *, failed: bool) -> bool:
    return step.when.runs_after("failure" if failed else "success") and not step.when.unmet(build.facts())


def _timed(run: Callable[[], Ran]) -> Ran:
    began = time.monotonic()
    return run()._replace(seconds=time.monotonic() - began)


def _clone(build: Build, agent: Agent, work: Path) -> Ran:
    names = {"tag": build.tag, "branch": build.branch, "commit": build.commit, "ref": build.ref}
    commands = [
        line.format(**{key: shlex.quote(value) for key, value in names.items()}) for line in _CLONE[build.event]
    ]
    script = _script(["git init -q -b main", f"git remote add origin {shlex.quote(build.clone_url)}", *commands])
    environment = {**_base(agent, "clone"), **identity(build), **_netrc(build, agent)}
    return _timed(lambda: _execute("clone", ["sh", "-c", script], environment, work, agent, _hidden(build, agent, [])))


def _run(step: Step, pipeline: Pipeline, build: Build, agent: Agent, work: Path) -> Ran:
    given = _given(step, pipeline, build, agent)
    places = {path: str(agent.folder / "volumes" / name) for name, path in step.volumes.items()}
    for place in places.values():
        Path(place).mkdir(parents=True, exist_ok=True)
    environment = {
        **_base(agent, step.name), **variables(build, pipeline.name, step.name), **identity(build),
        **_netrc(build, agent),
        **{name: _placed(value, places) for name, value in given.items()},
    }  # fmt: skip
    hidden = _hidden(build, agent, [step.environment, step.settings])
    kind = step.image.partition("@")[0].rpartition("/")[2].partition(":")[0]
    if step.commands:
        script = _script([_placed(line, places) for line in step.commands])
        return _execute(step.name, ["sh", "-c", script], environment, work, agent, hidden)
    if kind in _BUILDERS:
        return _built(step, environment, work)
    if kind == "kbump":
        return _execute(step.name, ["kbump", "plugin"], environment, work, agent, hidden)
    raise ValueError(f"step {step.name}: nothing here runs the plugin {step.image}")


def _given(step: Step, pipeline: Pipeline, build: Build, agent: Agent) -> dict[str, str]:
    """Return the variables that the file gives a step; secrets that the build may not have are left out."""
    found = {}
    for name, value in {**pipeline.environment, **step.environment}.items():
        told = _revealed(value, build, agent)
        if told is not None:
            found[name] = encode(told) or ""
    for key, value in step.settings.items():
        text = encode(_revealed(value, build, agent))
        if text is not None:
            found[f"PLUGIN_{key.upper()}"] = text
    return found


def _revealed(value: Any, build: Build, agent: Agent) -> Any:
    if not (isinstance(value, dict) and set(value) == {"from_secret"}):
        return value
    secret = agent.secrets.get(value["from_secret"])
    kept = secret is None or (build.event == "pull_request" and not secret.pull_requests)
    return None if kept else secret.value


def _hidden(build: Build, agent: Agent, given: list[dict[str, Any]]) -> list[str]:
    told = [_revealed(value, build, agent) for one in given for value in one.values() if _is_secret(value)]
    lines = [line for text in told if text for line in text.splitlines() if len(line) > 3]
    return [*lines, *([agent.netrc.password] if agent.netrc else [])]


def _is_secret(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {"from_secret"}


def _base(agent: Agent, step: str) -> dict[str, str]:
    home = agent.folder / "homes" / step
    home.mkdir(parents=True, exist_ok=True)
    # There is no configuration of git in a container, and none of the machine's is to count.
    return {"PATH": agent.path or os.environ["PATH"], "HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1", "LANG": "C.UTF-8"}


def _netrc(build: Build, agent: Agent) -> dict[str, str]:
    return agent.netrc.environment() if agent.netrc and build.private else {}


def _placed(value: str, places: Mapping[str, str]) -> str:
    """Return a text with the paths of volumes as they are on this machine, which mounts nothing."""
    for path, place in places.items():
        value = value.replace(f"{path}/", f"{place}/")
    return value


# docs.drone.io/pipeline/docker/syntax/cloning: commands get a file, plugins the variables.
_PREAMBLE = """set -e
if [ -n "$DRONE_NETRC_MACHINE" ]; then
  umask 0077
  printf 'machine %s\\nlogin %s\\npassword %s\\n' \\
    "$DRONE_NETRC_MACHINE" "$DRONE_NETRC_USERNAME" "$DRONE_NETRC_PASSWORD" > "$HOME/.netrc"
  umask 0022
fi
unset DRONE_NETRC_MACHINE DRONE_NETRC_USERNAME DRONE_NETRC_PASSWORD
"""


def _script(commands: Sequence[str]) -> str:
    return _PREAMBLE + "".join(f"echo {shlex.quote(f'+ {line}')}\n{line}\n" for line in commands)


def _execute(
    name: str, argv: list[str], environment: dict[str, str], work: Path, agent: Agent, hidden: list[str]
) -> Ran:
    process = subprocess.Popen(
        argv, cwd=work, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, start_new_session=True,
    )  # fmt: skip
    agent.started(name, process)
    log = process.communicate()[0]
    for secret in hidden:
        log = log.replace(secret, "******")
    code = process.returncode
    return Ran(name, "killed" if code == -signal.SIGKILL else "failure" if code else "success", code, log)


def _built(step: Step, environment: Mapping[str, str], work: Path) -> Ran:
    """Return the image that a build plugin would push: with `tags`, else those of the file .tags, else latest."""
    tags = environment.get("PLUGIN_TAGS") or environment.get("PLUGIN_TAG")
    file = work / ".tags"
    text = tags or (file.read_text() if file.is_file() else "latest")
    image = Image(environment["PLUGIN_REPO"], tuple(one.strip() for one in text.split(",") if one.strip()))
    dockerfile = work / environment.get("PLUGIN_DOCKERFILE", "Dockerfile")
    if not dockerfile.is_file():
        return Ran(step.name, "failure", 1, f"there is no {dockerfile.name}")
    return Ran(step.name, "success", 0, f"would push {image.repository}:{', '.join(image.tags)}\n", image)


def programs(folder: Path) -> str:
    """Return a PATH on which `kbump` is this one."""
    folder.mkdir(parents=True, exist_ok=True)
    script = folder / "kbump"
    script.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m kbump "$@"\n')
    script.chmod(0o755)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


def failures(stage: Sequence[Ran]) -> Iterator[Ran]:
    """Return the steps that failed."""
    return (one for one in stage if one.status in {"failure", "killed"})
