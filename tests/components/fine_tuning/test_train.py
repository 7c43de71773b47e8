from dataclasses import replace
from pathlib import Path

import pytest
import torch
from accelerate import Accelerator

from components.contracts.tracking import StepRun
from components.fine_tuning.config import FineTuningSettings
from components.fine_tuning.history import History
from components.fine_tuning.tasks.task import Example
from components.fine_tuning.tasks.text_classification import TEXT_CLASSIFICATION, build
from components.fine_tuning.train import Step, Training, evaluation_places
from tests.components.fine_tuning.conftest import QUICK

SHORT = Example([101, 2204, 102], 0)
LONG = Example([101, *[2143] * 30, 102], 1)


@pytest.mark.parametrize(
    ("batches", "evaluations", "places"),
    [(10, 2, {5, 10}), (9, 2, {5, 9}), (3, 5, {1, 2, 3}), (1, 1, {1}), (7, 3, {3, 5, 7})],
)
def test_evaluations_are_spread_and_end_the_epoch(batches: int, evaluations: int, places: set[int]) -> None:
    assert evaluation_places(batches, evaluations) == places


def training_of(
    base: Path, examples: list[Example], accelerator: Accelerator, settings: FineTuningSettings = QUICK
) -> Training:
    torch.manual_seed(0)
    model = build(base, ["fresh", "rotten"], pad_id=0)
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    return Training(TEXT_CLASSIFICATION, model, examples, examples, settings, accelerator, History(StepRun()))


def gradient_of(training: Training, batches: list[list[int]], monkeypatch: pytest.MonkeyPatch) -> torch.Tensor:
    """Return the gradient of the new layer's weights, summed over steps that change nothing."""
    monkeypatch.setattr(training.optimizer, "step", lambda: None)
    monkeypatch.setattr(training.optimizer, "zero_grad", lambda set_to_none: None)
    monkeypatch.setattr(training.accelerator, "clip_grad_norm_", lambda parameters, norm: torch.tensor(0.0))
    mean_rows = len(training.examples) / len(batches)
    for rows in batches:
        training._train_on(Step(rows, mean_rows, False))
    return training.model.classifier.weight.grad.clone()


def test_a_row_weighs_the_same_whatever_company_its_batch_has(
    base_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    examples = [SHORT, SHORT, SHORT, LONG]
    accelerator = Accelerator()
    uneven = gradient_of(training_of(base_folder, examples, accelerator), [[0, 1, 2], [3]], monkeypatch)
    even = gradient_of(training_of(base_folder, examples, accelerator), [[0, 3], [1, 2]], monkeypatch)
    assert torch.allclose(uneven, even, rtol=1e-3, atol=1e-6)


def test_measuring_leaves_no_trace(base_folder: Path) -> None:
    training = training_of(base_folder, [SHORT, LONG] * 5, Accelerator())
    before = {name: value.clone() for name, value in training.model.state_dict().items()}
    random = torch.get_rng_state()
    first, second = training.measure(training.held_out), training.measure(training.held_out)
    assert first == second
    assert set(first) == {"loss", "accuracy", "macro_f1"}
    assert torch.equal(random, torch.get_rng_state())
    assert all(torch.equal(before[name], value) for name, value in training.model.state_dict().items())


def test_biases_and_normalisations_do_not_decay_and_the_head_has_a_step_size_of_its_own(base_folder: Path) -> None:
    settings = replace(QUICK, head_learning_rate_factor=5.0)
    training = training_of(base_folder, [SHORT, LONG] * 5, Accelerator(), settings)
    names = {id(parameter): name for name, parameter in training.model.named_parameters()}
    assert sorted(names) == sorted(id(each) for group in training.optimizer.param_groups for each in group["params"])
    for group in training.optimizer.param_groups:
        assert {each.ndim > 1 for each in group["params"]} == {group["weight_decay"] == QUICK.weight_decay}
        in_head = {names[id(each)].startswith(("classifier.", "bert.pooler.")) for each in group["params"]}
        assert in_head == {group["factor"] == 5.0}
    training._train_on(Step([0, 1], 2, False))
    rates = {group["factor"]: group["lr"] for group in training.optimizer.param_groups}
    assert rates[5.0] == pytest.approx(5 * rates[1.0])
    assert rates[1.0] > 0
