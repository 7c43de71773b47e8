"""The packaged model's hash: of what was registered, and of nothing else."""

from pathlib import Path

import pytest

from components.contracts.package import package_files, package_sha256


@pytest.fixture
def package(tmp_path: Path) -> Path:
    (tmp_path / "code").mkdir()
    (tmp_path / "MLmodel").write_text("flavors: {}")
    (tmp_path / "code" / "classifier.py").write_text("answer = 42")
    return tmp_path


def test_what_mlflow_and_python_add_does_not_change_it(package: Path) -> None:
    before = package_sha256(package)
    (package / "registered_model_meta").write_text("model_name: sentiment")
    (package / "code" / "__pycache__").mkdir()
    (package / "code" / "__pycache__" / "classifier.cpython-311.pyc").write_bytes(b"bytecode")
    assert package_sha256(package) == before
    assert list(package_files(package)) == ["MLmodel", "code/classifier.py"]


@pytest.mark.parametrize("change", ["bytes", "name", "more"])
def test_a_change_of_any_file_changes_it(package: Path, change: str) -> None:
    before = package_sha256(package)
    file = package / "code" / "classifier.py"
    if change == "bytes":
        file.write_text("answer = 43")
    elif change == "name":
        file.rename(package / "code" / "other.py")
    else:
        (package / "python_model.pkl").write_bytes(b"\x80")
    assert package_sha256(package) != before
