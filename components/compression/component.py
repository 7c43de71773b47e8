"""The KFP shell of compression."""

from kfp import dsl

from components.images import image


@dsl.component(base_image=image("compression"), install_kfp_package=False)
def compress_model(
    tuned: dsl.Input[dsl.Model],
    dataset: dsl.Input[dsl.Dataset],
    recipe: str,
    settings: dict,
    code: str,
    candidate: dsl.Output[dsl.Model],
    metrics: dsl.Output[dsl.Metrics],
) -> None:
    """Make one compressed candidate of the tuned model, checked against the tuned model's own answers.

    Args:
        tuned: the fine-tuned model.
        dataset: the data set; rows of its validation split check and calibrate the candidate.
        recipe: how to compress: baseline, onnx-fp32 or int8-dynamic.
        settings: the bounds on what compression may do to the model.
        code: the fingerprint of this step's code, so that an edit makes the candidate anew; not used otherwise.
        candidate: model.onnx, tokenizer.json, and candidate.json with what was done, tried and checked.
        metrics: its size, and how far its answers are from torch's.

    """
    from pathlib import Path

    from components.compression.compress import compress, metrics_of
    from components.compression.config import CompressionSettings
    from components.contracts.metrics import write_metrics
    from components.contracts.settings import read_settings
    from components.contracts.step import step

    with step("compression", recipe) as run:
        config = read_settings(CompressionSettings, settings, "compression")
        made = compress(Path(tuned.path), Path(dataset.path), recipe, config, Path(candidate.path), run)
        candidate.metadata.update(recipe=recipe, applied=made.applied, runtime=made.runtime)
        write_metrics(metrics, metrics_of(made, Path(candidate.path)))
