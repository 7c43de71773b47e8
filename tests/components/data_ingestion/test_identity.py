"""Bytes are called what DVC calls them."""

from pathlib import Path

from dvc.repo import Repo

from components.data_ingestion.resolve import resolve
from tests.components.data_ingestion.sources import settings


def test_a_folder_is_called_what_dvc_calls_it(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    for name in ("b.csv", "a.csv", "sub/ä.csv", "sub/Z.csv", ".hidden"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    found = resolve(settings(folder))
    repo = Repo.init(str(tmp_path), no_scm=True)
    (stage,) = repo.add([str(folder)])
    assert found.md5 == stage.outs[0].hash_info.value
    assert found.size == stage.outs[0].meta.size
