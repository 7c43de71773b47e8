"""Finds the Kubeflow Pipelines server, and signs in with what the environment holds, never with an argument."""

import os
import ssl
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import kfp_server_api
from urllib3 import Retry

from components.contracts.address import without_password
from components.contracts.faults import BadInput, Fault
from pipelines.kubeflow.api import COOKIES, TOKEN, Kubeflow, Missing

TOKEN_PATH = "KF_PIPELINES_SA_TOKEN_PATH"  # noqa: S105 - as kfp names it
_MOUNTED_TOKEN = Path("/var/run/secrets/kubeflow/pipelines/token")
_MOUNTED_NAMESPACE = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")


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
