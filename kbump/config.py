"""Config: what a .kbump.yaml says, checked, with the place of every mistake."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from kbump.errors import ConfigError, SourceError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kbump.errors import Location
    from kbump.source import Source
    from kbump.yaml.nodes import Mapping, Node

FILE_NAME = ".kbump.yaml"
_KIND = r"(?:[a-z0-9.-]+/)?[A-Z][A-Za-z0-9]*"
_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]*"
# The options of each command that may have a default in the file (a test holds this to the commands).
OPTIONS: dict[str, tuple[str, ...]] = {
    "images": ("color", "exclude", "keep-going", "no-ignore", "output", "quiet", "require-pinned", "verbose"),
    "set-image": (
        "break-links", "check", "color", "diff", "drop-digest", "dry-run", "exclude", "keep-going", "kind",
        "no-downgrade", "no-ignore", "output", "quiet", "require", "templates", "verbose",
    ),
    "validate": (
        "color", "deprecations-until", "exclude", "fail-on", "fail-on-skipped", "jobs", "no-ignore", "output", "quiet",
        "severity", "skip-non-manifests", "summary", "verbose",
    ),
}  # fmt: skip


class Ignore(NamedTuple):
    """Findings that `kbump validate` leaves out: of a rule, in a path (a glob or directory), of a kind; "" is any."""

    rule: str
    path: str
    kind: str
    location: Location


class Validation(NamedTuple):
    """The settings of `kbump validate`: Kubernetes version, directories and files of CRDs, what to ignore."""

    version: str = ""
    crds: tuple[str, ...] = ()
    ignore: tuple[Ignore, ...] = ()


class Config(NamedTuple):
    """The settings of one infra repo; directories are relative to `root`, the directory of the file.

    `environments` maps a name to a directory; `images` a `group/Kind` to extra paths; `values` are globs of Helm
    values files; `defaults` maps a command to its options. The empty Config stands for no file.
    """

    root: str
    environments: dict[str, str]
    images: dict[str, tuple[str, ...]]
    values: tuple[str, ...]
    defaults: dict[str, dict[str, Any]]
    validate: Validation = Validation()


NO_CONFIG = Config("", {}, {}, (), {})


def read_config(source: Source, root: str) -> Config:
    """Read a .kbump.yaml; raise ConfigError, located, for anything that is not in schemas/kbump.schema.json."""
    from kbump.yaml.composer import compose
    from kbump.yaml.nodes import Mapping

    try:
        documents = [one for one in compose(source) if one.root]
    except SourceError as error:
        raise ConfigError(error.message, location=error.location, hint=error.hint) from None
    if not documents:
        return NO_CONFIG._replace(root=root)
    if len(documents) > 1 or type(documents[0].root) is not Mapping:
        raise ConfigError("must be one mapping", location=source.location(documents[-1].span.start))
    return _Reader(source).config(documents[0].root, root)


class _Reader:
    """Reads nodes and says where one is not as it should be."""

    def __init__(self, source: Source) -> None:
        self.source = source

    def config(self, node: Mapping, root: str) -> Config:
        sections = self.mapping(node, ("defaults", "environments", "images", "validate", "values"), "key")
        return Config(
            root,
            {name: self.directory(name, at) for name, at in self.section(sections, "environments")},
            {kind: self.paths(kind, at) for kind, at in self.section(sections, "images")},
            self.texts(sections["values"], "values") if "values" in sections else (),
            {name: self.defaults(name, at) for name, at in self.section(sections, "defaults", OPTIONS)},
            self.validation(dict(self.section(sections, "validate", ("crds", "ignore", "version"), "key"))),
        )

    def section(
        self, sections: dict[str, Node], name: str, known: Iterable[str] | None = None, noun: str = "command"
    ) -> list[tuple[str, Node]]:
        return list(self.mapping(sections[name], known, noun, name).items()) if name in sections else []

    def mapping(self, node: Node, known: Iterable[str] | None, noun: str, name: str = "it") -> dict[str, Node]:
        from kbump.yaml.nodes import Mapping, Scalar

        if type(node) is not Mapping:
            raise self.error(f"`{name}` must be a mapping", node)
        for key, _ in node.pairs:
            text = key.value if type(key) is Scalar else ""
            if known is not None and text not in known:
                raise self.error(f"unknown {noun} `{text}`", key, _suggestion(text, known))
        return dict(node.items())

    def text(self, node: Node, name: str) -> str:
        value = self.value(node, name)
        if not isinstance(value, str) or not value:
            raise self.error(f"`{name}` must be a text", node)
        return value

    def texts(self, node: Node, name: str) -> tuple[str, ...]:
        from kbump.yaml.nodes import Sequence

        if type(node) is not Sequence:
            raise self.error(f"`{name}` must be a list", node)
        return tuple(self.text(item, name) for item in node.items)

    def directory(self, name: str, node: Node) -> str:
        if not re.fullmatch(_NAME, name):
            raise self.error(f"`{name}` is no name for an environment: use letters, digits, `.`, `_` and `-`", node)
        text = self.text(node, name)
        if text.startswith("/") or ".." in text.split("/"):
            raise self.error(f"`{text}` must be a directory below the one of {FILE_NAME}", node)
        return text

    def paths(self, kind: str, node: Node) -> tuple[str, ...]:
        from kbump.yaml.patterns import PATTERN

        if not re.fullmatch(_KIND, kind):
            raise self.error(f"`{kind}` must be GROUP/KIND, such as `example.com/Widget`", node)
        texts = self.texts(node, kind)
        wrong = next((text for text in texts if not PATTERN.fullmatch(text)), None)
        if wrong is not None:
            raise self.error(f"`{wrong}` is no path", node, "write it as `spec.jobs[*].image`")
        return texts

    def validation(self, nodes: dict[str, Node]) -> Validation:
        version = self.version(nodes["version"]) if "version" in nodes else ""
        crds = self.texts(nodes["crds"], "crds") if "crds" in nodes else ()
        return Validation(version, crds, self.ignores(nodes["ignore"]) if "ignore" in nodes else ())

    def version(self, node: Node) -> str:
        value = self.value(node, "version")
        if isinstance(value, bool) or not value:
            raise self.error('`version` must be a version of Kubernetes, such as "1.31"', node)
        # Without quotes 1.30 is the number 1.3; what it may have meant is for whoever knows the versions to say.
        return str(value)

    def ignores(self, node: Node) -> tuple[Ignore, ...]:
        from kbump.yaml.nodes import Sequence

        if type(node) is not Sequence:
            raise self.error("`ignore` must be a list", node)
        return tuple(self.ignore(item) for item in node.items)

    def ignore(self, node: Node) -> Ignore:
        nodes = self.mapping(node, ("kind", "path", "reason", "rule"), "key", "ignore")
        texts = {name: self.text(one, name) for name, one in nodes.items()}
        if "rule" not in texts:
            raise self.error("`rule` is missing", node, "`kbump validate --rules` names them")
        place = self.source.location(node.start)
        return Ignore(texts["rule"], texts.get("path", ""), texts.get("kind", ""), place)

    def defaults(self, command: str, node: Node) -> dict[str, Any]:
        options = self.mapping(node, OPTIONS[command], "option", command)
        return {name: self.default(name, at) for name, at in options.items()}

    def default(self, name: str, node: Node) -> Any:
        from kbump.yaml.nodes import Scalar

        return self.value(node, name) if type(node) is Scalar else list(self.texts(node, name))

    def value(self, node: Node, name: str) -> Any:
        from kbump.yaml.nodes import Scalar
        from kbump.yaml.scalars import resolve, resolve_quoted

        if type(node) is not Scalar:
            raise self.error(f"`{name}` must be a text or a number", node)
        return (resolve_quoted if node.style else resolve)(node.value, node.tag or "")

    def error(self, message: str, node: Node, hint: str | None = None) -> ConfigError:
        return ConfigError(message, location=self.source.location(node.start), hint=hint)


def _suggestion(text: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    names = sorted(known)
    close = get_close_matches(text, names, 1)
    return f"did you mean `{close[0]}`?" if close else f"known are {', '.join(f'`{name}`' for name in names)}"
