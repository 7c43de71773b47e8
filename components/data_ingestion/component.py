"""The room as components of a pipeline."""

from kfp import dsl

from components.images import image


@dsl.component(base_image=image("data_ingestion"), install_kfp_package=False)
def resolve_data(settings: dict) -> str:
    """Look which bytes the data source holds today: their MD5, size and DVC revision, as JSON.

    Never cached, as a cache sees the source's name and not what lies behind it.

    Args:
        settings: The section data_ingestion of the preset.

    Returns:
        The source's identity, as JSON.

    """
    import json
    from dataclasses import asdict

    from components.contracts.settings import read_settings
    from components.contracts.step import step
    from components.data_ingestion.config import DataIngestionSettings
    from components.data_ingestion.resolve import resolve

    with step("data_ingestion", "source", tracked=False):
        config = read_settings(DataIngestionSettings, settings, "data_ingestion")
        return json.dumps(asdict(resolve(config)))


@dsl.component(base_image=image("data_ingestion"), install_kfp_package=False)
def ingest_data(
    source: str, settings: dict, code: str, dataset: dsl.Output[dsl.Dataset], metrics: dsl.Output[dsl.Metrics]
) -> None:
    """Read the data source, check its rows and write them as one Parquet file per split.

    Args:
        source: The identity of the source's bytes, from resolve_data.
        settings: The section data_ingestion of the preset.
        code: A fingerprint of this step's code; it is here for the cache alone.
        dataset: A folder with train.parquet, validation.parquet, test.parquet and dataset.json.
        metrics: How many labels and rows there are, and how many rows were left out.

    """
    import json
    from pathlib import Path

    from components.contracts.dataset import DataSource
    from components.contracts.metrics import write_metrics
    from components.contracts.settings import read_settings
    from components.contracts.step import step
    from components.data_ingestion.config import DataIngestionSettings
    from components.data_ingestion.ingest import counts_of, ingest

    with step("data_ingestion") as run:
        config = read_settings(DataIngestionSettings, settings, "data_ingestion")
        written = ingest(DataSource(**json.loads(source)), config, Path(dataset.path), run)
        dataset.metadata["content_sha256"] = written.content_sha256
        write_metrics(metrics, counts_of(written))
