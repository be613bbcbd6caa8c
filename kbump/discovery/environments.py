"""Which directories are environments, by their names and by the overlays beside them."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

# The order in which changes reach environments. A name of the second kind counts only beside one of the first:
# directories of tests and demonstrations have it, too.
_RANKS = {
    "dev": 0, "devel": 0, "develop": 0, "development": 0, "int": 2, "integration": 2, "qa": 3, "uat": 3, "staging": 4,
    "stage": 4, "stg": 4, "preprod": 5, "preproduction": 5, "prod": 6, "production": 6, "prd": 6,
}  # fmt: skip
_WEAK_RANKS = {"sandbox": 0, "preview": 1, "test": 1, "testing": 1, "demo": 3, "canary": 5, "live": 6}
_PRODUCTION = 6
# What is in these is an environment, whatever it is called, but for what environments share.
_HOLDERS = {"overlays", "overlay", "envs", "env", "environments", "environment", "stages", "clusters"}
_SHARED = {
    "base", "bases", "common", "shared", "component", "components", "lib", "libs", "modules", "templates", "charts",
    "crds",
}  # fmt: skip
# Nothing below these is a repo's own environment.
_PASSED_OVER = {"test", "charts"}
_HOLDER_PREFIX = re.compile(r"^(?:infra|env|environment|cluster|overlay)[-_.](?=[a-z0-9])", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_MIDDLE = 4.5


class Layout(NamedTuple):
    """The directories of a repo that hold manifests, overlays or values, themselves or below; "" is its root.

    `overlays` maps each that has a kustomization to the directories elsewhere which that builds on; `charts` are those
    of Helm charts.
    """

    directories: Iterable[str]
    overlays: Mapping[str, frozenset[str]] = {}
    charts: frozenset[str] = frozenset()


def environments(layout: Layout) -> dict[str, str]:
    """Return the directory of each environment by its name, in the order in which changes usually reach them."""
    children: dict[str, list[str]] = {}
    for directory in sorted(set(layout.directories) - {""}):
        children.setdefault(directory.rpartition("/")[0], []).append(directory)
    found = _named(list(_below("", children, layout)))
    return dict(sorted(found.items(), key=lambda one: (rank(one[1]), one[0])))


def rank(directory: str) -> float:
    """Return when changes reach an environment, by its directory's name; production comes last."""
    words = [_RANKS.get(word, _WEAK_RANKS.get(word)) for word in _words(directory)]
    return max((one for one in words if one is not None), default=_MIDDLE)


def is_production(name: str) -> bool:
    """Whether a name looks like that of production."""
    return rank(name) == _PRODUCTION


def _below(parent: str, children: Mapping[str, Sequence[str]], layout: Layout) -> Iterator[str]:
    """Yield the environments below a directory; there is none within another."""
    siblings = children.get(parent, ())
    chosen = _chosen(parent, siblings, layout)
    for directory in siblings:
        if directory in chosen:
            yield directory
        elif _base(directory) not in _PASSED_OVER and directory not in layout.charts:
            yield from _below(directory, children, layout)


def _chosen(parent: str, siblings: Sequence[str], layout: Layout) -> set[str]:
    own = [one for one in siblings if _is_own(one, layout)]
    if _base(parent) in _HOLDERS:
        return set(own)
    exact = {one for one in own if _word(one) in _RANKS}
    compound = {one for one in own if _is_compound(one)}
    named = exact | (compound if len(compound | exact) > 1 else set())
    weak = {one for one in own if _word(one) in _WEAK_RANKS} if named else set()
    return named | weak | _side_by_side(own, layout)


def _is_own(directory: str, layout: Layout) -> bool:
    base = _base(directory)
    return base not in _SHARED and bool(_NAME.fullmatch(base)) and directory not in layout.charts


def _side_by_side(siblings: Sequence[str], layout: Layout) -> set[str]:
    """Return the overlays that build on the same directory as another one beside them."""
    bases = Counter(base for one in siblings for base in layout.overlays.get(one, ()))
    return {one for one in siblings if any(bases[base] > 1 for base in layout.overlays.get(one, ()))}


def _base(directory: str) -> str:
    return directory.rpartition("/")[2].lower()


def _short(directory: str) -> str:
    """Return the name of a directory without what only says that it is an environment: staging of infra-staging."""
    return _HOLDER_PREFIX.sub("", directory.rpartition("/")[2], count=1)


def _word(directory: str) -> str:
    return _short(directory).lower().replace("pre-prod", "preprod")


def _words(directory: str) -> list[str]:
    return re.split(r"[-_.]", _word(directory))


def _is_compound(directory: str) -> bool:
    words = _words(directory)
    return len(words) > 1 and (words[0] in _RANKS or words[-1] in _RANKS)


def _named(directories: Sequence[str]) -> dict[str, str]:
    """Give each directory a name: its own, and as much of what is above it as tells it from the others."""
    parts = {one: _parts(one) for one in directories}
    names: dict[str, str] = {}
    for directory in directories:
        same = [parts[one] for one in directories if parts[one][-1] == parts[directory][-1]]
        name = _unique(parts[directory], same)
        names[name if name not in names else directory.replace("/", "-")] = directory
    return names


def _parts(directory: str) -> list[str]:
    above = [one for one in directory.split("/")[:-1] if one.lower() not in _HOLDERS and _NAME.fullmatch(one)]
    return [*above, _short(directory)]


def _unique(parts: list[str], same: Sequence[list[str]]) -> str:
    """Return the fewest last parts, joined, that only this one has."""
    for number in range(1, len(parts) + 1):
        name = "-".join(parts[-number:])
        if ["-".join(one[-number:]) for one in same].count(name) == 1:
            return name
    return "-".join(parts)
