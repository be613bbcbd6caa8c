"""What `kbump init` found in a repo: as a commented .kbump.yaml, and in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kbump.remote import is_loopback
from kbump.report.findings import flat
from kbump.report.settings import settings_yaml
from kbump.report.text import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kbump.discovery import Discovery, Hint

_PAGE = "https://github.com/kbump/kbump/blob/main/docs/kbump-yaml.md"
_FEW = 3
_KINDS = {"github": "GitHub", "gitea": "Gitea or Forgejo"}
_ASKED = "kbump will ask it what it is, unless kind says so"
_PRODUCTION = "This looks like production ({}): take the mark away if a person is to see each change first."
_HTTP = "The remote origin is an http URL: no token goes there without this."


def init_yaml(found: Discovery, schema: Mapping[str, Any], versions: Sequence[str]) -> str:
    """Return the file: what was found as settings, everything else as comments; `versions` are those that are known."""
    known: dict[tuple[str, ...], Any] = {
        ("environments",): found.environments,
        ("values",): list(found.values),
        ("validate", "version"): found.version if found.version in versions else "",
        ("validate", "crds"): list(found.crds),
        ("forge", "kind"): "" if found.forge else found.folder,
    }
    remarks = {
        (): ["Settings of kbump for this repo; every key may be left out.", _PAGE, *_encrypted(found)],
        ("environments",): ["A run that would write to several of them needs -f or --environment."],
        ("validate", "version"): [_version(found, versions)],
        ("delivery",): [_PRODUCTION.format(found.production)] if found.production else [],
        ("forge",): [_forge(found)],
        ("forge", "allow_http"): [_HTTP] if _in_the_clear(found) else [],
    }
    said = {path: [_sentence(text) for text in texts] for path, texts in remarks.items()}
    return settings_yaml(_with_newest(schema, versions[-1]), {path: one for path, one in known.items() if one}, said)


def _sentence(text: str) -> str:
    return text if text == _PAGE else flat(f"{text[0].upper()}{text[1:].rstrip('.')}.")


def _with_newest(schema: Mapping[str, Any], version: str) -> dict[str, Any]:
    """Return the schema with the newest version as the example of one."""
    validate = schema["properties"]["validate"]
    key = {**validate["properties"]["version"], "examples": [version]}
    changed = {**validate, "properties": {**validate["properties"], "version": key}}
    return {**schema, "properties": {**schema["properties"], "validate": changed}}


def init_words(found: Discovery, versions: Sequence[str]) -> Iterator[str]:
    """Yield what was found, a line for each thing."""
    return map(flat, _words(found, versions))


def _words(found: Discovery, versions: Sequence[str]) -> Iterator[str]:
    named = [f"{name} ({directory})" for name, directory in found.environments.items()]
    yield f"{counted(len(named), 'environment')}: {', '.join(named)}" if named else "no environments were found"
    yield _version(found, versions)
    if found.crds:
        yield f"CustomResourceDefinitions: {_listed(found.crds)}"
    if found.values:
        yield f"Helm values outside of charts: {_listed(found.values)}"
    yield from _encrypted(found)
    yield _forge(found)
    if found.unread:
        yield f"could not be read, and was passed over: {_listed(found.unread)}"


def _encrypted(found: Discovery) -> list[str]:
    files = found.encrypted
    if not files and not found.rules:
        return []
    named = f"SOPS encrypts {_listed(files)}" if files else "there is a .sops.yaml, and no encrypted file yet"
    return [f"{named}: kbump checks the structure of such files, and refuses to edit them"]


def _version(found: Discovery, versions: Sequence[str]) -> str:
    places = ", ".join(f"{hint.version} in {hint.location.file}:{hint.location.line}" for hint in _first(found.hints))
    if not places:
        return f"no file names a version of Kubernetes: the newest counts, {versions[-1]}"
    if not found.version:
        return f"several versions of Kubernetes are named, so that none is set: {places}"
    unknown = "" if found.version in versions else f", which is none that kbump knows ({versions[0]} to {versions[-1]})"
    return f"Kubernetes {places}{unknown}"


def _first(hints: Sequence[Hint]) -> list[Hint]:
    """Return the first hint of each version."""
    return list({hint.version: hint for hint in reversed(hints)}.values())[::-1]


def _forge(found: Discovery) -> str:
    if not found.origin or not found.origin.host:
        return "there is no remote origin on a forge yet, which would tell where pull requests go"
    where = f"the remote origin is on {found.origin.host}"
    if found.forge in _KINDS:
        return f"{where}, {_KINDS[found.forge]}: nothing more needs to be said"
    if found.forge:
        return f"{where}, {found.forge}, where kbump opens no pull requests"
    return f"{where}: {f'what it is, .{found.folder} tells' if found.folder else _ASKED}"


def _in_the_clear(found: Discovery) -> bool:
    return bool(found.origin and found.origin.scheme == "http" and not is_loopback(found.origin.host))


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _FEW
    shown = list(names if more <= 1 else names[:_FEW])
    return ", ".join(shown) + (f" and {more:,} more" if more > 1 else "")
