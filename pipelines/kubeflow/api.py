"""The Kubeflow Pipelines API: who we are to it, and what its refusals mean in sentences.

The generated client below `kfp.Client` is used by itself: the constructor of `kfp.Client` asks up to five times with
five seconds between, logs a traceback each time, sets no time limits and prints what it does.
"""

import json
import os
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import kfp_server_api
from kfp_server_api.exceptions import ApiException
from urllib3 import Retry
from urllib3.exceptions import HTTPError, MaxRetryError, SSLError

from components.contracts.faults import BadInput, Fault, Refusal, Unavailable
from components.contracts.tracking import without_password

TOKEN = "KF_PIPELINES_TOKEN"  # noqa: S105 - the variable's name
COOKIES = "KF_PIPELINES_COOKIES"
TOKEN_PATH = "KF_PIPELINES_SA_TOKEN_PATH"  # noqa: S105 - as kfp names it
_MOUNTED_TOKEN = Path("/var/run/secrets/kubeflow/pipelines/token")
_MOUNTED_NAMESPACE = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")
_SECONDS = (10, 60)  # to connect, to answer
_PAGE = 100

T = TypeVar("T")


class Missing(BadInput):
    """The API has no such thing."""


class Taken(BadInput):
    """The API has such a thing already."""


@dataclass(frozen=True)
class Kubeflow:
    """A Kubeflow Pipelines server that has answered."""

    host: str
    namespace: str
    """Where to work; a server for a single user takes any name, and none."""
    client: kfp_server_api.ApiClient

    @property
    def pipelines(self) -> Any:
        """The operations on pipelines and their versions."""
        return kfp_server_api.PipelineServiceApi(self.client)

    @property
    def uploads(self) -> Any:
        """The upload of packages."""
        return kfp_server_api.PipelineUploadServiceApi(self.client)

    @property
    def experiments(self) -> Any:
        """The operations on experiments."""
        return kfp_server_api.ExperimentServiceApi(self.client)

    @property
    def runs(self) -> Any:
        """The operations on runs."""
        return kfp_server_api.RunServiceApi(self.client)

    @property
    def recurring_runs(self) -> Any:
        """The operations on recurring runs."""
        return kfp_server_api.RecurringRunServiceApi(self.client)

    @property
    def pages(self) -> str:
        """The address that the pages of the user interface begin with."""
        return os.environ.get("KF_PIPELINES_UI_ENDPOINT", self.host).rstrip("/") + "/#"

    def call(self, operation: Callable[..., T], *arguments: Any, **options: Any) -> T:
        """Return what an operation of the API answers.

        Raises:
            BadInput: the API refuses what it was asked; `Missing` or `Taken` where it says so.
            Unavailable: it does not answer, or with an error of its own.

        """
        try:
            return operation(*arguments, _request_timeout=_SECONDS, **options)
        except ApiException as error:
            raise self._refused(error.status, error.body or "") from None
        except HTTPError as error:
            raise _unreachable(self.host, error) from None

    def all(self, operation: Callable[..., Any], items: str, **options: Any) -> Iterator[Any]:
        """Yield everything that a listing operation has, page after page.

        Args:
            operation: one that takes a page token.
            items: the attribute of its answer that holds the page's things.
            options: further arguments of the operation.

        """
        token = ""
        while True:
            page = self.call(operation, page_token=token, page_size=_PAGE, **options)
            yield from getattr(page, items) or ()
            token = page.next_page_token or ""
            if not token:
                return

    def _refused(self, status: int, body: str) -> Refusal:
        server, said = f"Kubeflow at {self.host}", self._said(body)
        match status:
            case 401:
                way_out = f"Set {TOKEN}, or {COOKIES} to the cookies of a session: what is there is wrong or expired."
                return BadInput(Fault(server, f"no sign-in that it accepts (401{said})", "a valid token", way_out))
            case 403:
                where = f" in namespace {self.namespace}" if self.namespace else ""
                way_out = "Ask who runs it for that right, or name another namespace with --namespace."
                return BadInput(Fault(server, f"no permission{where} (403{said})", "the right to do this", way_out))
            case 404:
                return Missing(Fault(server, f"no such thing (404{said})", "something that is there"))
            case 409:
                return Taken(Fault(server, f"something of that name already (409{said})", "a name that is free"))
            case _ if status >= 500 or status == 429:
                way_out = "Try again; if it stays so, its own log knows more."
                return Unavailable(Fault(server, f"an error of its own ({status}{said})", "an answer", way_out))
            case _:
                return BadInput(Fault(server, f"a refusal ({status}{said})", "a request that it accepts"))

    def _said(self, body: str) -> str:
        """Return the API's own words for a message: short, and without what we signed in with."""
        try:
            values = json.loads(body)
        except ValueError:
            return ""  # a page of some gateway
        if not isinstance(values, dict):
            return ""
        texts = (values.get(key) for key in ("message", "error_message", "error"))
        text = " ".join(str(next(filter(None, texts), "")).split())
        key = self.client.configuration.api_key.get("authorization")
        for secret in filter(None, (key, self.client.cookie)):
            text = text.replace(secret, "…")
        return f": {text[:300]}" if text else ""


