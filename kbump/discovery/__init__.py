"""Discovery: what a repo is like, as far as its files and its remote tell; `kbump init` writes it down."""

from __future__ import annotations

from kbump.discovery.looking import discover
from kbump.discovery.result import Discovery, Hint

__all__ = ["Discovery", "Hint", "discover"]
