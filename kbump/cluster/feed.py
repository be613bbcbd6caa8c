"""Feed: the objects of one kind in one namespace, kept as they are by a list and a watch from it on.

What a watch may do, and what is to be done then, is in
https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes.
"""

from __future__ import annotations

import json
import random
import time
from threading import Event, Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from urllib3.exceptions import HTTPError

from kbump.cluster.transport import Stream, broken, paused
from kbump.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from kbump.cluster.connection import Cluster
    from kbump.cluster.target import Kind

    Objects = dict[str, dict[str, Any]]

# The server ends a watch after so long, and we do if nothing at all was heard for a little longer: a connection that is
# half open is found out in that time. Going on from the last version costs one small request.
_WATCH_S = 15
_SILENCE_S = _WATCH_S + 5.0
# The list is the truth: a watch that lost something is put right by the next one.
_TURNS = 8
_PAUSE_S, _LONGEST_S = 0.25, 5.0
# A watch that ends sooner than this, without a word, is refused somewhere on the way.
_SHORT_S = 1.0
_DENIED_S, _MISSING_S, _POLL_S = 15.0, 2.0, 2.0
_FORBIDDEN, _MISSING, _GONE = 403, 404, 410


class LostError(Exception):
    """The watch is over: what it was about has to be listed again, after `pause_s`."""

    def __init__(self, words: str, pause_s: float | None = None) -> None:
        super().__init__(words)
        self.words = words
        self.pause_s = pause_s


