"""Objects in S3 and in what speaks its protocol; boto3 finds the credentials and AWS_ENDPOINT_URL by itself."""

import io
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, PartialCredentialsError

from components.contracts.address import without_password
from components.contracts.faults import BadInput, Fault, Unavailable
from components.data_ingestion.nearest import did_you_mean, listed
from components.data_ingestion.source import SourceFile

_MD5 = re.compile(r'"?([0-9a-f]{32})"?')
_KEYS_LOOKED_AT_FOR_A_HINT = 200


def files_at(uri: str) -> tuple[tuple[SourceFile, ...], bool]:
    """Return the object at `uri`, or every object below it, sorted by name; and whether it is a folder.

    Raises:
        BadInput: no such bucket or key, or no permission.
        Unavailable: the server does not answer.

    """
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    client = _client()
    with _answering(uri):
        if key and not key.endswith("/"):
            head = _head(client, bucket, key)
            if head:
                name = key.rpartition("/")[2]
                return (_file(client, uri, bucket, key, name, head),), False
        below = _files_below(client, uri, bucket, key.rstrip("/"))
        if below:
            return below, True
        raise BadInput(_missing(client, uri, bucket, key))


def _client() -> Any:
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    # a server of one's own seldom has a host name for each bucket
    style = {"addressing_style": "path"} if endpoint else {}
    config = Config(s3=style, connect_timeout=10, read_timeout=60, retries={"mode": "standard"})
    return boto3.Session().client("s3", config=config)


def _head(client: Any, bucket: str, key: str) -> dict[str, Any] | None:
    try:
        head: dict[str, Any] = client.head_object(Bucket=bucket, Key=key)
        return head
    except ClientError as error:
        if error.response["Error"]["Code"] in ("404", "NoSuchKey"):
            return None
        raise


def _files_below(client: Any, uri: str, bucket: str, folder: str) -> tuple[SourceFile, ...]:
    prefix = f"{folder}/" if folder else ""
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    found = {item["Key"].removeprefix(prefix): item["Key"] for page in pages for item in page.get("Contents", ())}
    names = sorted(name for name in found if name and not name.endswith("/"))
    heads = ((name, found[name], client.head_object(Bucket=bucket, Key=found[name])) for name in names)
    return tuple(_file(client, uri, bucket, key, name, head) for name, key, head in heads)


def _file(client: Any, uri: str, bucket: str, key: str, name: str, head: dict[str, Any]) -> SourceFile:
    def open_object() -> BinaryIO:
        with _answering(uri):
            return io.BufferedReader(_Object(uri, client.get_object(Bucket=bucket, Key=key)["Body"]), 1 << 20)

    # the ETag of an object that came in parts, or is encrypted with a key of its own, is not the MD5 of its bytes
    etag = _MD5.fullmatch(head["ETag"]) if head.get("ServerSideEncryption", "AES256") == "AES256" else None
    return SourceFile(name, head["ContentLength"], open_object, etag[1] if etag else "")


class _Object(io.RawIOBase):
    """The bytes of an object, with the network's failures as sentences."""

    def __init__(self, uri: str, body: Any) -> None:
        self._uri = uri
        self._body = body

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        with _answering(self._uri):
            chunk: bytes = self._body.read(len(buffer))
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def close(self) -> None:
        self._body.close()
        super().close()


@contextmanager
def _answering(uri: str) -> Iterator[None]:
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or "AWS"
    server = f"the S3 server {without_password(endpoint)}"
    try:
        yield
    except (NoCredentialsError, PartialCredentialsError):
        way_out = "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE."
        raise BadInput(Fault(uri, f"no credentials for {server}", "credentials", way_out)) from None
    except ClientError as error:
        raise _refused(error, uri, server) from None
    except (BotoCoreError, OSError) as error:
        # the library's own text may quote a request; its type says enough
        found = f"no answer from {server} ({type(error).__name__})"
        way_out = "Start it or correct AWS_ENDPOINT_URL, then run again."
        raise Unavailable(Fault(uri, found, "an answer", way_out)) from None


def _refused(error: ClientError, uri: str, server: str) -> BadInput | Unavailable:
    code = error.response["Error"]["Code"]
    bucket = uri.removeprefix("s3://").partition("/")[0]
    if code == "NoSuchBucket":
        return BadInput(Fault(uri, f"no bucket {bucket} at {server}", "a bucket that exists"))
    if error.response["ResponseMetadata"]["HTTPStatusCode"] in (400, 401, 403):
        way_out = "Look at AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and what they may read."
        return BadInput(Fault(uri, f"a refusal of {server} ({code})", "permission to read", way_out))
    return Unavailable(Fault(uri, f"an error of {server} ({code})", "the object", "Run again later."))


def _missing(client: Any, uri: str, bucket: str, key: str) -> Fault:
    folder = key.rstrip("/").rpartition("/")[0]
    prefix = f"{folder}/" if folder else ""
    page = client.list_objects_v2(Bucket=bucket, Prefix=prefix, MaxKeys=_KEYS_LOOKED_AT_FOR_A_HINT)
    keys = [item["Key"] for item in page.get("Contents", ())]
    there = f"There is {listed(keys)}." if keys else f"Nothing lies below s3://{bucket}/{prefix}."
    return Fault(uri, "no such key", "a key or a prefix that exists", f"{did_you_mean(key, keys)} {there}".strip())
