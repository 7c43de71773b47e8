from importlib.metadata import version
from pathlib import Path

from components.contracts.made_with import made_with, processor


def test_it_names_the_processor_and_each_library() -> None:
    assert made_with("pyarrow", "pydantic") == {
        "processor": processor(),
        "pyarrow": version("pyarrow"),
        "pydantic": version("pydantic"),
    }


def test_a_system_without_cpuinfo_has_a_name_too(tmp_path: Path) -> None:
    assert processor(tmp_path / "cpuinfo")
    (tmp_path / "cpuinfo").write_text("processor : 0\nmodel name\t: Some Processor 9000\n")
    assert processor(tmp_path / "cpuinfo") == "Some Processor 9000"
