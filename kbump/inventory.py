"""images(): every image reference of a workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kbump import files
from kbump.errors import KbumpError, Location, SourceError
from kbump.manifest import workload
from kbump.parallel import fork_map
from kbump.source import Source
from kbump.workspace import Workspace, find_config, is_template, open_workspace, watched

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from kbump.fields import ImageField
    from kbump.files import Skipped
    from kbump.image import ImageReference


class Image(NamedTuple):
    """One image field: where it is, whose it is, and what it says.

    `reference` is the text as the file has it, put together where it is split; `name`, `tag`, `digest` are its parts,
    `repository` the normalised name, all empty if `problem` says why the text is no reference that can be rewritten.
    `unpinned` says why it may mean another image tomorrow (kbump.pinning); empty if it is pinned, or if the place has
    no say: a comment protects it, or its tag comes from a base, from a chart or from the values of one.
    """

    location: Location
    kind: str
    namespace: str
    object: str
    container: str
    path: str
    role: str
    reference: str
    repository: str
    name: str
    tag: str
    digest: str
    problem: str
    environment: str = ""
    unpinned: str = ""

    @property
    def workload(self) -> str:
        """The object as people name it: `Deployment shop/web`; empty where it is no Kubernetes object."""
        return workload(self.role, self.kind, self.namespace, self.object)


class ImagesResult(NamedTuple):
    """What images() found; `errors` are files that could not be read, `files` counts those looked at."""

    images: list[Image]
    errors: list[KbumpError]
    skipped: list[Skipped]
    files: int
    others: int

    @property
    def unpinned(self) -> list[Image]:
        """The images that are not pinned."""
        return [image for image in self.images if image.unpinned]

    @property
    def exit_code(self) -> int:
        """0, or 2 if a file could not be read."""
        return 2 if self.errors else 0


class _File(NamedTuple):
    file: str
    images: list[Image]
    error: KbumpError | None = None
    skipped: str = ""
    other: bool = False


def images(
    paths: str | Sequence[str] | None = None,
    *,
    text: str | None = None,
    name: str = "-",
    environment: str = "",
    exclude: Sequence[str] = (),
    ignore: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> ImagesResult:
    """List the image references in files and directories, or in one `text`, which `name` stands for in locations.

    Without paths, those of the current directory, or of a declared `environment`. `exclude` are globs; `ignore=False`
    reads what git ignores, too; `progress` is called with the files done and their number.
    Raises UsageError for an unknown environment, ConfigError, and SourceError for a path that cannot be read; a file
    that cannot be read or parsed is in the result.
    """
    if text is not None:
        workspace = Workspace(find_config(name), [name], [], [])
        return _collected(workspace, [_images_of_source(workspace, Source(name, text.removeprefix("\ufeff")))])
    listed = [paths] if isinstance(paths, str) else list(paths or ["."])
    workspace = open_workspace(listed, environment=environment, exclude=exclude, ignore=ignore)

    def read(batch: Sequence[str]) -> list[_File | None]:
        return [_images_of(workspace, path) for path in watched(batch, len(workspace.files), progress)]

    return _collected(workspace, [one for one in fork_map(read, workspace.files) if one])


def _collected(workspace: Workspace, found: list[_File]) -> ImagesResult:
    images = [image for one in found for image in one.images]
    errors = [one.error for one in found if one.error]
    skipped = workspace.skipped + [files.Skipped(one.file, one.skipped) for one in found if one.skipped]
    others = sum(one.other for one in found)
    return ImagesResult(images, errors, skipped, len(workspace.files), others)


def _images_of(workspace: Workspace, path: str) -> _File | None:
    try:
        read = files.could_hold(path, words_of_images(workspace.config.images))
        return _images_of_source(workspace, Source.from_bytes(path, read[0])) if read else None
    except SourceError as error:
        return _File(path, [], error)


# The keys that hold images have `mage` in them, but for those of some kinds; an escape may hide it; what begins as
# UTF-16 does is refused rather than passed over.
_WORDS = (b"mage", b"MAGE", b"\\", b"kbump:", b"\xff\xfe", b"\xfe\xff")


def words_of_images(paths: Mapping[str, Sequence[str]]) -> list[bytes]:
    """Return what a file has one of if it holds images; `paths` are those of .kbump.yaml."""
    from kbump.fields.paths import IMAGE_PATHS

    rows = [*paths.items(), *IMAGE_PATHS.items()]
    # The kinds whose images are under other keys.
    kinds = [kind.rpartition("/")[2].encode() for kind, row in rows if not all("mage" in path for path in row)]
    return [*_WORDS, *kinds]


def _images_of_source(workspace: Workspace, source: Source) -> _File:
    from kbump.fields import image_fields
    from kbump.manifest import manifests
    from kbump.yaml.composer import compose

    try:
        documents = compose(source)
    except SourceError as error:
        if "{{" in source.text:
            return _File(source.name, [], skipped="is a template")
        if source.name.endswith(".json") and "apiVersion" not in source.text:
            return _File(source.name, [], skipped="is neither JSON nor a manifest")  # JSON with comments, of an editor
        return _File(source.name, [], error)
    found = list(manifests(source, documents, values=workspace.is_values(source.name)))
    fields = [field for one in found for field in image_fields(one, workspace.config.images)]
    environment = workspace.environment(source.name) if fields else ""
    other = not fields and bool(found) and all(one.role == "other" for one in found)
    return _File(source.name, [_image(field, environment) for field in fields], other=other)


def _image(field: ImageField, environment: str) -> Image:
    manifest, reference = field.manifest, field.reference
    parts = (reference.repository, *reference) if reference else ("", "", "", "")
    return Image(
        field.location, manifest.kind, manifest.namespace, manifest.name, field.container, field.path_text,
        manifest.role, field.raw, *parts, field.problem, environment, _unpinned(field),
    )  # fmt: skip


def _unpinned(field: ImageField) -> str:
    from kbump.fields.comments import PROTECTED
    from kbump.fields.field import TEMPLATED
    from kbump.pinning import unknown, unpinned

    if field.problem == PROTECTED or _has_its_tag_elsewhere(field):
        return ""
    templated = TEMPLATED.search(field.raw) is not None
    reference = _ending(field.raw) if templated else field.reference
    if reference:
        return unpinned(reference)
    # A chart's values, and SOPS, are asked where they are.
    elsewhere = field.manifest.encrypted or (templated and is_template(field.manifest.source.name))
    return "" if elsewhere else unknown(field.problem)


def _has_its_tag_elsewhere(field: ImageField) -> bool:
    """Whether the tag comes from a base, as kustomize has it, from the chart, or from a key beside the image."""
    if field.reference is None or field.reference.tag or field.reference.digest:
        return False
    return field.entry is not None or (field.manifest.role == "values" and bool(field.problem))


def _ending(raw: str) -> ImageReference | None:
    """Return what follows the last slash: it has the tag, and may be free of the template that comes before."""
    from kbump.fields.field import read_reference

    return read_reference(raw.rpartition("/")[2])[0]
