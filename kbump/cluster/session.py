"""Session: HTTP to a target's API server, with credentials that are read again when they end."""

from __future__ import annotations

import ssl
import time
from tempfile import TemporaryDirectory
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote, urlsplit, urlunsplit

import urllib3

from kbump.cluster.credentials import Credentials, credentials
from kbump.cluster.transport import Answer, Broken, Request, Stream, exchange, paused, streamed
from kbump.errors import ClusterError, KbumpError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kbump.cluster.target import Target

# So long nothing may be heard. What is written may have to pass admission webhooks, which have 10 s each.
_READ_S, _WRITE_S = 10.0, 30.0
_PAUSE_S, _LONGEST_S = 0.2, 4.0
# Credentials are asked for again so long before they end.
_EARLY_S = 20.0
# More than there are watches: a connection beyond them would be thrown away after each request.
_CONNECTIONS = 64
_UNAUTHORIZED = 401


class _Access(NamedTuple):
    credentials: Credentials
    server: str
    pool: urllib3.PoolManager
    configuration: Any

    def headers(self) -> dict[str, str]:
        # This reads the token of a service account again each minute.
        token = self.configuration.get_api_key_with_prefix("BearerToken", alias="authorization")
        return {"User-Agent": "kbump", **({"Authorization": token.strip()} if token else {})}


class Session:
    """Sends requests to the server that a target means, until `deadline`; safe from several threads.

    Raise ClusterError, or SourceError without kubectl, if there are no credentials.
    """

    def __init__(self, target: Target, deadline: float) -> None:
        self.deadline = deadline
        self._target = target
        self._lock = Lock()
        self._access = _access(target, deadline)

    @property
    def server(self) -> str:
        """The URL of the server."""
        return self._access.server

    @property
    def credentials(self) -> Credentials:
        """What the target means right now."""
        return self._access.credentials

    def ask(self, request: Request, *, patience_s: float = 0.0, deadline: float | None = None) -> Answer | Broken:
        """Send a request, and again while what is wrong may pass, for so many seconds and not beyond the deadline."""
        ends = self.deadline if deadline is None else deadline
        limit, pause_s = min(ends, time.monotonic() + patience_s), _PAUSE_S
        while True:
            # Half of the time that is left: the other half is for another try, over another connection.
            allowed_s = max(0.5, (ends - time.monotonic()) / 2)
            answer = self._once(request, min(_READ_S if request.method == "GET" else _WRITE_S, allowed_s))
            left_s = limit - time.monotonic()
            if not answer.passing or left_s <= 0:
                return answer
            # The last try is when time is over.
            time.sleep(min(left_s, paused(answer, pause_s)))
            pause_s = min(_LONGEST_S, pause_s * 2)

    def stream(self, path: str, silence_s: float) -> Stream | Answer | Broken:
        """Send a request whose answer goes on; a pause of `silence_s` breaks it."""
        request = Request("GET", path)
        access = self._current()
        if isinstance(access, Broken):
            return access
        answer = streamed(access.pool, access.server, request, access.headers(), silence_s)
        if isinstance(answer, Answer) and answer.status == _UNAUTHORIZED:
            self._renewed(access)
        return answer

    def _once(self, request: Request, allowed_s: float) -> Answer | Broken:
        """Send a request, and once more if the credentials have ended."""
        access = self._current()
        for renewed in (False, True):
            if isinstance(access, Broken):
                return access
            answer = exchange(access.pool, access.server, request, access.headers(), allowed_s)
            if isinstance(answer, Broken) and answer.passing:
                # Others that were kept open may be as dead.
                access.pool.clear()
            if renewed or isinstance(answer, Broken) or answer.status != _UNAUTHORIZED:
                return answer
            access = self._renewed(access)
        raise AssertionError("the second answer is the last")

    def _current(self) -> _Access | Broken:
        access = self._access
        return self._renewed(access) if time.time() > access.credentials.expires - _EARLY_S else access

    def _renewed(self, old: _Access) -> _Access | Broken:
        """Read the credentials again, unless another thread has done it."""
        with self._lock:
            if self._access is old:
                try:
                    self._access = _access(self._target, self.deadline)
                except KbumpError as error:
                    return Broken(error.message, error.hint or "")
            return self._access


