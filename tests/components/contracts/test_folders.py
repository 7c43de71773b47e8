"""Folders that are whole or absent, and manifests that are what they say."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.contracts.faults import BadInput, Unwritable
from components.contracts.folders import (
    check_files,
    read_manifest,
    sha256_of,
    sha256_of_files,
    sha256_of_mapping,
    whole_folder,
    write_manifest,
    write_text_whole,
)


@dataclass(frozen=True)
class Note:
    FILE: ClassVar[str] = "note.json"

    text: str
    numbers: dict[str, float] = field(default_factory=dict)


def everything_in(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


# whole_folder


def test_a_folder_appears_when_it_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "out"
    with whole_folder(target) as folder:
        (folder / "a.txt").write_text("a")
        assert not target.exists()
    assert everything_in(tmp_path) == ["deep", "deep/out", "deep/out/a.txt"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_a_block_that_breaks_off_leaves_nothing(error: type[BaseException], tmp_path: Path) -> None:
    with pytest.raises(error):
        fill_and_break_off(tmp_path / "out", error)
    assert everything_in(tmp_path) == []


def fill_and_break_off(target: Path, error: type[BaseException]) -> None:
    with whole_folder(target) as folder:
        (folder / "a.txt").write_text("a")
        raise error


def test_a_block_that_breaks_off_leaves_what_was_there(tmp_path: Path) -> None:
    fill(tmp_path / "out", "old")
    with pytest.raises(KeyError):
        fill_and_break_off(tmp_path / "out", KeyError)
    assert everything_in(tmp_path) == ["out", "out/old.txt"]


def fill(target: Path, name: str) -> None:
    with whole_folder(target) as folder:
        (folder / f"{name}.txt").write_text(name)


def test_what_was_there_is_replaced_whatever_it_was(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "kept.txt").write_text("kept")
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    fill(tmp_path / "folder", "old")
    for name in ("file", "link", "folder"):
        fill(tmp_path / name, "new")
    assert everything_in(tmp_path) == [
        "elsewhere",
        "elsewhere/kept.txt",
        "file",
        "file/new.txt",
        "folder",
        "folder/new.txt",
        "link",
        "link/new.txt",
    ]


KILLED = """
import os, signal, sys
from pathlib import Path
from components.contracts.folders import whole_folder
with whole_folder(Path(sys.argv[1])) as folder:
    (folder / "half.txt").write_text("half")
    os.kill(os.getpid(), int(sys.argv[2]))
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_block_leaves_nothing_that_a_reader_takes_for_whole(number: signal.Signals, tmp_path: Path) -> None:
    target = tmp_path / "out"
    killed = subprocess.run([sys.executable, "-c", KILLED, str(target), str(int(number))])
    assert killed.returncode == -number
    assert not target.exists()
    assert everything_in(tmp_path) == [".out.partial", ".out.partial/half.txt"]
    fill(target, "whole")
    assert everything_in(tmp_path) == ["out", "out/whole.txt"]


def test_an_interrupt_clears_up(tmp_path: Path) -> None:
    line = [sys.executable, "-c", KILLED, str(tmp_path / "out"), str(int(signal.SIGINT))]
    interrupted = subprocess.run(line, capture_output=True)
    assert interrupted.returncode == -signal.SIGINT
    assert everything_in(tmp_path) == []


def test_a_full_disk_is_a_sentence_and_leaves_what_was_there(small_disk: Path) -> None:
    fill(small_disk / "out", "old")
    with (
        pytest.raises(Unwritable, match=r"out: found no space left on the device; expected .* Free space there"),
        whole_folder(small_disk / "out") as folder,
    ):
        (folder / "big.bin").write_bytes(os.urandom(2**21))
    assert everything_in(small_disk) == ["out", "out/old.txt"]


def test_a_parent_that_is_read_only_is_a_sentence(read_only_disk: Path) -> None:
    with pytest.raises(Unwritable, match="found a read-only file system"):
        fill(read_only_disk / "out", "new")
    assert everything_in(read_only_disk) == ["old"]


def test_a_parent_that_is_a_file_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unwritable, match="found a file where a folder has to be"):
        fill(tmp_path / "file" / "out", "new")


