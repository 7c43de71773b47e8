"""The Kubeflow Pipelines API: its operations, and what its refusals mean in sentences.

The generated client below `kfp.Client` is used by itself: the constructor of `kfp.Client` asks up to five times with
five seconds between, logs a traceback each time, sets no time limits and prints what it does.
"""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import kfp_server_api
from kfp_server_api.exceptions import ApiException
from urllib3.exceptions import HTTPError, MaxRetryError, SSLError

from components.contracts.faults import BadInput, Fault, Refusal, Unavailable

TOKEN = "KF_PIPELINES_TOKEN"  # noqa: S105 - the variable's name
COOKIES = "KF_PIPELINES_COOKIES"
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
        except UnicodeDecodeError:  # the generated client reads what a gateway says as UTF-8
            found = "an answer that is no text, perhaps of something between here and there"
            raise Unavailable(Fault(f"Kubeflow at {self.host}", found, "an answer")) from None

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
        cookies = [cookie.partition("=")[2] for cookie in (self.client.cookie or "").split(";")]
        for secret in filter(None, (self.client.configuration.api_key.get("authorization"), *cookies)):
            text = text.replace(secret, "…")
        return f": {text[:300]}" if text else ""


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
