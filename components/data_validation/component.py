"""The KFP shell of data validation."""

from kfp import dsl

from components.images import image


@dsl.component(base_image=image("data_validation"), install_kfp_package=False)
def validate_data(
    dataset: dsl.Input[dsl.Dataset],
    base: dsl.Input[dsl.Model],
    settings: dict,
    code: str,
    validation: dsl.Output[dsl.Artifact],
    data_docs: dsl.Output[dsl.HTML],
    counts: dsl.Output[dsl.Metrics],
) -> None:
    """Judge the data set by Great Expectations; a hard expectation that fails ends the pipeline before training.

    Args:
        dataset: the rows, as Parquet per split.
        base: the pretrained model, whose tokenizer measures the texts.
        settings: each expectation's severity (hard, soft or off) and bounds.
        code: the fingerprint of this step's code, so that an edit judges anew; not used otherwise.
        validation: validation.json, with each finding and every number.
        data_docs: the Data Docs, with examples of rows; personal data in them is masked.
        counts: every number: rows, lengths, and how many rows break each expectation.

    """
    from pathlib import Path

    from components.contracts.metrics import write_metrics
    from components.contracts.settings import read_settings
    from components.contracts.step import step
    from components.data_validation.config import DataValidationSettings
    from components.data_validation.validate import validate

    with step("data_validation") as run:
        config = read_settings(DataValidationSettings, settings, "data_validation")
        found = validate(Path(dataset.path), Path(base.path), config, Path(validation.path), Path(data_docs.path), run)
        validation.metadata.update(dataset=found.dataset_sha256, warnings=found.counts["warnings"])
        write_metrics(counts, found.counts)
