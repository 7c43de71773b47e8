"""The KFP shells of model ingestion."""

from kfp import dsl

from components.images import image


@dsl.component(base_image=image("model_ingestion"), install_kfp_package=False)
def resolve_model(settings: dict) -> str:
    """Look up which revision of the pretrained model the source means now.

    Args:
        settings: where the model lies.

    Returns:
        The hub's commit, the registry's version, or a hash of the content.

    """
    from components.contracts.settings import read_settings
    from components.contracts.step import step
    from components.model_ingestion.config import ModelIngestionSettings
    from components.model_ingestion.resolve import resolve

    with step("model_ingestion", "model revision", tracked=False):
        return resolve(read_settings(ModelIngestionSettings, settings, "model_ingestion"))


@dsl.component(base_image=image("model_ingestion"), install_kfp_package=False)
def ingest_model(
    revision: str, settings: dict, code: str, base: dsl.Output[dsl.Model], metrics: dsl.Output[dsl.Metrics]
) -> None:
    """Bring the pretrained model here, once its weights and its tokenizer are whole and fit each other.

    Args:
        revision: which one, as it was looked up.
        settings: where the model lies.
        code: a fingerprint of this step's code, seen by the cache alone.
        base: the model's configuration, safetensors and tokenizer.
        metrics: how many parameters it has, and how many tokens it can read.

    """
    from pathlib import Path

    from components.contracts.metrics import write_metrics
    from components.contracts.settings import read_settings
    from components.contracts.step import step
    from components.model_ingestion.config import ModelIngestionSettings
    from components.model_ingestion.ingest import ingest

    with step("model_ingestion") as run:
        config = read_settings(ModelIngestionSettings, settings, "model_ingestion")
        model = ingest(revision, config, Path(base.path), run)
        base.metadata.update({"source": model.source, "revision": model.revision})
        write_metrics(metrics, {"parameters": model.parameters, "max_positions": model.max_positions})
