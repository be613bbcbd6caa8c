"""Strategies: texts of infra repos with images in them, as people and tools write them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from hypothesis import strategies as st

from tests.laws.writer import Alias, Anchored, Raw, Writer, json_text

Draw = Callable[[st.SearchStrategy[Any]], Any]

NAMES = ("nginx", "ghcr.io/acme/web", "registry.example.com:5000/team/web", "docker.io/library/nginx", "web")
VERSIONS = ("", ":1.4.1", ":1.10", ":v2", ":latest", f"@sha256:{'a' * 64}", f":1.4.1@sha256:{'b' * 64}")
IMAGES = st.builds(str.__add__, st.sampled_from(NAMES), st.sampled_from(VERSIONS))
ODD_IMAGES = st.sampled_from(["", "NGINX:1", "{{ .Values.image }}", "$(IMAGE)", "ghcr.io/acme/web:${TAG}", "nginx:1 "])

ODD_TEXTS = st.sampled_from([
    "", " ", "yes", "012", "1.10", "~", "a: b", "\ufeff",
    "a #b", "- a", "# a", "é😀", "it's", '"', "\\", "a\tb", "a\nb", "\u2028", "|",
    "---", "...", "{{ .x }}", "%a", "@a", "*a", "&a", "!a", ">", "ghcr.io/acme/web:1.0", "image: nginx:1",
])  # fmt: skip
_CHARACTERS = st.characters(exclude_categories=["C"])
TEXTS = st.one_of(st.from_regex(r"[a-z]{1,6}", fullmatch=True), ODD_TEXTS, st.text(_CHARACTERS, max_size=6))
RAWS = st.sampled_from(
    ["1", "0", "012", "0x1F", "1.5", "1e3", "true", "yes", "null", "~", "", "2024-01-01", "12:30:45"]
)
LEAVES = st.one_of(TEXTS, RAWS.map(Raw))
KEYS = st.one_of(
    st.from_regex(r"[a-z]{1,5}", fullmatch=True), st.sampled_from(["a.b/c", "é", "a b", "yes", "1", "image", ""])
)
# Any data that is no manifest.
TREES = st.recursive(
    LEAVES,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(KEYS, below, max_size=3),
    max_leaves=8,
)


class Example(NamedTuple):
    """A file: its name, its text, whether it begins with a byte order mark."""

    name: str
    text: str
    bom: bool

    @property
    def data(self) -> bytes:
        return ("\ufeff" * self.bom + self.text).encode()


def seldom(draw: Draw, times: int = 4) -> bool:
    return draw(st.integers(0, times - 1)) == times - 1


@st.composite
def containers(draw: Draw) -> dict[str, Any]:
    image = draw(ODD_IMAGES if seldom(draw, 10) else IMAGES)
    found: dict[str, Any] = {"name": draw(st.sampled_from(["web", "app", "sidecar"])), "image": image}
    if seldom(draw):
        found["env"] = [{"name": "A", "value": draw(TEXTS)}]
    if seldom(draw):
        found["args"] = draw(st.lists(LEAVES, max_size=2))
    if seldom(draw):
        found[draw(KEYS)] = draw(TREES)
    if seldom(draw):
        found["image"] = found.pop("image")
    if seldom(draw, 12):
        del found["image"]
    return found


@st.composite
def pod_specs(draw: Draw) -> dict[str, Any]:
    spec: dict[str, Any] = {"containers": draw(st.lists(containers(), min_size=1, max_size=3))}
    for key in ("initContainers", "ephemeralContainers"):
        if seldom(draw, 6):
            spec[key] = draw(st.lists(containers(), min_size=1, max_size=2))
    if seldom(draw, 6):
        spec["volumes"] = [{"name": "v", "image": {"reference": draw(IMAGES), "pullPolicy": "Always"}}]
    if seldom(draw, 6):
        spec[draw(KEYS)] = draw(TREES)
    return spec


@st.composite
def manifests(draw: Draw) -> dict[str, Any]:
    metadata: dict[str, Any] = {"name": "web"}
    if seldom(draw):
        metadata["annotations"] = {"note": draw(TEXTS), "image": draw(IMAGES)}
    kind = draw(st.sampled_from(sorted(_SPECS)))
    spec = draw(pod_specs())
    for key in reversed(_SPECS[kind][1]):
        spec = {key: spec}
    return {"apiVersion": _SPECS[kind][0], "kind": kind, "metadata": metadata, **spec}


_SPECS: dict[str, tuple[str, tuple[str, ...]]] = {
    "CronJob": ("batch/v1", ("spec", "jobTemplate", "spec", "template", "spec")),
    "CustomResourceDefinition": ("apiextensions.k8s.io/v1", ("spec", "template", "spec")),
    "Deployment": ("apps/v1", ("spec", "template", "spec")),
    "Pod": ("v1", ("spec",)),
    "Widget": ("example.com/v1", ("spec", "parts", "deep", "spec")),
}


@st.composite
def shared(draw: Draw) -> dict[str, Any]:
    """A Pod whose containers take their images from anchors and merge keys."""
    image = draw(IMAGES)
    first = draw(containers())
    defaults = draw(containers())
    place = draw(st.sampled_from(["image", "note"]))
    last = [("<<", Alias("merged")), ("name", "last"), ("image", draw(IMAGES))]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "web", "annotations": {"note": Anchored("image", image)}} if place == "note" else {},
        "x-defaults": Anchored("merged", defaults),
        "spec": {
            "initContainers": [Anchored("first", first), Alias("first")][: 1 + seldom(draw, 2)],
            "containers": [
                {"name": "a", "image": Anchored("image", image) if place == "image" else Alias("image")},
                {"name": "b", "image": Alias("image")},
                dict(draw(st.permutations(last))[: 2 + seldom(draw, 2)]),
            ],
        },
    }


@st.composite
def lists(draw: Draw) -> dict[str, Any]:
    kind = draw(st.sampled_from(["List", "PodList"]))
    items = draw(st.lists(manifests(), min_size=1, max_size=2))
    return {"apiVersion": "v1", "kind": kind, "items": items}


@st.composite
def kustomizations(draw: Draw) -> dict[str, Any]:
    entries = draw(st.lists(kustomization_entries(), min_size=1, max_size=3))
    return {"resources": ["web.yaml"], "images": entries, **draw(st.dictionaries(st.just("namePrefix"), TEXTS))}


@st.composite
def kustomization_entries(draw: Draw) -> dict[str, Any]:
    entry: dict[str, Any] = {"name": draw(st.sampled_from(NAMES))}
    values = {
        "newName": st.sampled_from(NAMES),
        "newTag": st.one_of(st.sampled_from(["1.4.1", "", "v2"]), RAWS.map(Raw)),
        "digest": st.sampled_from([f"sha256:{'a' * 64}", ""]),
        "tagSuffix": st.just("-alpine"),
    }
    for key, value in values.items():
        if seldom(draw, 8 if key == "tagSuffix" else 3):
            entry[key] = draw(value)
    return dict(draw(st.permutations(list(entry.items()))))


@st.composite
def helm_values(draw: Draw) -> dict[str, Any]:
    values: dict[str, Any] = {"image": draw(IMAGES | helm_entries())}
    if seldom(draw, 2):
        values["web"] = {"sidecarImage": draw(helm_entries()), "other": draw(TREES)}
    if seldom(draw, 3):
        values["jobs"] = [{"image": draw(IMAGES)}]
    return values


@st.composite
def helm_entries(draw: Draw) -> dict[str, Any]:
    name = draw(st.sampled_from(NAMES))
    entry: dict[str, Any] = {draw(st.sampled_from(["repository", "name"])): name}
    if seldom(draw, 4):
        entry["registry"] = draw(st.sampled_from(["quay.io", "", "ghcr.io"]))
    if not seldom(draw, 4):
        entry[draw(st.sampled_from(["tag", "version"]))] = draw(st.sampled_from(["1.4.1", "", "v2", Raw("1.10")]))
    if seldom(draw, 3):
        entry["digest"] = draw(st.sampled_from([f"sha256:{'a' * 64}", ""]))
    return entry


DOCUMENTS = st.one_of(manifests(), manifests(), shared(), lists(), TREES)


@st.composite
def yaml_texts(draw: Draw, data: st.SearchStrategy[Any] = DOCUMENTS, *, everyones: bool = False) -> str:
    """YAML streams of up to three documents, with all that may stand around and between them.

    `everyones` leaves out what the pure parser does not read (tabs), and what the C parser does not (colons in plain
    scalars of flow collections). Else one of them is in the text.
    """
    tabs = not everyones and seldom(draw)
    style = {"tabs": tabs, "flow_colons": not (tabs or everyones)}
    lines: list[str] = [] if draw(st.booleans()) else ["# the first line", ""]
    documents = draw(st.lists(data, min_size=1, max_size=3))
    for count, document in enumerate(documents):
        closed = count == 0 or (seldom(draw, 6) and lines.append("...") is None)
        if closed and seldom(draw, 8):
            lines += ["%YAML 1.1", "---"]
        elif count or seldom(draw, 3):
            lines.append(draw(st.sampled_from(["---", "---", "--- # comment", "--- "])))
        lines += Writer(draw, **style).document(document)
    lines += draw(st.sampled_from([[], [], ["# the end"], ["..."], [""], ["---"]]))
    ends = draw(st.sampled_from([("\n",), ("\n",), ("\r\n",), ("\r",), ("\n", "\r\n", "\r")]))
    text = "".join(line + (draw(st.sampled_from(ends)) if len(ends) > 1 else ends[0]) for line in lines)
    return text.rstrip("\r\n") if seldom(draw, 4) else text


@st.composite
def examples(draw: Draw) -> Example:
    """Files of every kind that set-image rewrites."""
    name = draw(st.sampled_from(["web.yaml", "web.yaml", "web.json", "kustomization.yaml", "values.yaml"]))
    if name == "web.json":
        return Example(name, draw(st.one_of(manifests(), lists()).flatmap(json_text)), draw(st.booleans()))
    data = {"kustomization.yaml": kustomizations(), "values.yaml": helm_values()}.get(name, DOCUMENTS)
    return Example(name, draw(yaml_texts(data)), seldom(draw, 8))


REQUESTS = st.lists(
    st.sampled_from([
        "nginx:1.27.0", f"nginx:1.4.1@sha256:{'c' * 64}", "nginx=mirror.example.com/nginx:1.27",
        "ghcr.io/acme/web:1.4.2", f"ghcr.io/acme/web@sha256:{'d' * 64}",
        "registry.example.com:5000/team/web:1.10", "web=ghcr.io/acme/app:2",
    ]),
    min_size=1,
    max_size=3,
    unique_by=lambda text: re.split("[=@:]", text)[0],
)  # fmt: skip
