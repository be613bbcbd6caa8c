from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.validation.samples import write


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, str]], Path]:
    """Write files below a new directory, go there, and return it."""
    monkeypatch.chdir(tmp_path)
    return lambda files: write(tmp_path, files)
