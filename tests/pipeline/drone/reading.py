"""read(): the pipelines of a `.drone.yml`: documents of Drone 1 and 2, or the one of Drone 0.8.

https://docs.drone.io/pipeline/docker/syntax/, and for 0.8 https://0-8-0.docs.drone.io/getting-started/
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from kbump.source import Source
from kbump.yaml.constructor import construct
from tests.pipeline.drone.conditions import Condition

if TYPE_CHECKING:
    from collections.abc import Mapping

NONE: Mapping[str, Any] = MappingProxyType({})


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PIPELINE = _words(
    "kind type name clone concurrency depends_on environment image_pull_secrets metadata node node_selector platform "
    "policy server service_account_name services steps tolerations trigger volumes workspace"
)
_STEP = _words(
    "commands depends_on detach entrypoint environment failure image mem_limit name network_mode privileged pull "
    "resources service_account_name settings shell user volumes when"
)
# What a step of 0.8 has; all else is a parameter of its plugin.
_OLD_STEP = _words("commands detach environment group image privileged pull secrets volumes when")


class Step(NamedTuple):
    """One step: commands, or a plugin with settings. `environment` and `settings` hold `from_secret` as it stands."""

    name: str
    image: str
    commands: tuple[str, ...]
    settings: dict[str, Any]
    environment: dict[str, Any]
    when: Condition
    depends_on: tuple[str, ...] | None = None
    ignores_failure: bool = False
    volumes: Mapping[str, str] = NONE


class Pipeline(NamedTuple):
    """One document; a limit of 0 is none."""

    name: str
    type: str
    steps: tuple[Step, ...]
    trigger: Condition
    depends_on: tuple[str, ...] = ()
    limit: int = 0
    environment: Mapping[str, Any] = NONE
    clone: bool = True
    volumes: Mapping[str, str] = NONE


def read(text: str, name: str = ".drone.yml") -> list[Pipeline]:
    """Return the pipelines; what Drone would pass over in silence, such as a key with a typo, is a ValueError."""
    documents = [one for one in construct(Source(name, text)) if one is not None]
    if len(documents) == 1 and "pipeline" in documents[0]:
        return [_old(documents[0])]
    return [_pipeline(one) for one in documents if one.get("kind") == "pipeline"]


def _pipeline(data: dict[str, Any]) -> Pipeline:
    _only(data, _PIPELINE, f"pipeline {data.get('name')}")
    if data.get("type") not in {"docker", "kubernetes", "exec"}:
        raise ValueError(f"type {data.get('type')} is none that is known here")
    steps = tuple(_step(one, data["type"]) for one in data.get("steps") or ())
    volumes = {one["name"]: _kind_of_volume(one) for one in data.get("volumes") or ()}
    _check(steps, volumes)
    return Pipeline(
        name=data.get("name", "default"),
        type=data["type"],
        steps=steps,
        trigger=Condition.of(data.get("trigger")),
        depends_on=tuple(data.get("depends_on") or ()),
        limit=int((data.get("concurrency") or {}).get("limit", 0)),
        environment=data.get("environment") or {},
        clone=not (data.get("clone") or {}).get("disable", False),
        volumes=volumes,
    )


def _step(data: dict[str, Any], kind: str) -> Step:
    where = f"step {data.get('name')}"
    _only(data, _STEP, where)
    if kind == "exec" and ("image" in data or "settings" in data):
        raise ValueError(f"{where}: a pipeline of type exec has neither images nor plugins")
    if kind != "exec" and "image" not in data:
        raise ValueError(f"{where}: a step needs an image")
    if "commands" in data and "settings" in data:
        raise ValueError(f"{where}: commands take the place of the plugin that the settings are for")
    depends = data.get("depends_on")
    return Step(
        name=data["name"],
        image=data.get("image", ""),
        commands=tuple(data.get("commands") or ()),
        settings=data.get("settings") or {},
        environment=data.get("environment") or {},
        when=Condition.of(data.get("when")),
        depends_on=None if depends is None else tuple(depends),
        ignores_failure=data.get("failure") == "ignore",
        volumes={one["name"]: one["path"] for one in data.get("volumes") or ()},
    )


def _check(steps: tuple[Step, ...], volumes: Mapping[str, str]) -> None:
    names = [step.name for step in steps]
    if len(set(names)) < len(names):
        raise ValueError("two steps have the same name")
    for step in steps:
        unknown = [*(set(step.depends_on or ()) - set(names)), *(set(step.volumes) - set(volumes))]
        if unknown:
            raise ValueError(f"step {step.name} names `{unknown[0]}`, which is not there")


def _kind_of_volume(data: dict[str, Any]) -> str:
    return str(next(key for key in ("temp", "host", "claim", "config_map", "secret") if key in data))


def _only(data: dict[str, Any], known: frozenset[str], where: str) -> None:
    for key in data:
        if key not in known:
            raise ValueError(f"{where}: Drone knows no `{key}`")


def _old(data: dict[str, Any]) -> Pipeline:
    steps = tuple(_old_step(name, one) for name, one in data["pipeline"].items())
    branches = {"branch": data["branches"]} if "branches" in data else {}
    return Pipeline("default", "0.8", steps, Condition.of(branches))


def _old_step(name: str, data: dict[str, Any]) -> Step:
    given = data.get("environment") or {}
    pairs = dict(one.split("=", 1) for one in given) if isinstance(given, list) else dict(given)
    secrets = {one.upper(): {"from_secret": one} for one in data.get("secrets") or ()}
    return Step(
        name=name,
        image=data["image"],
        commands=tuple(data.get("commands") or ()),
        settings={key: value for key, value in data.items() if key not in _OLD_STEP},
        environment={**pairs, **secrets},
        when=Condition.of(data.get("when")),
        volumes=dict(one.split(":")[:2] for one in data.get("volumes") or ()),
    )
