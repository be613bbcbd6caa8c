"""definition_problems(): why an API server would not take a CustomResourceDefinition that its own schema takes.

https://github.com/kubernetes/apiextensions-apiserver, pkg/apis/apiextensions/validation and pkg/apiserver/schema, and
what an API server 1.36 answered. Rules in CEL (x-kubernetes-validations) are not compiled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbump.validation.definitions.choices import choice_problems
from kbump.validation.definitions.defaults import default_problems
from kbump.validation.definitions.keywords import keyword_problems
from kbump.validation.definitions.lists import list_problems
from kbump.validation.definitions.positions import mapping, positions
from kbump.validation.definitions.spec import spec_problems
from kbump.validation.definitions.structure import root_problems, structure_problems
from kbump.validation.definitions.versions import version_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kbump.resource import Resource
    from kbump.validation.problem import Problem

_OF_A_POSITION = (keyword_problems, structure_problems, choice_problems, list_problems, default_problems)


def definition_problems(resource: Resource) -> Iterator[Problem]:
    """Yield what is wrong with a definition's names, versions and schemas; nulls are as good as what is not there."""
    spec = mapping(resource.data.get("spec"))
    yield from spec_problems(resource, spec)
    yield from version_problems(spec)
    for number, version in enumerate(spec.get("versions") or ()):
        schema = mapping(mapping(version).get("schema")).get("openAPIV3Schema")
        if type(schema) is dict:
            place = ("spec", "versions", number, "schema", "openAPIV3Schema")
            yield from root_problems(schema, place, mapping(version))
            for position in positions(schema, place):
                for problems in _OF_A_POSITION:
                    yield from problems(position)
