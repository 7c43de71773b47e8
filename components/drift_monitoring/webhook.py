"""Tell somebody else of an alarm: a JSON POST, signed where there is a secret.

The address and the secret stand in the environment alone, since an address often is a secret itself: neither is logged,
nor part of a message.
"""

import hashlib
import hmac
import json
import os
import time
from collections.abc import Mapping, Sequence
from typing import Any

import requests

ADDRESS = "BESSEMER_ALARM_WEBHOOK"
SECRET = "BESSEMER_ALARM_SECRET"  # noqa: S105 - the variable's name
SIGNATURE = "X-Bessemer-Signature-256"
"""The header with `sha256=` and the HMAC-SHA256 of the body, keyed by the secret."""
_SECONDS = 10.0
"""How long a connection, and then an answer, may take."""
PAUSES = (0.0, 1.0, 4.0)
"""Seconds before each attempt."""


def post(values: Mapping[str, Any], pauses: Sequence[float] = PAUSES) -> str:
    """Send `values`; a server that fails or does not answer is asked again.

    Args:
        values: what becomes the JSON.
        pauses: seconds before each attempt.

    Returns:
        Nothing when it was taken, or when no address is named; else a sentence for people.

    """
    address = os.environ.get(ADDRESS, "")
    if not address:
        return ""
    body = json.dumps(values, sort_keys=True).encode()
    headers = {"Content-Type": "application/json", "User-Agent": "bessemer"}
    if secret := os.environ.get(SECRET, ""):
        headers[SIGNATURE] = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    trouble = ""
    for pause in pauses:
        time.sleep(pause)
        trouble, again = _send(address, body, headers)
        if not again:
            break
    if not trouble:
        return ""
    return f"the address in {ADDRESS}: found {trouble}; expected one that takes the alarm. Nobody was told of it there."


def _send(address: str, body: bytes, headers: Mapping[str, str]) -> tuple[str, bool]:
    """Return what went wrong, if anything did, and whether another attempt may help."""
    try:
        # what was signed for one address goes to no other, and of the answer nothing but its status is read
        with requests.post(
            address, data=body, headers=headers, timeout=_SECONDS, allow_redirects=False, stream=True
        ) as answer:
            taken, again = answer.status_code < 300, answer.status_code >= 500 or answer.status_code == 429
            return ("" if taken else f"the answer {answer.status_code}"), again
    except ValueError:  # requests' errors of an address are that too
        return "no http:// or https:// address", False
    except requests.RequestException as error:  # its text holds the address
        return f"no answer ({type(error).__name__})", True
