"""Reader: takes values from the nodes of a .kbump.yaml, and says where one is not as it should be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kbump.errors import ConfigError, SourceError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from kbump.errors import Location
    from kbump.source import Source
    from kbump.yaml.nodes import Mapping, Node


def mapping_of(source: Source) -> Mapping | None:
    """Return the one mapping that the file is, None if it is empty; raise ConfigError if it is anything else."""
    from kbump.yaml.composer import compose
    from kbump.yaml.nodes import Mapping

    try:
        documents = [one for one in compose(source) if one.root]
    except SourceError as error:
        raise ConfigError(error.message, location=error.location, hint=error.hint) from None
    if not documents:
        return None
    if len(documents) > 1 or type(documents[0].root) is not Mapping:
        raise ConfigError("must be one mapping", location=source.location(documents[-1].span.start))
    return documents[0].root


class Reader:
    """Reads the nodes of one file; every method raises ConfigError at the place of what it cannot take."""

    def __init__(self, source: Source) -> None:
        """Take the file whose nodes are read."""
        self.source = source

    def mapping(self, node: Node, known: Iterable[str] | None, noun: str = "key", name: str = "it") -> dict[str, Node]:
        """Return the values by their keys; `known` are those that there are, `noun` is what a key is."""
        from kbump.yaml.nodes import Mapping, Scalar

        if type(node) is not Mapping:
            raise self.error(f"`{name}` must be a mapping", node)
        for key, _ in node.pairs:
            text = key.value if type(key) is Scalar else ""
            if known is not None and text not in known:
                raise self.error(f"unknown {noun} `{text}`", key, _suggestion(text, known))
        return dict(node.items())

    def items(self, node: Node, name: str) -> list[Node]:
        """Return the items of a list."""
        from kbump.yaml.nodes import Sequence

        if type(node) is not Sequence:
            raise self.error(f"`{name}` must be a list", node)
        return list(node.items)

    def text(self, node: Node, name: str) -> str:
        """Return a text that is not empty."""
        value = self.value(node, name)
        if not isinstance(value, str) or not value:
            raise self.error(f"`{name}` must be a text", node)
        return value

    def texts(self, node: Node, name: str) -> tuple[str, ...]:
        """Return a list of texts."""
        return tuple(self.text(item, name) for item in self.items(node, name))

    def flag(self, node: Node, name: str) -> bool:
        """Return true or false."""
        value = self.value(node, name)
        if not isinstance(value, bool):
            raise self.error(f"`{name}` must be true or false", node)
        return value

    def choice(self, node: Node, name: str, choices: Collection[str]) -> str:
        """Return one of the choices."""
        text = self.text(node, name)
        if text not in choices:
            raise self.error(f"`{name}` cannot be `{text}`", node, _suggestion(text, choices))
        return text

    def value(self, node: Node, name: str) -> Any:
        """Return a scalar as YAML reads it."""
        from kbump.yaml.nodes import Scalar
        from kbump.yaml.scalars import resolve, resolve_quoted

        if type(node) is not Scalar:
            raise self.error(f"`{name}` must be a text or a number", node)
        return (resolve_quoted if node.style else resolve)(node.value, node.tag or "")

    def place(self, node: Node) -> Location:
        """Return where a node is."""
        return self.source.location(node.start)

    def error(self, message: str, node: Node, hint: str | None = None) -> ConfigError:
        """Return the error at a node."""
        return ConfigError(message, location=self.place(node), hint=hint)


def _suggestion(text: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    names = sorted(known)
    close = get_close_matches(text, names, 1)
    return f"did you mean `{close[0]}`?" if close else f"known are {', '.join(f'`{name}`' for name in names)}"
