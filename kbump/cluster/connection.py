"""connect(): an API server and what can be asked of it, as plain data, within a deadline."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode

from kbump.cluster.session import Session
from kbump.cluster.target import EVENTS, Kind
from kbump.cluster.transport import Answer, Broken, Request
from kbump.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kbump.cluster.target import Target

    Objects = list[dict[str, Any]]

# So long a request is sent again, while what is wrong may pass; the first one for less, to say what is wrong.
_PATIENCE_S, _FIRST_S = 30.0, 3.0
_PAGE = 250
_GONE, _MISSING = 410, 404
_MERGE = "application/merge-patch+json"


class Listed(NamedTuple):
    """The objects of a list, and the version of it from which a watch goes on."""

    objects: Objects
    resource_version: str


def connect(target: Target, deadline: float) -> Cluster:
    """Return the cluster that a target means, once it has answered and has taken the credentials.

    `deadline` is a moment of time.monotonic(). Raise ClusterError, whose hint says what to look at; SourceError if
    kubectl is missing, which reads the kubeconfigs.
    """
    session = Session(target, deadline)
    cluster = Cluster(session)
    cluster.greet()
    return cluster


class Cluster:
    """An API server, asked with plain data; safe from several threads.

    Each request is sent again while what is wrong may pass, for 30 s at most and not beyond the deadline; then, and
    for what the server refuses, ClusterError is raised, with `status` as the server gave it.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.version = ""
        self._served: dict[str, dict[str, Kind]] = {}

    @property
    def server(self) -> str:
        """The server's URL."""
        return self.session.server

    @property
    def context(self) -> str:
        """The name of the context in the kubeconfig, empty in a pod."""
        return self.session.credentials.context

    @property
    def namespace(self) -> str:
        """The namespace of objects that state none."""
        return self.session.credentials.namespace

    def extend(self, deadline: float) -> None:
        """Go on until another moment: when time is over, there is still to explain, and to undo."""
        self.session.deadline = deadline

    def greet(self) -> None:
        """Ask for the version, and who we are, since a server may tell its version to anybody."""
        told = self._data(Request("GET", "/version"), "its version", patience_s=_FIRST_S)
        self.version = str(told.get("gitVersion", ""))
        review = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
        request = Request("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", review)
        answer = self.session.ask(request, patience_s=_FIRST_S)
        if isinstance(answer, Answer) and answer.status == 403:
            hint = "check that the context in the kubeconfig names a user, and that the user has credentials"
            error = ClusterError(f"{self.server} was given no credentials", hint=hint)
            error.status = answer.status
            raise error
        if isinstance(answer, Broken) or answer.status == 401:
            raise self._error(answer, "who asks")

    def reachable(self) -> bool:
        """Whether the server answers right now, and is ready if it tells: its version it knows without its storage."""
        return not self.session.ask(Request("GET", "/readyz")).passing

    def get(
        self,
        kind: Kind,
        namespace: str,
        name: str,
        *,
        managed: bool = False,
        patience_s: float = _PATIENCE_S,
        deadline: float | None = None,
    ) -> dict[str, Any] | None:
        """Return an object, None if there is none; `managed` keeps `metadata.managedFields`."""
        answer = self._answer(Request("GET", kind.path(namespace, name)), patience_s, deadline)
        if isinstance(answer, Answer) and answer.status == _MISSING:
            return None
        found = self._good(answer, f"{kind.kind} `{name}`")
        return found if managed else _lean(found)

    def list(
        self,
        kind: Kind,
        namespace: str = "",
        selector: str = "",
        *,
        fields: str = "",
        patience_s: float = _PATIENCE_S,
        deadline: float | None = None,
    ) -> Listed:
        """Return all objects of a kind in a namespace, or in all of them, without `metadata.managedFields`."""
        query = {"limit": str(_PAGE), "labelSelector": selector, "fieldSelector": fields}
        for _ in range(3):
            objects: Objects = []
            for page in self._pages(kind, namespace, query, patience_s, deadline):
                objects += [_named(kind, one) for one in page.get("items") or ()]
                if not _metadata(page).get("continue"):
                    return Listed(objects, str(_metadata(page).get("resourceVersion", "")))
        raise ClusterError(f"the cluster does not list all {kind.plural}: they change too fast")

    def resolve(self, api_version: str, kind: str) -> Kind | None:
        """Return the kind that the server knows by this name, None if it knows none; new ones are seen at once."""
        known = self._served.get(api_version, {})
        if kind not in known:
            known = self._served[api_version] = self._discovered(api_version)
        return known.get(kind)

    def may(self, verb: str, kind: Kind, namespace: str = "", *, subresource: str = "", name: str = "") -> bool:
        """Return whether the server would let us; what it does not tell is no hindrance."""
        attributes = {"verb": verb, "group": kind.group, "version": kind.version, "resource": kind.plural}
        attributes |= {"subresource": subresource, "name": name, "namespace": namespace if kind.namespaced else ""}
        body = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": {key: value for key, value in attributes.items() if value}},
        }
        answer = self._answer(Request("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", body))
        status = answer.data.get("status") if isinstance(answer, Answer) else None
        return bool(status.get("allowed", True)) if isinstance(status, dict) else True

    def events(self, namespace: str, since: datetime) -> Objects:
        """Return the events of a namespace since then, the newest last, but for those that every pod has.

        One that repeats counts as the last of them.
        """
        listed = self.list(EVENTS, namespace, fields=EVENTS.fields).objects
        return [one for moment, one in sorted(_dated(listed), key=lambda pair: pair[0]) if moment >= since]

    def patch(self, kind: Kind, namespace: str, name: str, body: dict[str, Any]) -> dict[str, Any]:
        """Merge `body` into an object and return it."""
        request = Request("PATCH", f"{kind.path(namespace, name)}?fieldManager=kbump", body, _MERGE)
        return _lean(self._data(request, f"{kind.kind} `{name}`"))

    def delete(self, kind: Kind, namespace: str, name: str, uid: str) -> bool:
        """Delete an object if it still is this one; return whether it was there."""
        body = {"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": {"uid": uid}}
        answer = self._answer(Request("DELETE", kind.path(namespace, name), body))
        if isinstance(answer, Answer) and answer.status in (_MISSING, 409):
            return False
        self._good(answer, f"{kind.kind} `{name}`")
        return True

    def _pages(
        self, kind: Kind, namespace: str, query: dict[str, str], patience_s: float, deadline: float | None
    ) -> Iterator[dict[str, Any]]:
        """Yield the pages of a list; they end early if what is left of it is not known any more."""
        more = {name: value for name, value in query.items() if value}
        while True:
            request = Request("GET", f"{kind.path(namespace)}?{urlencode(more)}")
            answer = self._answer(request, patience_s, deadline)
            if isinstance(answer, Answer) and answer.status == _GONE:
                return
            page = self._good(answer, kind.plural)
            yield page
            more["continue"] = str(_metadata(page).get("continue") or "")
            if not more["continue"]:
                return

    def _discovered(self, api_version: str) -> dict[str, Kind]:
        group, _, version = api_version.rpartition("/")
        answer = self._answer(Request("GET", f"/apis/{api_version}" if group else f"/api/{version}"))
        if isinstance(answer, Answer) and answer.status == _MISSING:
            return {}
        told = self._good(answer, f"the kinds of `{api_version}`").get("resources") or ()
        found = [one for one in told if "/" not in one["name"]]
        return {one["kind"]: Kind(group, version, one["name"], one["kind"], bool(one["namespaced"])) for one in found}

    def _answer(
        self, request: Request, patience_s: float = _PATIENCE_S, deadline: float | None = None
    ) -> Answer | Broken:
        return self.session.ask(request, patience_s=patience_s, deadline=deadline)

    def _data(self, request: Request, what: str, patience_s: float = _PATIENCE_S) -> dict[str, Any]:
        return self._good(self._answer(request, patience_s), what)

    def _good(self, answer: Answer | Broken, what: str) -> dict[str, Any]:
        if isinstance(answer, Broken) or answer.status >= 400:
            raise self._error(answer, what)
        return answer.data

    def _error(self, answer: Answer | Broken, what: str) -> ClusterError:
        if isinstance(answer, Broken):
            return ClusterError(f"no answer from {self.server}: {answer.words}", hint=answer.hint or None)
        error = _refusal(answer, self.server, what, self.session.credentials.plugin)
        error.status = answer.status
        return error


