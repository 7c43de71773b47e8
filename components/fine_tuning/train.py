"""The training loop: from the first step, or from a checkpoint, to the weights that are kept."""

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from accelerate import Accelerator
from torch import Tensor
from transformers import PreTrainedModel

from components.contracts.events import Progress
from components.contracts.faults import BadInput, Fault, Unavailable
from components.fine_tuning.batches import batches_in_order, token_budget_batches
from components.fine_tuning.checkpoints import load_checkpoint, save_checkpoint
from components.fine_tuning.config import FineTuningSettings
from components.fine_tuning.history import History
from components.fine_tuning.interrupts import Asked, held_back
from components.fine_tuning.processes import all_there, from_all, share_of, sum_over_all
from components.fine_tuning.schedule import learning_rate
from components.fine_tuning.tasks.task import Answers, Example, Task

_EVALUATION_BUDGET = 4
"""Batches are this many times larger where no gradients are kept."""


@dataclass
class Place:
    """How far a training has come. Everything here goes into the checkpoint."""

    epoch: int = 0
    batch: int = 0
    """The next batch of the epoch."""
    step: int = 0
    """Optimizer steps done."""
    samples: int = 0
    """Training samples seen."""
    seconds: float = 0.0
    """Wall time of the loop so far, summed over attempts."""
    step_seconds: float = 0.0
    """The part of it that went into optimizer steps."""
    highest: tuple[float, float] = (-math.inf, -math.inf)
    """The best evaluation so far: its score, and its loss with the sign turned."""
    evaluations_since_highest: int = 0


@dataclass(frozen=True)
class Kept:
    """The weights that the training ends with, and what they reach on the validation split."""

    step: int
    metrics: dict[str, float]
    weights: dict[str, Tensor]


class Step(NamedTuple):
    """What one optimizer step works on."""

    rows: list[int]
    mean_rows: float
    """Rows of a batch of this epoch, on the average."""
    evaluation_due: bool


