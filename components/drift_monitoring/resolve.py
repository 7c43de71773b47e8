"""Find out which version and which bytes a monitoring is about today."""

from pathlib import Path
from tempfile import TemporaryDirectory

from components.contracts.folders import sha256_of
from components.contracts.tracking import named_server
from components.drift_monitoring.registered import find_version
from components.drift_monitoring.source import fetch_file
from components.drift_monitoring.subject import Subject


def resolve(name: str, version: str, texts: str) -> Subject:
    """Look which version and which bytes are meant today: an alias moves, and a file is written anew.

    Args:
        name: the registered model's.
        version: its number; without one the champion is meant, else the challenger.
        texts: a path of this machine, or `s3://bucket/key`.

    Raises:
        BadInput: there is no such version, or no such file.
        Unavailable: a server does not answer.

    """
    found = find_version(named_server(), name, version)
    with TemporaryDirectory(prefix="bessemer-") as scratch:
        sha256 = sha256_of(fetch_file(texts, Path(scratch)))
    return Subject(name, found.number, found.run_id, found.candidate_sha256, texts, sha256)