@pytest.mark.skipif(os.geteuid() == 0 and not Path("/usr/bin/setpriv").exists(), reason="root may write everywhere")
def test_a_parent_without_permission_is_a_sentence(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    script = (
        "import os, sys; from pathlib import Path; from components.contracts.folders import whole_folder\n"
        "os.setuid(65534) if os.geteuid() == 0 else None\n"
        "whole_folder(Path(sys.argv[1])).__enter__()"
    )
    for folder in (tmp_path.parent.parent, tmp_path.parent):
        folder.chmod(0o755)
    refused = subprocess.run([sys.executable, "-c", script, str(tmp_path / "out")], capture_output=True, text=True)
    assert "Unwritable" in refused.stderr
    assert "no permission to write" in refused.stderr


# text and manifests


def test_a_text_is_replaced_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "note.txt"
    for text in ("old", "new"):
        write_text_whole(path, text)
    assert path.read_text() == "new"
    assert everything_in(tmp_path) == ["deep", "deep/note.txt"]


def test_a_text_on_a_full_disk_leaves_the_old_one(small_disk: Path) -> None:
    write_text_whole(small_disk / "note.txt", "old")
    with pytest.raises(Unwritable, match=r"note\.txt: found no space left"):
        write_text_whole(small_disk / "note.txt", "new" * 2**20)
    assert (small_disk / "note.txt").read_text() == "old"


@given(st.text(), st.dictionaries(st.text(), st.floats(allow_nan=False)))
def test_a_manifest_reads_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, text: str, numbers: dict[str, float]
) -> None:
    folder = tmp_path_factory.getbasetemp() / "note"
    note = Note(text, numbers)
    write_manifest(folder, note)
    first = (folder / "note.json").read_bytes()
    assert read_manifest(folder, Note) == note
    write_manifest(folder, read_manifest(folder, Note))
    assert (folder / "note.json").read_bytes() == first


def test_a_manifest_keeps_the_words_readable(tmp_path: Path) -> None:
    write_manifest(tmp_path, Note("größer als 🎬"))
    assert "größer als 🎬" in (tmp_path / "note.json").read_text(encoding="utf-8")


def test_a_folder_without_a_manifest_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "odd" / "note.json").mkdir(parents=True)
    for folder in (tmp_path, tmp_path / "file", tmp_path / "nowhere", tmp_path / "odd"):
        with pytest.raises(BadInput, match=r"found no note\.json; expected a folder that holds a Note") as refusal:
            read_manifest(folder, Note)
        assert refusal.value.faults[0].thing == str(folder)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe{}", b'{"text": "caf\xe9"}', b"[]", b"null"])
def test_a_manifest_that_is_no_object_of_json_is_a_sentence(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "note.json").write_bytes(content)
    with pytest.raises(BadInput, match=r"note\.json: Note: found .* make it anew"):
        read_manifest(tmp_path, Note)


def test_every_faulty_value_of_a_manifest_is_named(tmp_path: Path) -> None:
    (tmp_path / "note.json").write_text(json.dumps({"text": 3, "numbers": {"a": "much" * 100, "b": 1}}))
    with pytest.raises(BadInput) as refusal:
        read_manifest(tmp_path, Note)
    assert [fault.thing for fault in refusal.value.faults] == ["text", "numbers.a"]
    assert all(fault.where == str(tmp_path / "note.json") for fault in refusal.value.faults)
    assert all(len(fault.found) <= 80 for fault in refusal.value.faults)


# hashes


def test_hashes_name_content_and_place(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "two.txt").write_bytes(b"two")
    (tmp_path / "a.txt").write_bytes(b"")
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert sha256_of(tmp_path / "a.txt") == empty
    assert list(sha256_of_files(tmp_path)) == ["a.txt", "b/two.txt"]


@given(st.dictionaries(st.text(), st.integers() | st.text()))
def test_a_mappings_hash_does_not_see_the_order(values: dict[str, object]) -> None:
    turned = dict(reversed(values.items()))
    assert sha256_of_mapping(values) == sha256_of_mapping(turned)
    assert sha256_of_mapping({**values, "another": "key"}) != sha256_of_mapping({**values, "another": "word"})


def test_every_missing_or_changed_file_is_named(tmp_path: Path) -> None:
    for name in ("same", "changed", "missing", "folder"):
        (tmp_path / name).write_text(name)
    promised = sha256_of_files(tmp_path)
    check_files(tmp_path, promised)
    (tmp_path / "changed").write_text("other")
    (tmp_path / "missing").unlink()
    (tmp_path / "folder").unlink()
    (tmp_path / "folder").mkdir()
    with pytest.raises(BadInput) as refusal:
        check_files(tmp_path, promised)
    assert [Path(fault.thing).name for fault in refusal.value.faults] == ["changed", "folder", "missing"]
    assert [fault.found for fault in refusal.value.faults][1:] == ["no file", "no file"]
    assert "run the step that makes it again" in str(refusal.value)
