"""What Drone would do with a `.drone.yml` at an event, as text: which steps run, and with which settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.pipeline.drone.building import Build, variables
from tests.pipeline.drone.reading import Pipeline, Step, read
from tests.pipeline.drone.running import in_order
from tests.pipeline.drone.settings import encode
from tests.pipeline.drone.substitution import substitute

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMIT = "7fd1a60b01f91b314f59955a4e4d4e80d8edf11d"


def build_of(event: str, repository: str = "acme/pipeline-application") -> Build:
    """Return the build of `push BRANCH`, `tag NAME` or `pull BASE SOURCE`."""
    kind, name, *source = event.split()
    about = {
        "push": {"event": "push", "ref": f"refs/heads/{name}"},
        "tag": {"event": "tag", "ref": f"refs/tags/{name}"},
        "pull": {"event": "pull_request", "ref": "refs/pull/7/head", "source": "".join(source), "action": "opened"},
    }[kind]
    return Build(repository, branch=name, commit=COMMIT, clone_url=f"https://git.example.com/{repository}.git", **about)


def plan(text: str, event: str) -> str:
    """Return the plan of an event: a line for each pipeline and step, with the settings of those that run."""
    build = build_of(event)
    pipelines = read(substitute(text, variables(build)))
    return "".join(f"{line}\n" for line in [event, *(line for one in pipelines for line in _pipeline(one, build))])


def _pipeline(pipeline: Pipeline, build: Build) -> Iterator[str]:
    unmet = pipeline.trigger.unmet(build.facts())
    limit = f", {pipeline.limit} at a time" if pipeline.limit else ""
    behind = f", behind {', '.join(pipeline.depends_on)}" if pipeline.depends_on else ""
    yield f"  {pipeline.name} ({pipeline.type}{limit}{behind})" + (f": not triggered, by {unmet}" if unmet else "")
    if not unmet:
        for step in in_order(pipeline.steps):
            yield from _step(step, build)


def _step(step: Step, build: Build) -> Iterator[str]:
    unmet = step.when.unmet(build.facts())
    after = [status for status in ("success", "failure") if step.when.runs_after(status)]
    words = f"not run, by {unmet}" if unmet else f"runs after {' or '.join(after)}"
    yield f"    {step.name}: {words}"
    if not unmet:
        for key, value in step.settings.items():
            if encode(value) is not None:
                yield f"      PLUGIN_{key.upper()}={_shown(value)}"
        for key, value in step.environment.items():
            yield f"      {key}={_shown(value)}"
        yield from (f"      $ {line}" for command in step.commands for line in command.splitlines())


def _shown(value: object) -> str:
    if isinstance(value, dict) and set(value) == {"from_secret"}:
        return f"the secret {value['from_secret']}"
    return encode(value) or ""
