"""Drone: takes webhooks, makes builds of them, and runs their pipelines, as many at once as it may."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import shutil
import signal
import subprocess
import threading
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.pipeline.drone.building import Build, of_hook, variables
from tests.pipeline.drone.reading import Pipeline, read
from tests.pipeline.drone.running import Agent, Image, Netrc, Ran, Secret, failures, programs, run_stage
from tests.pipeline.drone.substitution import substitute
from tests.web import WebHandler, WebServer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Repository(NamedTuple):
    """A repository that is activated: its secrets, what clones it, and how its `.drone.yml` is read at a commit."""

    secrets: Mapping[str, Secret]
    config: Callable[[Build], str]
    netrc: Netrc | None = None


class Stage:
    """One pipeline of a build: pending, running, success, failure or skipped."""

    def __init__(self, build: Build, pipeline: Pipeline) -> None:
        self.build, self.pipeline = build, pipeline
        self.status = "pending"
        self.steps: list[Ran] = []
        self.error = ""

    @property
    def log(self) -> str:
        """What all steps printed."""
        return "".join(f"[{one.name}: {one.status}]\n{one.log}" for one in self.steps) + self.error

    @property
    def ended(self) -> bool:
        return self.status not in {"pending", "running"}

    @property
    def images(self) -> list[Image]:
        return [one.image for one in self.steps if one.image]

    def __str__(self) -> str:
        return f"{self.build.repository} #{self.build.number} {self.pipeline.name}"


class Drone:
    """The server and its runner; use it as a context, which stops it."""

    def __init__(self, folder: Path, say: Callable[[Stage], None] = lambda stage: None, capacity: int = 2) -> None:
        self.folder, self.say = folder, say
        self.secret = "hooks-secret"
        self.repositories: dict[str, Repository] = {}
        self.stages: list[Stage] = []
        self.errors: list[str] = []
        self.held = False
        self.on_step: Callable[[Stage, str, subprocess.Popen[str]], None] = lambda stage, step, process: None
        self.changed = threading.Condition()
        self.path = programs(folder / "bin")
        self.stopping = False
        self.http = WebServer(("127.0.0.1", 0), _handler(self))
        self.threads = [threading.Thread(target=self.http.serve_forever, args=(0.05,), daemon=True)]
        self.threads += [threading.Thread(target=self._work, daemon=True) for _ in range(capacity)]

    def __enter__(self) -> Drone:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self.changed:
            self.stopping = True
            self.changed.notify_all()
        self.http.shutdown()
        self.http.server_close()
        for thread in self.threads:
            thread.join(30)

    @property
    def url(self) -> str:
        """Where webhooks go."""
        return f"http://127.0.0.1:{self.http.server_port}/hook"

    def hook(self, event: str, data: Mapping[str, object]) -> None:
        """Start what a webhook asks for."""
        build = of_hook(event, data)
        if build and not build.skipped:
            self.start(build)

    def start(self, build: Build) -> Build:
        """Start a build: it gets the next number of its repository, and a stage for each pipeline that is triggered."""
        repository = self.repositories[build.repository]
        text = repository.config(build)
        with self.changed:
            seen = [one.build.number for one in self.stages if one.build.repository == build.repository]
            build = build._replace(number=max(seen, default=0) + 1)
            pipelines = read(substitute(text, variables(build)))
            triggered = [one for one in pipelines if not one.trigger.unmet(build.facts())]
            self.stages += [Stage(build, one) for one in triggered]
            self.changed.notify_all()
        return build

    def restart(self, build: Build) -> Build:
        """Start a build again: it has a new number, and the old one is its parent."""
        return self.start(build._replace(parent=build.number))

    def wait(self, patience_s: float = 60.0) -> None:
        """Wait until nothing runs or is to run; raise what went wrong in the runner itself."""
        with self.changed:
            over = self.changed.wait_for(lambda: self.errors or all(one.ended for one in self.stages), patience_s)
            assert not self.errors, self.errors
            assert over, f"still not done: {[f'{one}: {one.status}' for one in self.stages if not one.ended]}"

    def until(self, ready: Callable[[], object], patience_s: float = 60.0) -> None:
        """Wait until something is so that a webhook or the end of a stage may bring about."""
        with self.changed:
            over = self.changed.wait_for(lambda: self.errors or ready(), patience_s)
            assert not self.errors, self.errors
            assert over, f"it did not come to that: {[f'{one}: {one.status}' for one in self.stages]}"

    def of(self, repository: str, name: str = "") -> list[Stage]:
        """Return the stages of a repository, or those of one of its pipelines, oldest first."""
        here = [one for one in self.stages if one.build.repository.rpartition("/")[2] == repository]
        return [one for one in here if name in {"", one.pipeline.name}]

    def hold(self, held: bool = True) -> None:
        """Start no stage for the time being, as with a runner that is away."""
        with self.changed:
            self.held = held
            self.changed.notify_all()

    def _work(self) -> None:
        while True:
            with self.changed:
                self.changed.wait_for(lambda: self.stopping or self._next())
                stage = None if self.stopping else self._next()
                if stage is None:
                    return
                stage.status = "running"
            try:
                self._run(stage)
            except Exception as error:  # the thread goes on, and wait() tells
                self.errors.append(f"{stage}: {error!r}")
                stage.status = "error"
            with self.changed:
                self.changed.notify_all()

    def _next(self) -> Stage | None:
        pending = [] if self.held else [one for one in self.stages if one.status == "pending"]
        return next((one for one in pending if self._may_start(one)), None)

    def _may_start(self, stage: Stage) -> bool:
        before = [one for one in self._others(stage) if not one.ended]
        limit = stage.pipeline.limit
        same = [one for one in self.stages if _same(one, stage) and one.status == "running"]
        return not before and not (limit and len(same) >= limit)

    def _others(self, stage: Stage) -> list[Stage]:
        """Return the stages of the same build that a stage depends on."""
        return [
            one for one in self.stages if one.build == stage.build and one.pipeline.name in stage.pipeline.depends_on
        ]

    def _run(self, stage: Stage) -> None:
        failed = any(one.status != "success" for one in self._others(stage))
        if not stage.pipeline.trigger.runs_after("failure" if failed else "success"):
            stage.status = "skipped"
            return
        repository = self.repositories[stage.build.repository]
        folder = self.folder / f"{stage.build.repository.replace('/', '-')}-{stage.build.number}-{stage.pipeline.name}"
        agent = Agent(
            folder, repository.secrets, repository.netrc, self.path,
            lambda step, process: self.on_step(stage, step, process),
        )  # fmt: skip
        stage.steps = run_stage(stage.pipeline, stage.build, agent)
        shutil.rmtree(folder)
        stage.status = "failure" if any(failures(stage.steps)) else "success"
        self.say(stage)


def kill(process: subprocess.Popen[str]) -> None:
    """Kill a step with all that it started, as the end of its container does."""
    os.killpg(process.pid, signal.SIGKILL)


def _same(one: Stage, other: Stage) -> bool:
    return (one.build.repository, one.pipeline.name) == (other.build.repository, other.pipeline.name)


def _handler(drone: Drone) -> type[WebHandler]:
    class Handler(WebHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            signed = hmac.new(drone.secret.encode(), body, hashlib.sha256).hexdigest()
            right = hmac.compare_digest(signed, self.headers.get("X-Gitea-Signature", ""))
            if right:
                self._start(self.headers["X-Gitea-Event"], body)
            self.send_response(204 if right else 403)
            self.end_headers()

        def _start(self, event: str, body: bytes) -> None:
            try:
                drone.hook(event, json.loads(body))
            except Exception as error:
                with drone.changed:
                    drone.errors.append(f"webhook {event}: {error!r}")
                    drone.changed.notify_all()

    return Handler
