"""Schemas by kind, compiled when they are first asked for: valid or not, in microseconds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kbump.validation.custom import OBJECT_FIELDS
from kbump.validation.kinds import CustomKind, CustomKinds, Kind, Place
from kbump.validation.native import native_schema

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kbump.catalog import Catalog

Schema = dict[str, Any]
KUSTOMIZATION: Kind = ("kustomize.config.k8s.io", "", "")
"""Stands for kustomizations and Components of all versions, which need not say what they are."""
OBJECT: Kind = ("meta.k8s.io", "v1", "")
"""Stands for what every object has, of a kind that there is no schema of."""
AnyKind = Kind | CustomKind
_META = ("", "v1", "ConfigMap")


class Schemas:
    """The schemas of a Kubernetes version by (group, version, kind), and those of custom kinds."""

    def __init__(self, catalog: Catalog, custom: CustomKinds | None = None) -> None:
        self.catalog = catalog
        self.custom = custom or CustomKinds((), lambda _: Place((), ""))
        self._schemas: dict[AnyKind, Schema | None] = {}
        self._validators: dict[AnyKind, Any] = {}

    def kinds(self, kind: Kind, file: str) -> Sequence[AnyKind]:
        """Return by which kinds an object of a file is judged: its own, or what the nearest definitions make of it."""
        return self.custom.of(kind, file) or (kind,)

    def schema(self, kind: AnyKind) -> Schema | None:
        """Return the schema of a kind, None if there is none."""
        if kind not in self._schemas:
            self._schemas[kind] = self._found(kind)
        return self._schemas[kind]

    def _found(self, kind: AnyKind) -> Schema | None:
        if kind == KUSTOMIZATION:
            from kbump.validation.kustomizations import kustomization_schema

            return kustomization_schema()
        if kind == OBJECT:
            return {"type": "object", "properties": OBJECT_FIELDS, "definitions": self.metadata()}
        if isinstance(kind, CustomKind):
            from json import loads

            # A custom resource has the metadata that every object has.
            return {**loads(kind.schema), "definitions": self.metadata()}
        closure = self.catalog.closure(*kind)
        return native_schema(*closure) if closure else None

    def metadata(self) -> Schema:
        """Return the definitions that describe the metadata of any object."""
        native = self.schema(_META)
        definitions: Schema = native["definitions"] if native else {}
        return {name: one for name, one in definitions.items() if ".meta.v1." in name}

    def accepts(self, kind: AnyKind, data: Any) -> bool:
        """Whether data is valid for the schema of a kind, which must be there."""
        validator = self._validators.get(kind)
        if validator is None:
            validator = self._validators[kind] = compiled(self.schema(kind) or {})
        try:
            return bool(validator.is_valid(data))
        except ValueError:
            # A text that is no Unicode; of older versions also a large integer, or deep nesting: for explain() to say.
            return False


def compiled(schema: Schema) -> Any:
    """Compile a schema with jsonschema-rs."""
    from jsonschema_rs import Draft202012Validator

    from kbump.validation.formats import formats

    return Draft202012Validator(schema, formats=formats(), validate_formats=True)
