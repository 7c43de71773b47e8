"""The packaged model: what MLflow keeps of a registered version and serves, and how it is told to be the same."""

from pathlib import Path

from components.contracts.folders import sha256_of_files, sha256_of_mapping

CANDIDATE_FOLDER = "artifacts/candidate"
"""Where the measured candidate lies in it."""
PACKAGE_TAG = "model_sha256"
"""The tag of a version that holds `package_sha256` of what was registered."""
_WRITTEN_BY_MLFLOW = "registered_model_meta"
_WRITTEN_BY_PYTHON = "__pycache__"


def package_files(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each file that was registered, keyed by its relative POSIX path.

    Left out is what MLflow adds when it hands a model out, and the bytecode that Python adds when it loads one.
    """
    return {
        path: sha256
        for path, sha256 in sha256_of_files(folder).items()
        if path != _WRITTEN_BY_MLFLOW and _WRITTEN_BY_PYTHON not in path.split("/")
    }


def package_sha256(folder: Path) -> str:
    """Return one hash over the names and the bytes of `package_files`."""
    return sha256_of_mapping(package_files(folder))