def _refusal(answer: Answer, server: str, what: str, plugin: str) -> ClusterError:
    if answer.status == 401:
        renew = f"`{plugin}` gave them: log in again" if plugin else "get a new kubeconfig or token"
        return ClusterError(f"{server} does not take the credentials", hint=f"they may have expired; {renew}")
    if answer.status == 403:
        hint = "a Role and a RoleBinding give the permission"
        return ClusterError(f"{server} does not let us ask for {what}: {answer.words}", hint=hint)
    return ClusterError(f"{server} does not tell {what}: {answer.words}")


def _metadata(data: dict[str, Any]) -> dict[str, Any]:
    found = data.get("metadata")
    return found if isinstance(found, dict) else {}


def _lean(obj: dict[str, Any]) -> dict[str, Any]:
    _metadata(obj).pop("managedFields", None)
    return obj


def _named(kind: Kind, obj: dict[str, Any]) -> dict[str, Any]:
    """Return an object of a list, whose items do not say what they are."""
    return _lean({"apiVersion": kind.api_version, "kind": kind.kind, **obj})


def _dated(events: Objects) -> Iterator[tuple[datetime, dict[str, Any]]]:
    for event in events:
        series = event.get("series") or {}
        found = series.get("lastObservedTime") or event.get("lastTimestamp") or event.get("eventTime")
        text = found or _metadata(event).get("creationTimestamp")
        if text:
            yield datetime.fromisoformat(str(text)), event
