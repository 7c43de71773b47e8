"""The KFP shell of fine-tuning."""

from kfp import dsl

from components.images import image


@dsl.component(base_image=image("fine_tuning"), install_kfp_package=False)
def fine_tune(
    dataset: dsl.Input[dsl.Dataset],
    base: dsl.Input[dsl.Model],
    validation: dsl.Input[dsl.Artifact],
    settings: dict,
    code: str,
    tuned: dsl.Output[dsl.Model],
    curve: dsl.Output[dsl.HTML],
    metrics: dsl.Output[dsl.Metrics],
) -> None:
    """Train the base model on the data set; a training that was killed goes on from its last checkpoint.

    Args:
        dataset: the rows, by split.
        base: the pretrained model.
        validation: the proof that this data set was judged fit for training.
        settings: how the model is trained.
        code: a fingerprint of this step's code, so that an edit trains anew, and never from older code's checkpoint.
        tuned: the fine-tuned model with its tokenizer.
        curve: the training curve.
        metrics: what the kept weights reach on the validation split, and how fast training was.

    """
    from pathlib import Path

    from components.contracts.metrics import write_metrics
    from components.contracts.settings import read_settings
    from components.contracts.step import step
    from components.fine_tuning.config import FineTuningSettings

    with step("fine_tuning") as run:
        config = read_settings(FineTuningSettings, settings, "fine_tuning")
        from components.fine_tuning.tune import tune

        inputs = Path(dataset.path), Path(base.path), Path(validation.path)
        model = tune(*inputs, config, Path(tuned.path), Path(curve.path), run, code=code)
        tuned.metadata.update({"steps": model.steps, "precision": model.precision, **model.validation})
        write_metrics(metrics, {**model.validation, "training_seconds": model.training_seconds})
