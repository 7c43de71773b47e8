"""The file with the fresh texts: on this machine, or an object in S3 and in what speaks its protocol."""

from pathlib import Path

from components.contracts.address import without_password
from components.contracts.faults import BadInput, Fault, Unavailable


def fetch_file(texts: str, scratch: Path) -> Path:
    """Return a file of this machine with the batch's bytes; its name keeps its endings.

    Args:
        texts: a path of this machine, or `s3://bucket/key`; boto3 finds the credentials and AWS_ENDPOINT_URL by itself.
        scratch: a folder for what has to be fetched.

    Raises:
        BadInput: there is no such file, or it may not be read.
        Unavailable: the server does not answer.

    """
    if texts.startswith("s3://"):
        return _fetch_object(texts, scratch)
    if "://" in texts:
        raise BadInput(Fault("texts", without_password(texts), "a path or s3://bucket/key", "Download it first."))
    try:
        with Path(texts).open("rb"):
            return Path(texts)
    except OSError as error:
        found = error.strerror or type(error).__name__
        raise BadInput(Fault(texts, found, "a file with texts", f"It is looked for from {Path.cwd()}.")) from None


def _fetch_object(uri: str, scratch: Path) -> Path:
    import boto3  # slow to load, and only objects need it
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

    bucket, _, key = uri.removeprefix("s3://").partition("/")
    name = key.rpartition("/")[2]
    if not (bucket and name):
        raise BadInput(Fault("texts", uri, "s3://bucket/key"))
    file = scratch / name
    config = Config(connect_timeout=10, read_timeout=60, retries={"total_max_attempts": 4})
    try:
        boto3.Session().client("s3", config=config).download_file(bucket, key, str(file))
    except NoCredentialsError:
        way_out = "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE."
        raise BadInput(Fault(uri, "no credentials for S3", "credentials", way_out)) from None
    except ClientError as error:
        code, status = error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]
        if status < 500:
            way_out = "Correct the address, AWS_ENDPOINT_URL, or what the key may read."
            raise BadInput(Fault(uri, f"the answer {code}", "an object that may be read", way_out)) from None
        raise Unavailable(Fault(uri, f"the answer {code}", "the object", "Run again later.")) from None
    except BotoCoreError as error:  # its own text may quote a request; its type says enough
        found = f"no answer from the S3 server ({type(error).__name__})"
        raise Unavailable(Fault(uri, found, "an answer", "Start it or correct AWS_ENDPOINT_URL.")) from None
    return file
