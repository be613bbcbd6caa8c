"""Writing the edits of a promotion into a checkout."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from kbump import files
from kbump.source import apply_edits, encode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kbump.delivery.checkout import Checkout
    from kbump.source import Edit, Source
    from kbump.targets.contents import Contents


def write_edits(target: Contents, edits: Iterable[tuple[Source, list[Edit]]], found: Checkout) -> list[str]:
    """Write the edits of each source; return the files that changed, from the top: what a link leads to, not the link.

    Raises WriteError.
    """
    written = []
    for source, wanted in edits:
        path = target.paths[source.name]
        # The state it was read in may be gone: another group of the same run was written and taken back.
        _, state = files.read(path)
        files.replace(path, encode(apply_edits(source.text, wanted), bom=source.bom), state)
        written.append(found.relative(os.path.realpath(path)))
    return written