class Training:
    """One training, with everything that changes while it runs."""

    def __init__(
        self,
        task: Task,
        model: PreTrainedModel,
        examples: Sequence[Example],
        held_out: Sequence[Example],
        settings: FineTuningSettings,
        accelerator: Accelerator,
        history: History,
    ) -> None:
        """Put the model on its device.

        Args:
            task: what is learnt.
            model: in fp32, with a `pad_token_id` in its config.
            examples: the training split.
            held_out: the validation split.
            settings: how it is trained.
            accelerator: the device, the arithmetic, and the processes that share the training.
            history: where numbers by step go.

        """
        self.task, self.examples, self.held_out, self.settings = task, examples, held_out, settings
        self.accelerator, self.history = accelerator, history
        self.lengths = [len(example.ids) for example in examples]
        optimizer = torch.optim.AdamW(_groups(model, settings), lr=settings.learning_rate, fused=True)
        self.pad_id: int = model.config.pad_token_id
        self.shared_model, self.optimizer = accelerator.prepare(model, optimizer)
        self.model: PreTrainedModel = accelerator.unwrap_model(self.shared_model)
        self.place = Place()
        self.kept: Kept | None = None
        self._smooth_loss: float | None = None

    def run(self, checkpoint: Path) -> Kept:
        """Train to the end, and leave the model with the kept weights.

        Raises:
            KeyboardInterrupt: it was asked to end; the checkpoint is written.
            Unavailable: the tracking server does not answer; the checkpoint is written. Or another process of the
                training is gone; the last checkpoint stays.
            Unwritable: the checkpoint cannot be written.

        """
        state = load_checkpoint(checkpoint)
        if state:
            self._restore(state)
        with held_back() as asked, all_there():
            self._see_that_all_begin_here(checkpoint)
            try:
                self._loop(checkpoint, asked)
                self.history.send()
            except Unavailable:
                self._save(checkpoint)
                raise
        assert self.kept  # every epoch ends with an evaluation
        self.model.load_state_dict(self.kept.weights)
        return self.kept

    def _see_that_all_begin_here(self, checkpoint: Path) -> None:
        """See that every process has found the same checkpoint, or none.

        Raises:
            Unavailable: some have not; they do not see the same folder.

        """
        begins = from_all([self.place.step])
        if len(set(begins)) > 1:
            found = f"those of steps {', '.join(map(str, begins))}, by process"
            way_out = "Put BESSEMER_CHECKPOINTS on a volume that all share; a log says which file cannot be read."
            raise Unavailable(Fault(str(checkpoint), found, "one checkpoint for all processes", way_out))

    def _loop(self, checkpoint: Path, asked: Asked) -> None:
        progress = Progress("samples", self.settings.epochs * len(self.examples))
        progress.advance(self.place.samples)
        saved_at = ended_at = time.monotonic()
        for step in self._steps_left():
            loss = self._train_on(step)
            if step.evaluation_due:
                self._evaluate()
            now = time.monotonic()
            self.place.seconds += now - ended_at
            ended_at = now
            progress.advance(len(step.rows), self._note(loss))
            (to_end,) = sum_over_all(self.accelerator, asked.to_end)
            if to_end or now - saved_at >= self.settings.checkpoint_seconds:
                self._save(checkpoint)
                saved_at = time.monotonic()
            if to_end:
                from_all([self.place.step])  # who ends first may take along one that still writes
                raise KeyboardInterrupt
            self.history.send_when_due()
        self._save(checkpoint)

    def _save(self, checkpoint: Path) -> None:
        if self.accelerator.is_main_process:
            save_checkpoint(checkpoint, self._state())

    def _steps_left(self) -> Iterator[Step]:
        """Yield the steps that are left, advancing the place, until the epochs or the patience are used up."""
        settings, place = self.settings, self.place
        while place.epoch < settings.epochs:
            batches = token_budget_batches(self.lengths, settings.tokens_per_batch, settings.seed, place.epoch)
            evaluated_after = evaluation_places(len(batches), settings.evaluations_per_epoch)
            while place.batch < len(batches):
                if settings.patience and place.evaluations_since_highest >= settings.patience:
                    return
                rows = batches[place.batch]
                place.batch += 1
                yield Step(rows, len(self.examples) / len(batches), place.batch in evaluated_after)
            place.epoch, place.batch = place.epoch + 1, 0

    def _train_on(self, step: Step) -> float:
        """Do one optimizer step, and return the mean loss of its rows.

        The gradient is that of the sum of the rows' losses over the *mean* number of rows a batch, not over this
        batch's own: so a long text, which shares its batch with few others, weighs no more than a short one. Processes
        that share a training divide the batch's rows, and come to the gradient that one alone would.

        Raises:
            BadInput: the loss or the gradients are no numbers any more.

        """
        started = time.monotonic()
        place, settings = self.place, self.settings
        seen = (place.samples + len(step.rows) / 2) / (settings.epochs * len(self.examples))
        rate = learning_rate(settings, seen)
        for group in self.optimizer.param_groups:
            group["lr"] = rate * group["factor"]
        total = self._losses_of_my_share(step.rows).sum()
        # the mean over the processes is what is made of their gradients
        self.accelerator.backward(total * self.accelerator.num_processes / step.mean_rows)
        clip = settings.gradient_clip or math.inf
        norm = float(self.accelerator.clip_grad_norm_(self.model.parameters(), clip))
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)

        place.step += 1
        place.samples += len(step.rows)
        (over_all,) = sum_over_all(self.accelerator, float(total.detach()))
        loss = over_all / len(step.rows)
        if not math.isfinite(loss + norm):
            raise BadInput(_diverged(place.step, loss, norm, settings.learning_rate))
        place.step_seconds += time.monotonic() - started
        self.history.add(place.step, {"loss": loss, "learning_rate": rate, "gradient_norm": norm})
        return loss

    def _losses_of_my_share(self, rows: Sequence[int]) -> Tensor:
        """Return the loss of each row of this process's share of a batch, with gradients.

        Each step has a random generator of its own, so that a checkpoint needs none. A process for which a batch has
        no row takes one for nothing: all have to take part in adding up.
        """
        self.shared_model.train()
        torch.manual_seed(seed_of(self.settings.seed, self.place.step, self.accelerator.process_index))
        mine = share_of(rows, self.accelerator)
        logits, target = self._answer(self.shared_model, [self.examples[row] for row in mine or rows[:1]])
        losses = self.task.losses(logits, target)
        return losses if mine else losses * 0

    def _evaluate(self) -> None:
        """Measure on the validation split, and keep the weights unless they are worse than the best by more than noise.

        The noise is one standard error of a share of so many rows. Within it the later weights are the better bet:
        they have seen more rows, and at a smaller step size.
        """
        metrics = self.measure(self.held_out)
        place, score = self.place, metrics[self.task.score]
        self.history.add(place.step, {f"validation_{name}": value for name, value in metrics.items()})
        place.evaluations_since_highest += 1
        if (score, -metrics["loss"]) > place.highest:
            place.highest = score, -metrics["loss"]
            place.evaluations_since_highest = 0
        if score >= place.highest[0] - standard_error(place.highest[0], len(self.held_out)):
            weights = {name: value.detach().cpu().clone() for name, value in self._weights().items()}
            self.kept = Kept(place.step, metrics, weights)

    def measure(self, examples: Sequence[Example]) -> dict[str, float]:
        """Return the task's metrics over `examples`, and their mean loss."""
        budget = self.settings.tokens_per_batch * _EVALUATION_BUDGET
        answers: list[Answers] = []
        loss = 0.0
        batches = batches_in_order([len(example.ids) for example in examples], budget)
        self.shared_model.eval()
        with torch.inference_mode():
            for rows in share_of(batches, self.accelerator):
                logits, target = self._answer(self.model, [examples[row] for row in rows])
                loss += float(self.task.losses(logits, target).sum())
                answers.append((logits.cpu(), target.cpu()))
        (loss,) = sum_over_all(self.accelerator, loss)
        return {"loss": loss / len(examples), **self.task.measure(from_all(answers))}

    def _answer(self, model: torch.nn.Module, examples: Sequence[Example]) -> Answers:
        collated = self.task.collate(examples, self.pad_id)
        batch = {name: value.to(self.accelerator.device) for name, value in collated.items()}
        target = batch.pop("target")
        return model(**batch).logits, target

    def _note(self, loss: float) -> str:
        self._smooth_loss = loss if self._smooth_loss is None else 0.95 * self._smooth_loss + 0.05 * loss
        score = f", {self.task.score} {self.kept.metrics[self.task.score]:.3f}" if self.kept else ""
        return f"loss {self._smooth_loss:.3f}{score}"

    def _weights(self) -> dict[str, Tensor]:
        weights: dict[str, Tensor] = self.model.state_dict()
        return weights

    def _state(self) -> dict[str, Any]:
        """Return everything that the next step depends on, as values that load without unpickling."""
        return {
            "place": asdict(self.place),
            "kept": vars(self.kept) if self.kept else None,
            "weights": self._weights(),
            "optimizer": self.optimizer.state_dict(),
            "history": self.history.rows,
        }

    def _restore(self, state: dict[str, Any]) -> None:
        self.place = Place(**state["place"])
        self.kept = Kept(**state["kept"]) if state["kept"] else None
        self.model.load_state_dict(state["weights"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.history.rows[:] = state["history"]


def evaluation_places(batches: int, evaluations: int) -> set[int]:
    """Return after how many batches of an epoch to evaluate: evenly spread, the last time at its end."""
    return {math.ceil(batches * turn / evaluations) for turn in range(1, evaluations + 1)}


def seed_of(seed: int, step: int, process: int) -> int:
    """Return the seed of what is drawn at random in one step by one process."""
    return int(np.random.SeedSequence([seed, step, process]).generate_state(1, np.uint64)[0])


def standard_error(share: float, rows: int) -> float:
    """Return the standard error of a share, from 0 to 1, that was measured on `rows` rows: sqrt(p (1 - p) / n)."""
    return math.sqrt(share * (1 - share) / rows)


def _groups(model: PreTrainedModel, settings: FineTuningSettings) -> list[dict[str, Any]]:
    """Return AdamW's parameter groups: matrices decay, biases and the scales of normalisations do not.

    The head, with the pooler that some encoders end in, has a step size of its own (discriminative fine-tuning,
    https://arxiv.org/abs/1801.06146).
    """
    encoder = f"{model.base_model_prefix}."
    groups: dict[tuple[bool, bool], list[torch.nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        in_head = not name.startswith(encoder) or name.startswith(f"{encoder}pooler.")
        groups.setdefault((in_head, parameter.ndim > 1), []).append(parameter)
    return [
        {
            "params": parameters,
            "weight_decay": settings.weight_decay if decays else 0.0,
            "factor": settings.head_learning_rate_factor if in_head else 1.0,
        }
        for (in_head, decays), parameters in groups.items()
    ]


def _diverged(step: int, loss: float, norm: float, rate: float) -> Fault:
    found = f"{rate:g}, with which step {step} has a loss of {loss:g} and gradients of norm {norm:g}"
    return Fault("fine_tuning.learning_rate", found, "one that training does not diverge with", "Set a lower one.")
