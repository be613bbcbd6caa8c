"""An API server, asked over HTTPS as kubectl asks it; for tests only."""

from __future__ import annotations

import base64
import http.client
import json
import ssl
import time
from pathlib import Path
from typing import Any

from kbump.source import Source
from kbump.yaml.constructor import construct

NAMESPACE = "kbump-validate"
CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


class Server:
    """The server of a kubeconfig's first cluster and user, whose client certificate or token is in the file."""

    def __init__(self, kubeconfig: str, folder: Path) -> None:
        [config] = construct(Source(kubeconfig, Path(kubeconfig).read_text()))
        cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        context = ssl.create_default_context(cadata=_decoded(cluster["certificate-authority-data"]))
        # Clusters for tests often have certificates without key identifiers, which Python 3.13 began to ask for.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        self.authorization: dict[str, str] = {}
        if "client-certificate-data" in user:
            pair = [folder / "client.crt", folder / "client.key"]
            for path, name in zip(pair, ("client-certificate-data", "client-key-data"), strict=True):
                path.write_text(_decoded(user[name]))
            context.load_cert_chain(*pair)
        else:
            self.authorization["Authorization"] = f"Bearer {user['token']}"
        self.headers = {"Content-Type": "application/json", **self.authorization}
        self.context, self.place = context, cluster["server"].removeprefix("https://")
        self.connection = http.client.HTTPSConnection(self.place, context=context)
        self.resources: dict[str, dict[str, Any]] = {}

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, dict[str, Any]]:
        """Send a request; return the status and the answer."""
        text = json.dumps(body) if body is not None else None
        try:
            self.connection.request(method, path, text, self.headers)
            answer = self.connection.getresponse()
        except ConnectionError:  # the server ends a connection that was idle for long
            self.connection.close()
            self.connection.request(method, path, text, self.headers)
            answer = self.connection.getresponse()
        text = answer.read().decode()
        return answer.status, json.loads(text) if text.startswith("{") else {"message": text}

    def prepare(self) -> None:
        """Make the namespace, with its service account, in which objects are tried."""
        self.ask("POST", "/api/v1/namespaces", {"metadata": {"name": NAMESPACE}})
        self.until(lambda: self.ask("GET", f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts/default")[0] == 200)

    def version(self) -> str:
        """Return the server's version: v1.36.3."""
        return str(self.ask("GET", "/version")[1]["gitVersion"])

    def refusal(self, data: dict[str, Any]) -> str:
        """Return why the server would not create an object, empty if it would; nothing is created."""
        api_version, kind = data["apiVersion"], data["kind"]
        base = f"/api/{api_version}" if "/" not in api_version else f"/apis/{api_version}"
        status, listed = self.ask("GET", base)
        found = {one["kind"]: one for one in listed.get("resources", []) if "/" not in one["name"]}
        if status != 200 or kind not in found:
            return f"no matches for kind {kind} in version {api_version}"
        middle = ""
        if found[kind]["namespaced"]:
            middle = f"/namespaces/{NAMESPACE}"
            metadata = data.get("metadata")
            data = {**data, "metadata": {**metadata, "namespace": NAMESPACE}} if type(metadata) is dict else data
        place = f"{base}{middle}/{found[kind]['name']}?dryRun=All&fieldValidation=Strict"
        status, answer = self.ask("POST", place, data)
        return str(answer.get("message")) if status >= 400 else ""

    def define(self, definition: dict[str, Any]) -> None:
        """Create a CustomResourceDefinition and wait until its kinds are served."""
        name = definition["metadata"]["name"]
        status, answer = self.ask("POST", CRDS, definition)
        assert status == 201, answer
        self.until(lambda: "True" in json.dumps(_condition(self.ask("GET", f"{CRDS}/{name}")[1], "Established")))
        spec = definition["spec"]
        [group, version] = spec["group"], spec["versions"][0]["name"]
        self.until(lambda: spec["names"]["kind"] in json.dumps(self.ask("GET", f"/apis/{group}/{version}")[1]))

    def forget(self, definition: dict[str, Any]) -> None:
        """Delete a CustomResourceDefinition and wait until it is gone."""
        place = f"{CRDS}/{definition['metadata']['name']}"
        self.ask("DELETE", place)
        self.until(lambda: self.ask("GET", place)[0] == 404)

    def until(self, done: Any) -> None:
        """Wait until something is so."""
        for _ in range(300):
            if done():
                return
            time.sleep(0.1)
        raise AssertionError("the server did not get there within 30 s")


def _decoded(text: str) -> str:
    return base64.b64decode(text).decode()


def _condition(answer: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [one for one in (answer.get("status", {}).get("conditions") or ()) if one["type"] == kind]
