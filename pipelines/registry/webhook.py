"""MLflow's webhooks: how its server signs what it sends, and how it is told to.

The signature is that of mlflow.webhooks.delivery, after https://www.standardwebhooks.com: HMAC-SHA256 over
`<delivery id>.<timestamp>.<body>`, in base 64, behind `v1,`.
"""

import base64
import hashlib
import hmac
import os
from typing import TYPE_CHECKING

from components.contracts.faults import BadInput, Fault
from components.contracts.tracking import answering

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities.webhook import Webhook, WebhookEvent, WebhookEventStr

SECRET = "BESSEMER_WEBHOOK_SECRET"  # noqa: S105 - the variable's name
SIGNATURE = "x-mlflow-signature"
TIMESTAMP = "x-mlflow-timestamp"
DELIVERY = "x-mlflow-delivery-id"
_NAME = "bessemer"
_SHORTEST_SECRET = 16


def secret() -> str:
    """Return what both sides sign with, from the environment.

    Raises:
        BadInput: there is none, or it is so short that it can be guessed.

    """
    found = os.environ.get(SECRET, "")
    if len(found) < _SHORTEST_SECRET:
        what = f"{len(found)} characters" if found else "nothing"
        way_out = "Take the output of `openssl rand -hex 32`."
        raise BadInput(Fault(SECRET, what, f"a secret of at least {_SHORTEST_SECRET} characters", way_out))
    return found


def sign(secret: str, delivery: str, timestamp: str, body: bytes) -> str:
    """Return the signature of one delivery."""
    signed = f"{delivery}.{timestamp}.".encode() + body
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def register(client: "MlflowClient", url: str, secret: str) -> str:
    """Let the server call `url` when somebody sets an alias or a tag, and return how a first call went, in a sentence.

    MLflow knows no webhooks of a single model: the receiver hears of all.

    Raises:
        BadInput: the registry is no server, or the server does not call such a URL.
        Unavailable: the server does not answer, or keeps no secrets.

    """
    from mlflow.exceptions import MlflowException

    if not client.tracking_uri.startswith(("http://", "https://")):
        way_out = "Name the server in MLFLOW_TRACKING_URI."
        raise BadInput(Fault("the registry", "a database", "a server: nobody else calls a webhook", way_out))
    with answering():
        try:
            webhook = _registered(client, url, secret)
        except MlflowException as error:
            if error.error_code != "INVALID_PARAMETER_VALUE":
                raise
            found = error.message.removeprefix(f"{error.error_code}: ").rstrip(".")
            raise BadInput(Fault(url, found, "a URL that MLflow's server calls")) from None
        called = client.test_webhook(webhook.webhook_id)
    found = f"answered {called.response_status}" if called.response_status else "cannot be reached from there yet"
    return f"MLflow's server calls {url}; the receiver {found}"


def _registered(client: "MlflowClient", url: str, secret: str) -> "Webhook":
    events: list[WebhookEventStr | WebhookEvent] = ["model_version_alias.created", "model_version_tag.set"]
    existing = next((webhook for webhook in client.list_webhooks(max_results=1000) if webhook.name == _NAME), None)
    if existing:
        return client.update_webhook(existing.webhook_id, url=url, events=events, secret=secret, status="ACTIVE")
    return client.create_webhook(_NAME, url, events, "Starts Bessemer's promotions.", secret)