def _access(target: Target, deadline: float) -> _Access:
    # It takes 0.4 s, while another process is asked.
    importing = Thread(target=__import__, args=("kubernetes",), daemon=True)
    importing.start()
    found = credentials(target, deadline)
    importing.join()
    # The client can read certificates and keys from files only: they do not stay there.
    with TemporaryDirectory() as folder:
        configuration = _configuration(found, target, folder)
        pool = _pool(configuration)
    parts = urlsplit(str(configuration.host))
    # A password in the URL would be shown; no API server takes one.
    server = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path.rstrip("/"), "", ""))
    return _Access(found, server, pool, configuration)


def _configuration(found: Credentials, target: Target, folder: str) -> Any:
    """Return the client's configuration, with nothing in it that others of this process may have set as a default."""
    from kubernetes.client import Configuration
    from kubernetes.config import ConfigException, load_kube_config_from_dict
    from kubernetes.config.incluster_config import InClusterConfigLoader

    configuration = type.__call__(Configuration)
    try:
        if found.config is None:
            files = (f"{target.service_account}/token", f"{target.service_account}/ca.crt")
            InClusterConfigLoader(*files, environ=target.environ).load_and_set(configuration)
        else:
            load_kube_config_from_dict(
                found.config, client_configuration=configuration, persist_config=False, temp_file_path=folder
            )
    except (ConfigException, ValueError, TypeError, AttributeError, OSError) as error:
        # Of other errors the words may hold what is in the file.
        words = str(error) if isinstance(error, ConfigException) else type(error).__name__
        raise ClusterError(f"the kubeconfig cannot be used: {words}") from None
    _set_proxy(configuration, found, target.environ)
    configuration.connection_pool_maxsize = _CONNECTIONS
    return configuration


def _set_proxy(configuration: Any, found: Credentials, environ: Mapping[str, str]) -> None:
    """Choose the proxy as kubectl does: that of the kubeconfig, else that of the environment, which leaves out some."""
    clusters = (found.config or {}).get("clusters") or [{}]
    named = (clusters[0].get("cluster") or {}).get("proxy-url") or ""
    scheme = urlsplit(str(configuration.host)).scheme
    general = environ.get(f"{scheme.upper()}_PROXY") or environ.get(f"{scheme}_proxy") or ""
    exceptions = environ.get("NO_PROXY") or environ.get("no_proxy") or ""
    proxy = str(named or general)
    parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    configuration.no_proxy = "" if named else f"{exceptions},localhost,127.0.0.0/8,::1".lstrip(",")
    place = parts.netloc.rpartition("@")[2]
    configuration.proxy = f"{parts.scheme}://{place}" if place else None
    if parts.username:
        # The password goes into a header: urllib3 shows the URL of a proxy in its errors, and sends none of it.
        basic = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        configuration.proxy_headers = urllib3.make_headers(proxy_basic_auth=basic)


def _pool(configuration: Any) -> urllib3.PoolManager:
    """Return the client's own pool of connections, which knows proxies, with a TLS context made once for all."""
    from kubernetes.client import ApiClient

    context = _context(configuration)
    try:
        pool: urllib3.PoolManager = ApiClient(configuration).rest_client.pool_manager
    except ImportError:
        raise ClusterError("the cluster is behind a SOCKS proxy", hint="install `PySocks`") from None
    except (ValueError, urllib3.exceptions.HTTPError):
        raise ClusterError("the proxy of the cluster has no URL that can be used") from None
    for name in ("ca_certs", "ca_cert_data", "cert_file", "key_file", "cert_reqs"):
        pool.connection_pool_kw.pop(name, None)
    pool.connection_pool_kw["ssl_context"] = context
    return pool


def _context(configuration: Any) -> ssl.SSLContext:
    context = urllib3.util.create_urllib3_context()
    # Many clusters' certificates lack key identifiers, which Python 3.13 began to ask for; kubectl does not.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if not configuration.verify_ssl:
        urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif not configuration.ssl_ca_cert:
        context.load_default_certs()
    try:
        what = "certificate authority is no certificate in PEM form"
        if configuration.verify_ssl and configuration.ssl_ca_cert:
            context.load_verify_locations(configuration.ssl_ca_cert)
        what = "client certificate and key are no pair in PEM form"
        if configuration.cert_file:
            context.load_cert_chain(configuration.cert_file, configuration.key_file)
    except OSError:  # ssl.SSLError is one
        raise ClusterError(f"the kubeconfig cannot be used: its {what}") from None
    return context