class Feed:
    """Keeps `objects`, by uid, in a thread that runs run(); calls `changed` when they or what is said here changes.

    `listed` once there was a list; `denied` if it is not allowed: then the objects with `names`, if they may be read,
    are asked for one by one. `words` say what is wrong right now.
    """

    def __init__(
        self, cluster: Cluster, kind: Kind, namespace: str, changed: Callable[[], None], names: Collection[str] = ()
    ) -> None:
        self.kind, self.namespace, self.names = kind, namespace, names
        self.listed, self.denied, self.words = False, False, ""
        self.objects: Objects = {}
        self._cluster = cluster
        self._changed = changed
        self._lock = Lock()
        self._stopped = Event()
        self._stream: Stream | None = None
        self._floor = 0

    def run(self) -> None:
        """List and watch, until stop()."""
        version, turns, backoff_s, pause_s = "", 0, _PAUSE_S, 0.0
        while not self._stopped.wait(pause_s):
            try:
                version = self.look() if not version or turns >= _TURNS else version
                turns = 0 if turns >= _TURNS else turns + 1
                version, pause_s, backoff_s = self._watched(version), 0.0, _PAUSE_S
            except Exception as error:  # A thread that ends would never be missed.
                lost = error if isinstance(error, LostError) else LostError(f"kbump's own mistake: {error!r}")
                self._say(lost.words)
                version, turns = "", 0
                pause_s = backoff_s * random.uniform(0.5, 1.5) if lost.pause_s is None else lost.pause_s
                backoff_s = backoff_s if lost.pause_s is not None else min(_LONGEST_S, backoff_s * 2)

    def stop(self) -> None:
        """Let run() return, from any thread."""
        self._stopped.set()
        if stream := self._stream:
            stream.stop()

    def look(self, deadline: float | None = None) -> str:
        """List the objects as they are now; return the version of the list."""
        try:
            patience_s = max(0.0, deadline - time.monotonic()) if deadline else 0.0
            listed = self._cluster.list(
                self.kind, self.namespace, fields=self.kind.fields, patience_s=patience_s, deadline=deadline
            )
        except ClusterError as error:
            if error.status == _FORBIDDEN and self.names:
                raise self._asked(patience_s, deadline) from None
            raise self._refused(error) from None
        self._keep(listed.objects, _number(listed.resource_version), denied=False)
        return listed.resource_version

    def _asked(self, patience_s: float, deadline: float | None) -> LostError:
        """Ask for each object by its name, as what may not be listed may still be read."""
        try:
            found = [
                self._cluster.get(self.kind, self.namespace, name, patience_s=patience_s, deadline=deadline)
                for name in self.names
            ]
        except ClusterError as error:
            return self._refused(error)
        self._keep([one for one in found if one], 0, denied=True)
        return LostError("", _POLL_S)

    def _keep(self, objects: list[dict[str, Any]], floor: int, *, denied: bool) -> None:
        found = {str(one["metadata"].get("uid")): one for one in objects}
        with self._lock:
            news = not self.listed or self.denied != denied or _versions(found) != _versions(self.objects)
            self.objects, self.listed, self.denied, self._floor = found, True, denied, floor
        self._say("")
        if news:
            self._changed()

    def _refused(self, error: ClusterError) -> LostError:
        if error.status == _FORBIDDEN:
            news, self.denied = not self.denied, True
            if news:
                self._changed()
            return LostError("", _DENIED_S * random.uniform(0.5, 1.5))
        if error.status == _MISSING:
            # Its definition is gone, or is not there yet.
            news, self.objects, self.listed = bool(self.objects) or not self.listed, {}, True
            if news:
                self._changed()
            return LostError("", _MISSING_S)
        return LostError(error.message)

    def _watched(self, version: str) -> str:
        """Take what changes, until the server ends the watch; return the version from which the next goes on."""
        begun, query = time.monotonic(), {"watch": "1", "allowWatchBookmarks": "true", "timeoutSeconds": str(_WATCH_S)}
        query |= {"resourceVersion": version, **({"fieldSelector": self.kind.fields} if self.kind.fields else {})}
        stream = self._opened(f"{self.kind.path(self.namespace)}?{urlencode(query)}")
        try:
            last = self._taken(stream, version)
        except HTTPError as error:
            raise LostError(broken(error).words) from None
        except (ValueError, KeyError, TypeError):
            raise LostError("the watch says what is no event") from None
        finally:
            self._stream = None
            stream.close()
        if last == version and time.monotonic() - begun < _SHORT_S:
            raise LostError("the watch ended at once")
        return last

    def _opened(self, path: str) -> Stream:
        answer = self._cluster.session.stream(path, _SILENCE_S)
        if isinstance(answer, Stream):
            self._stream = answer
            if self._stopped.is_set():
                answer.stop()
            return answer
        status = getattr(answer, "status", 0)
        if status in (_FORBIDDEN, 405):
            # It may be listed, and not be watched.
            raise LostError("", _POLL_S)
        if getattr(answer, "retry_after_s", 0):
            raise LostError(answer.words, paused(answer, _PAUSE_S))
        raise LostError(answer.words, 0.0 if status == _GONE else None)

    def _taken(self, stream: Stream, version: str) -> str:
        for line in stream.lines():
            event = json.loads(line)
            obj = event["object"]
            if event["type"] == "ERROR":
                raise LostError(str(obj.get("message")), 0.0 if obj.get("code") == _GONE else None)
            version = obj["metadata"]["resourceVersion"]
            if event["type"] != "BOOKMARK":
                self._take(event["type"], obj, version)
        return version

    def _take(self, word: str, obj: dict[str, Any], version: str) -> None:
        metadata = obj["metadata"]
        metadata.pop("managedFields", None)
        with self._lock:
            # A last look may have overtaken the watch.
            if 0 < _number(version) <= self._floor:
                return
            if word == "DELETED":
                self.objects.pop(metadata["uid"], None)
            else:
                self.objects[metadata["uid"]] = obj
        self._changed()

    def snapshot(self) -> Objects:
        """Return the objects as they are now; nobody changes one of them."""
        with self._lock:
            return dict(self.objects)

    def _say(self, words: str) -> None:
        news, self.words = self.words != words, words
        if news:
            self._changed()


def _versions(objects: Objects) -> dict[str, str]:
    return {uid: obj["metadata"]["resourceVersion"] for uid, obj in objects.items()}


def _number(version: str) -> int:
    return int(version) if version.isdigit() else 0
