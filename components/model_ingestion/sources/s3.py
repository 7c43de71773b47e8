"""Models below a prefix of an S3 bucket; boto3 finds the credentials, the region and AWS_ENDPOINT_URL by itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, PartialCredentialsError

from components.contracts.events import Progress
from components.contracts.faults import BadInput, Fault, Unavailable
from components.contracts.folders import sha256_of_mapping
from components.model_ingestion.config import ModelIngestionSettings
from components.model_ingestion.sources.wanted import wanted

_ANSWERS = {
    "NoSuchBucket": ("no such bucket", "a bucket that exists", "Correct its name, or AWS_ENDPOINT_URL."),
    "NoSuchKey": ("an object that has just gone", "the object that was listed", "Run again."),
    "AccessDenied": ("access denied", "a key that may read it", "Give AWS_ACCESS_KEY_ID the right to list and read."),
    "InvalidAccessKeyId": ("an unknown access key", "a known one", "Correct AWS_ACCESS_KEY_ID."),
    "SignatureDoesNotMatch": ("a wrong secret", "the key's own", "Correct AWS_SECRET_ACCESS_KEY."),
}
_NO_CREDENTIALS = "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile or role that boto3 knows."


def look_up(settings: ModelIngestionSettings) -> str:
    """Return a hash of the wanted objects' names, sizes and ETags; nothing is downloaded for it."""
    with _answering(settings.source):
        objects = _objects(_client(), settings.source)
    return sha256_of_mapping({name: [objects[name]["ETag"], objects[name]["Size"]] for name in wanted(objects)})


def fetch(settings: ModelIngestionSettings, revision: str, folder: Path) -> list[str]:
    """Download the wanted objects into `folder`, and return the names of all below the prefix.

    Raises:
        BadInput: what lies there is not what `revision` names any more, or may not be read.
        Unavailable: the server does not answer.

    """
    bucket, prefix = _split(settings.source)
    with _answering(settings.source):
        client = _client()
        objects = _objects(client, settings.source)
        names = wanted(objects)
        progress = Progress("bytes", sum(objects[name]["Size"] for name in names))
        for name in names:
            client.download_file(bucket, prefix + name, str(folder / name), Callback=progress.advance)
    now = look_up(settings)
    if now != revision:
        way_out = "It was changed while the pipeline ran: run again."
        raise BadInput(Fault(settings.source, f"content {now[:12]}", f"content {revision[:12]}", way_out))
    return sorted(objects)


def _client() -> Any:
    return boto3.Session().client(
        "s3", config=Config(connect_timeout=10, read_timeout=60, retries={"total_max_attempts": 4})
    )


def _split(source: str) -> tuple[str, str]:
    bucket, _, prefix = source.removeprefix("s3://").partition("/")
    return bucket, f"{prefix.rstrip('/')}/" if prefix.strip("/") else ""


def _objects(client: Any, source: str) -> dict[str, dict[str, Any]]:
    """Return the objects directly below the prefix by their names.

    Raises:
        BadInput: there are none.

    """
    bucket, prefix = _split(source)
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix, Delimiter="/")
    objects = {entry["Key"].removeprefix(prefix): entry for page in pages for entry in page.get("Contents", [])}
    objects.pop("", None)
    if not objects:
        expected = "config.json, model.safetensors and tokenizer.json there"
        raise BadInput(Fault(source, "no objects below that prefix", expected, "Correct the prefix."))
    return objects


@contextmanager
def _answering(source: str) -> Iterator[None]:
    """Turn boto3's errors into sentences."""
    try:
        yield
    except (NoCredentialsError, PartialCredentialsError) as error:
        raise BadInput(Fault(source, f"no credentials ({error})", "credentials for S3", _NO_CREDENTIALS)) from None
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in _ANSWERS:
            raise BadInput(Fault(source, *_ANSWERS[code])) from None
        found = f"the answer {code}: {error.response['Error'].get('Message', '')}"
        raise Unavailable(Fault(source, found, "the model's files", "Try again later.")) from None
    except BotoCoreError as error:
        way_out = "Check the network and AWS_ENDPOINT_URL, then run again."
        raise Unavailable(Fault(source, str(error), "an S3 server that answers", way_out)) from None
