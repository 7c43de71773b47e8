import re
import shutil
import subprocess
from pathlib import Path

import pytest

from pipelines import fingerprint as module
from pipelines.fingerprint import code_revision, fingerprint, libraries

AS_SOMEBODY = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.com"]


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the rooms that a test may edit."""
    copy = tmp_path / "components"
    shutil.copytree(module.COMPONENTS, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(module, "COMPONENTS", copy)
    return copy


def test_it_is_the_same_twice_and_differs_between_rooms() -> None:
    assert fingerprint("evaluation") == fingerprint("evaluation")
    assert fingerprint("evaluation") != fingerprint("selection")


def test_it_does_not_depend_on_where_the_code_lies(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there = fingerprint("selection")
    monkeypatch.undo()
    assert fingerprint("selection") == there


def test_editing_a_room_changes_that_room_alone(copied: Path) -> None:
    before = {room: fingerprint(room) for room in ("evaluation", "selection")}
    path = copied / "selection" / "config.py"
    path.write_text(path.read_text() + "\n# edited\n")
    assert fingerprint("selection") != before["selection"]
    assert fingerprint("evaluation") == before["evaluation"]


def test_editing_a_contract_changes_every_room(copied: Path) -> None:
    before = fingerprint("selection")
    (copied / "contracts" / "new.py").write_text('"""New."""\n')
    assert fingerprint("selection") != before


def test_a_rooms_readme_changes_nothing(copied: Path) -> None:
    before = fingerprint("selection")
    (copied / "selection" / "README.md").write_text("edited")
    assert fingerprint("selection") == before


def test_another_version_of_a_library_changes_the_rooms_that_need_it(monkeypatch: pytest.MonkeyPatch) -> None:
    before = {room: fingerprint(room) for room in ("fine_tuning", "selection")}
    real = module._installed_version
    monkeypatch.setattr(module, "_installed_version", lambda name: "99" if name == "torch" else real(name))
    assert fingerprint("fine_tuning") != before["fine_tuning"]
    assert fingerprint("selection") == before["selection"]


def test_libraries_are_those_of_every_room_and_of_the_rooms_own_extra() -> None:
    assert {"mlflow-skinny", "pyarrow", "torch", "accelerate"} <= set(libraries("fine_tuning"))
    assert "torch" not in libraries("registration")
    assert "pytest" not in libraries("fine_tuning")


@pytest.fixture
def checkout(copied: Path) -> Path:
    """The copy as a git checkout of one commit."""
    for command in (["init", "-q"], ["add", "."], [*AS_SOMEBODY, "commit", "-qm", "all of it"]):
        subprocess.run(["git", *command], cwd=copied.parent, check=True)
    return copied


def test_code_revision_is_a_commit(checkout: Path) -> None:
    assert re.fullmatch("[0-9a-f]{40}", code_revision())


def test_a_change_and_code_that_git_lacks_are_named(checkout: Path) -> None:
    clean = code_revision()
    (checkout / "README.md").write_text("new")
    assert code_revision() == f"{clean}-dirty"
    (checkout / "README.md").unlink()
    (checkout.parent / "notes.txt").write_text("no code")
    assert code_revision() == clean
    config = checkout / "selection" / "config.py"
    config.write_text(config.read_text() + "\n# edited\n")
    assert code_revision() == f"{clean}-dirty"


def test_outside_a_checkout_the_image_says_it(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BESSEMER_GIT_REVISION", "abc")
    assert code_revision() == "abc"
