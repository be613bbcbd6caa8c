"""Watch: objects of several kinds and namespaces, as they are right now, however bad the network is."""

from __future__ import annotations

import time
from threading import Condition, Thread
from typing import TYPE_CHECKING, Any

from kbump.cluster.feed import Feed, LostError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from types import TracebackType
    from typing import Self

    from kbump.cluster.connection import Cluster
    from kbump.cluster.target import Kind

    Key = tuple[Kind, str]

# Changes come in bursts; who looks at all objects after each one gets nothing else done.
_SETTLE_S = 0.1
_SLICE_S = 0.5
_LOOK_S = 5.0
_CLOSE_S = 2.0
_NO_NAMES: Mapping[Key, Collection[str]] = {}


class Watch:
    """Keeps the objects of kinds and namespaces as they are, in a thread for each; a context manager.

    A failure is never an error: it lists again, less and less often, until it can. Events are kept but for those that
    every pod has anyway, objects without `metadata.managedFields`. An empty namespace stands for all of them. Of what
    may not be listed, the objects that `names` has for the key are asked for one by one.
    """

    def __init__(self, cluster: Cluster, keys: Iterable[Key], names: Mapping[Key, Collection[str]] = _NO_NAMES) -> None:
        self._news = Condition()
        self._changes: set[Key] = set()
        self._feeds = {key: self._feed(cluster, key, names.get(key, ())) for key in dict.fromkeys(keys)}
        self._threads = [
            Thread(target=feed.run, daemon=True, name=str(feed.kind.plural)) for feed in self._feeds.values()
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for feed in self._feeds.values():
            feed.stop()
        limit = time.monotonic() + _CLOSE_S
        for thread in self._threads:
            thread.join(max(0.0, limit - time.monotonic()))

    def wait(self, seconds: float) -> set[Key]:
        """Wait until something has changed, for so long at most; return the keys of what has since the last time."""
        ends = time.monotonic() + seconds
        with self._news:
            while not self._changes and (left_s := ends - time.monotonic()) > 0:
                # A signal that comes just before the wait begins does not end it.
                self._news.wait(min(_SLICE_S, left_s))
            if self._changes:
                # The lock is given back meanwhile, and more changes are taken in.
                self._news.wait_for(lambda: False, min(_SETTLE_S, seconds))
            found, self._changes = self._changes, set()
            return found

    def objects(self, kind: Kind, namespace: str) -> dict[str, dict[str, Any]]:
        """Return the objects by their uid, as they are now: empty until the key is one of `known`."""
        return self._feeds[kind, namespace].snapshot()

    @property
    def known(self) -> set[Key]:
        """What has been listed, or asked for by name: before that, nothing being there means nothing."""
        return {key for key, feed in self._feeds.items() if feed.listed}

    @property
    def denied(self) -> set[Key]:
        """What the server does not let us list."""
        return {key for key, feed in self._feeds.items() if feed.denied}

    @property
    def broken(self) -> dict[Key, str]:
        """What cannot be seen right now, and why: its objects are those of a moment ago."""
        return {key: feed.words for key, feed in self._feeds.items() if feed.words}

    def refresh(self, seconds: float = _LOOK_S) -> bool:
        """Take a last look at everything, within so many seconds; return whether all answered."""
        seen: list[bool] = []
        ends = time.monotonic() + seconds

        def look(feed: Feed) -> None:
            try:
                feed.look(ends)
                seen.append(True)
            except LostError:
                seen.append(feed.denied)

        threads = [Thread(target=look, args=(feed,), daemon=True) for feed in self._feeds.values()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(max(0.0, ends - time.monotonic()))
        return sum(seen) == len(self._feeds)

    def _feed(self, cluster: Cluster, key: Key, names: Collection[str]) -> Feed:
        def changed() -> None:
            with self._news:
                self._changes.add(key)
                self._news.notify_all()

        return Feed(cluster, *key, changed, names)
