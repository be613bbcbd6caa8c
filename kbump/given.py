"""What a run of validate() is given by its call, or else by .kbump.yaml: a Kubernetes version, and definitions."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from kbump import files
from kbump.catalog import catalog
from kbump.config import FILE_NAME
from kbump.errors import ConfigError, UsageError
from kbump.resource import resources
from kbump.source import Source
from kbump.validation.custom import is_definition
from kbump.validation.kinds import custom_kinds

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kbump.catalog import Catalog
    from kbump.config import Config, Validation
    from kbump.validation.kinds import CustomKind

_ROOT = f"paths under `validate.crds` start at the directory of {FILE_NAME}"


def given_catalog(version: str, settings: Validation) -> Catalog:
    """Return the catalog of a version, else of that of the settings, else of the newest.

    Raises UsageError for a version that is not known, ConfigError with the place if it is that of the settings.
    """
    try:
        return catalog(version or settings.version)
    except UsageError as error:
        if version:
            raise
        raise ConfigError(error.message, location=settings.version_at, hint=error.hint) from None


def given_kinds(paths: Sequence[str], config: Config) -> Iterator[CustomKind]:
    """Yield the kinds that CustomResourceDefinitions in files and directories define, then those of the settings.

    Raises UsageError for one that holds none, and SourceError for one that is not there or cannot be read; for a path
    of the settings ConfigError with its place.
    """
    for path in paths:
        yield from _definitions(path)
    for path, place in zip(config.validate.crds, config.validate.crds_at, strict=True):
        found = os.path.relpath(os.path.join(config.root, path))
        if not os.path.exists(found):
            raise ConfigError(f"`{path}` does not exist", location=place, hint=_ROOT)
        try:
            yield from _definitions(found)
        except UsageError as error:
            raise ConfigError(error.message, location=place, hint=error.hint) from None


def _definitions(path: str) -> list[CustomKind]:
    from kbump.yaml.constructor import construct

    defined: list[CustomKind] = []
    found = False
    for file in files.find([path], ignore=False).files:
        documents = construct(Source.from_bytes(file, files.read(file)[0]))
        for one in filter(is_definition, resources(documents)):
            found = True
            defined += custom_kinds(one, file, given=True)
    if not found:
        hint = "README says how to collect them from a cluster"
        raise UsageError(f"there is no CustomResourceDefinition in `{path}`", hint=hint)
    return defined