def connect(host: str, namespace: str = "", ca_bundle: Path | None = None) -> Kubeflow:
    """Return the server at `host`, signed in with what the environment holds, once it has answered.

    Args:
        host: the address of the API or of the user interface; https where it names no scheme.
        namespace: the namespace to work in; where we run in a cluster of several users, our own one by default.
        ca_bundle: a file of certificates that the server's own is checked against, instead of the well-known ones.

    Raises:
        BadInput: the address, the sign-in, the certificates or the namespace are not what the server takes.
        Unavailable: it does not answer, or its certificate cannot be trusted.

    """
    configuration = kfp_server_api.Configuration(host=_address(host))
    configuration.retries = Retry(total=3, connect=1, read=1)
    if ca_bundle:
        configuration.ssl_ca_cert = _checked_bundle(ca_bundle)
    _sign_in(configuration)
    client = kfp_server_api.ApiClient(configuration, cookie=_from_environment(COOKIES) or None)
    server = Kubeflow(configuration.host, namespace, client)
    several_users = _examine(server)
    return server if namespace or not several_users else replace(server, namespace=_own_namespace())


def _examine(server: Kubeflow) -> bool:
    """Check that it is Kubeflow Pipelines that answers, and return whether it has several users."""
    name, expected = f"--host {server.host}", "the API of Kubeflow Pipelines"
    try:
        health = kfp_server_api.HealthzServiceApi(server.client).healthz_service_get_healthz_with_http_info
        answer, _, headers = server.call(health)
    except Missing:
        way_out = "Name the address that the pages of Kubeflow Pipelines begin with, up to the #."
        raise BadInput(Fault(name, "a server without it", expected, way_out)) from None
    if "json" not in headers.get("Content-Type", ""):  # gateways lead whom they do not know to a page
        way_out = f"Set {TOKEN} or {COOKIES}, or correct the address."
        raise BadInput(Fault(name, "a web page, perhaps one to sign in", expected, way_out))
    return bool(answer.multi_user)


def _address(host: str) -> str:
    example = "Such as --host https://kubeflow.example.com/pipeline, or KF_PIPELINES_ENDPOINT in the environment."
    expected = "the address of Kubeflow Pipelines"
    if not host:
        raise BadInput(Fault("--host", "nothing", expected, example))
    try:
        parts = urlsplit(host if "://" in host else f"https://{host}")
        usable = parts.scheme in ("http", "https") and parts.hostname and (parts.port or True)
    except ValueError:
        usable = False
    if not usable:
        raise BadInput(Fault("--host", without_password(host), expected, example))
    if "@" in parts.netloc:
        way_out = f"Sign in with {TOKEN} or {COOKIES} in the environment."
        raise BadInput(Fault("--host", "a name or password in the address", "an address without", way_out))
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def _sign_in(configuration: kfp_server_api.Configuration) -> None:
    """Take the token of the environment, or else the one that the cluster mounts, which it renews from time to time."""
    token = _from_environment(TOKEN)
    mounted = Path(os.environ.get(TOKEN_PATH) or _MOUNTED_TOKEN)
    if not token and not mounted.exists() and TOKEN_PATH not in os.environ:
        return

    def renew(configuration: kfp_server_api.Configuration) -> None:
        configuration.api_key["authorization"] = token or _read_token(mounted)

    configuration.api_key_prefix["authorization"] = "Bearer"
    configuration.refresh_api_key_hook = renew
    renew(configuration)


def _read_token(path: Path) -> str:
    try:
        return _for_a_header(path.read_text(encoding="utf-8"), str(path))
    except (OSError, ValueError) as error:
        found = (error.strerror or "").lower() if isinstance(error, OSError) else "no text"
        raise BadInput(Fault(str(path), found, "the service account's token", f"Correct {TOKEN_PATH}.")) from None


def _from_environment(name: str) -> str:
    return _for_a_header(os.environ.get(name, ""), name)


def _for_a_header(secret: str, place: str) -> str:
    """Return what can stand in a header; the library would name all of it in the message about what cannot."""
    secret = secret.strip()
    if not (secret.isascii() and secret.isprintable()):
        raise BadInput(Fault(place, "characters that no header can carry", "one line of plain characters"))
    return secret


def _checked_bundle(path: Path) -> str:
    try:
        ssl.create_default_context(cafile=str(path))
    except OSError as error:  # ssl.SSLError is one
        found = "no certificate" if isinstance(error, ssl.SSLError) else (error.strerror or str(error)).lower()
        raise BadInput(Fault(f"--verify-tls {path}", found, "a file of certificates in PEM form")) from None
    return str(path)


def _own_namespace() -> str:
    if _MOUNTED_NAMESPACE.exists():
        return _MOUNTED_NAMESPACE.read_text(encoding="utf-8").strip()
    way_out = "Name yours: it stands at the top of Kubeflow's pages."
    raise BadInput(Fault("--namespace", "nothing", "a namespace, as this server has several users", way_out))


def _unreachable(host: str, error: HTTPError) -> Unavailable:
    reason = error.reason if isinstance(error, MaxRetryError) and error.reason else error
    server = f"Kubeflow at {host}"
    if isinstance(reason, SSLError):
        found = "a certificate that cannot be trusted" if "CERTIFICATE" in str(reason) else "no TLS that works"
        way_out = "Name the bundle that signs it with --verify-tls, or write http:// where there is no TLS."
        return Unavailable(Fault(server, f"{found} ({_plain(reason)})", "a certificate that is trusted", way_out))
    way_out = "Correct --host, or start the server or the port-forward that leads to it."
    return Unavailable(Fault(server, f"no answer ({_plain(reason)})", "an answer", way_out))


def _plain(reason: BaseException) -> str:
    """Return the innermost words of an error, without the addresses of objects around them."""
    while reason.__cause__ or reason.__context__:
        reason = reason.__cause__ or reason.__context__ or reason
    words = (getattr(reason, name, None) for name in ("verify_message", "strerror"))
    return str(next(filter(None, words), type(reason).__name__))[:200]
