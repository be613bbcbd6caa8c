"""Properties of compare() over objects as infra repos have them."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kbump.comparison import PromotionDiff, Side, compare
from kbump.source import Source

NAMES = st.sampled_from(["a", "b", "c", "web", "api"])
LEAVES = st.sampled_from([None, True, False, 0, 1, 2, 1.5, "", "x", "1", "1000m", "$(A)", "a\nb\n", "nginx:1"])
TREES = st.recursive(
    LEAVES, lambda below: st.lists(below, max_size=3) | st.dictionaries(NAMES, below, max_size=3), max_leaves=8
)
VARIABLES = st.builds(lambda name, value: {"name": name, "value": value}, NAMES, st.sampled_from(["x", "1", "$(A)"]))
PORTS = st.builds(
    lambda port, protocol: {"containerPort": port, **({"protocol": protocol} if protocol else {})},
    st.integers(1, 4),
    st.sampled_from(["", "TCP", "UDP"]),
)


def named(items: st.SearchStrategy[Any], *keys: str) -> st.SearchStrategy[list[Any]]:
    return st.lists(items, max_size=3, unique_by=lambda item: tuple(item.get(key, "TCP") for key in keys))


CONTAINERS = st.fixed_dictionaries(
    {"name": NAMES, "image": st.sampled_from(["nginx", "nginx:1", "nginx:1.27.1", "acme/web:2"])},
    optional={
        "args": st.lists(st.sampled_from("xyz"), max_size=4),
        "env": named(VARIABLES, "name"),
        "ports": named(PORTS, "containerPort", "protocol"),
        "resources": st.fixed_dictionaries({}, optional={"limits": st.just({"cpu": "1000m"}), "claims": st.just([])}),
    },
)
PODS = st.fixed_dictionaries(
    {"containers": named(CONTAINERS, "name")},
    optional={"initContainers": named(CONTAINERS, "name"), "tolerations": st.lists(TREES, max_size=2)},
)
KINDS: dict[str, tuple[str, st.SearchStrategy[Any]]] = {
    "ConfigMap": ("v1", st.fixed_dictionaries({}, optional={"data": st.dictionaries(NAMES, LEAVES, max_size=3)})),
    "Deployment": ("apps/v1", PODS.map(lambda pod: {"spec": {"template": {"spec": pod}}})),
    "Pod": ("v1", PODS.map(lambda pod: {"spec": pod})),
    "Widget": ("example.com/v1", TREES.map(lambda tree: {"spec": tree})),
}


@st.composite
def objects(draw: Any) -> dict[str, Any]:
    kind = draw(st.sampled_from(sorted(KINDS)))
    version, body = KINDS[kind]
    return {"apiVersion": version, "kind": kind, "metadata": {"name": draw(NAMES)}, **draw(body)}


REPOS = st.lists(objects(), max_size=4, unique_by=lambda one: (one["kind"], one["metadata"]["name"]))
PROFILE = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def side(name: str, repo: list[dict[str, Any]]) -> Side:
    return Side(name, [Source(f"{name}.yaml", "\n---\n".join(json.dumps(one) for one in repo))])


def nothing(result: PromotionDiff) -> bool:
    return not (result.images or result.differences or result.only_old or result.only_new)


def shuffled(draw: Any, value: Any, key: str = "") -> Any:
    """Return the same object in another order of what has none."""
    if isinstance(value, dict):
        return {name: shuffled(draw, value[name], name) for name in draw(st.permutations(sorted(value)))}
    if isinstance(value, list) and key in ("containers", "ports"):
        return [shuffled(draw, item) for item in draw(st.permutations(value))]
    return [shuffled(draw, item) for item in value] if isinstance(value, list) else value


def strip(value: Any) -> Any:
    """Return a value without what is nothing."""
    if isinstance(value, dict):
        return {key: strip(below) for key, below in value.items() if below is not None}
    return [strip(item) for item in value] if isinstance(value, list) else value


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [at for key, below in value.items() for at in leaves(below, (*path, key))]
    if isinstance(value, list):
        return [at for index, item in enumerate(value) for at in leaves(item, (*path, index))]
    return [] if value is None or path[0] in ("apiVersion", "kind", "metadata") or path[-1] == "name" else [path]


@PROFILE
@given(REPOS, st.data())
def test_another_order_of_documents_keys_and_keyed_items_is_no_difference(
    repo: list[dict[str, Any]], data: Any
) -> None:
    other = [shuffled(data.draw, one) for one in data.draw(st.permutations(repo))]
    assert nothing(compare(side("a", repo), side("b", other)))


@PROFILE
@given(REPOS)
def test_null_is_nothing(repo: list[dict[str, Any]]) -> None:
    assert nothing(compare(side("a", repo), side("b", [strip(one) for one in repo])))


@PROFILE
@given(REPOS, REPOS)
def test_the_other_way_round_everything_is_mirrored(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> None:
    forth, back = compare(side("a", old), side("b", new)), compare(side("b", new), side("a", old))
    turned = {"added": "removed", "removed": "added"}
    assert sorted((one.path, str(one.old_object[:5]), one.old, one.new) for one in forth.images) == sorted(
        (one.path, str(one.new_object[:5]), one.new, one.old) for one in back.images
    )
    assert sorted(
        (str(one.old_object[:5]), one.path, one.kind, repr(one.old), repr(one.new)) for one in forth.differences
    ) == sorted(
        (str(one.new_object[:5]), one.path, turned.get(one.kind, one.kind), repr(one.new), repr(one.old))
        for one in back.differences
    )
    assert (forth.only_old, forth.only_new, forth.equal) == (back.only_new, back.only_old, back.equal)


@PROFILE
@given(REPOS)
def test_every_object_is_counted_once(repo: list[dict[str, Any]]) -> None:
    half = repo[: len(repo) // 2]
    result = compare(side("a", repo), side("b", half))
    assert (result.equal, len(result.only_old), len(result.only_new)) == (len(half), len(repo) - len(half), 0)


@PROFILE
@given(objects(), st.data())
def test_a_change_is_found_once(one: dict[str, Any], data: Any) -> None:
    paths = leaves(one)
    if not paths:
        return
    other = json.loads(json.dumps(one))
    path = data.draw(st.sampled_from(paths))
    at: Any = other
    for step in path[:-1]:
        at = at[step]
    image = path[-1] == "image"
    at[path[-1]] = "acme/changed:9" if image else "changed"
    result = compare(side("a", [one]), side("b", [other]))
    if path[-1] in ("containerPort", "protocol"):
        # That is another port: one goes and one comes.
        assert sorted(found.kind for found in result.differences) == ["added", "removed"]
    elif image:
        assert [found.new for found in result.images] == ["acme/changed:9"]
        assert result.differences == []
    else:
        assert result.images == []
        assert [found.new for found in result.differences if found.kind != "order"] == ["changed"]
