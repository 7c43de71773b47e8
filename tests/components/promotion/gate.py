"""What the ledger's tests stand on: versions with a tiny model each, and what a gate hands on about them."""

import dataclasses
import time
from pathlib import Path
from typing import Literal

import numpy as np
import onnx
from mlflow import MlflowClient
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, pre_tokenizers

from components.contracts.candidate import Candidate
from components.contracts.contenders import Contender, Contenders
from components.contracts.decision import Check, Decision
from components.contracts.folders import sha256_of, sha256_of_files, write_manifest
from components.contracts.package import PACKAGE_TAG, package_sha256
from components.contracts.promotion import Promotion
from components.contracts.registration import CANDIDATE
from components.contracts.scorecard import Interval
from components.contracts.tracking import StepRun
from components.promotion.config import PromotionSettings
from components.promotion.ledger import CHAMPION, Ledger
from components.promotion.promote import promote

NAME = "sentiment"
WORDS = {"[PAD]": 0, "[UNK]": 1, "lovely": 2, "dull": 3}


def write_candidate(folder: Path, weight: float) -> Path:
    """Write a candidate whose logits are `weight` and minus `weight` times the sum of a text's token ids."""
    folder.mkdir(parents=True)
    weights = numpy_helper.from_array(np.array([[weight, -weight]], dtype=np.float32), "weights")
    axes = numpy_helper.from_array(np.array([1]), "axes")
    nodes = [
        helper.make_node("Cast", ["input_ids"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("ReduceSum", ["floats", "axes"], ["sums"], keepdims=1),
        helper.make_node("MatMul", ["sums", "weights"], ["logits"]),
    ]
    ids = helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch", "seq"])
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 2])
    graph = helper.make_graph(nodes, "tiny", [ids], [logits], [weights, axes])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.save(model, folder / "model.onnx")
    tokenizer = Tokenizer(models.WordLevel(WORDS, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))
    files = sha256_of_files(folder)
    write_manifest(
        folder,
        Candidate("onnx-fp32", "onnxruntime", "text-classification", ["fresh", "rotten"], 16, 0, files, "0" * 64, ""),
    )
    return folder


def register(client: MlflowClient, folder: Path, count: int, name: str = NAME) -> list[str]:
    """Register versions 1 to `count`, each with a model of its own, and return the hashes of their candidates."""
    client.create_registered_model(name)
    hashes = []
    for number in range(1, count + 1):
        model = folder / f"model-{number}"
        sha256 = sha256_of(write_candidate(model / "artifacts" / "candidate", float(number)) / Candidate.FILE)
        tags = {CANDIDATE: sha256, PACKAGE_TAG: package_sha256(model)}
        client.create_model_version(name, str(model), tags=tags)
        hashes.append(sha256)
    return hashes


@dataclasses.dataclass(frozen=True)
class Gate:
    """Writes what a gate hands on about the versions of one registered model."""

    client: MlflowClient
    folder: Path
    hashes: list[str]
    name: str = NAME

    @property
    def ledger(self) -> Ledger:
        """The model's ledger, read anew."""
        return Ledger(self.client, self.name)

    @property
    def champion(self) -> int | None:
        """The alias as it stands in the registry."""
        version = self.client.get_registered_model(self.name).aliases.get(CHAMPION)
        return int(version) if version else None

    @property
    def kinds(self) -> list[str]:
        """The kinds of the ledger's entries."""
        return [entry.values["kind"] for entry in self.ledger.look().entries]

    def move_by_hand(self, version: int) -> None:
        """Do what somebody does in MLflow's pages."""
        self.client.set_registered_model_alias(self.name, CHAMPION, str(version))

    def contender(self, version: int) -> Contender:
        """Return a version as it was fetched."""
        return Contender(version, self.hashes[version - 1], "run", "0" * 64, 0.9)

    def judge(self, challenger: int, passed: bool = True, place: Path | None = None) -> tuple[Path, Path]:
        """Return the folders of contenders and decision, as of this moment; other ones each time."""
        state = self.ledger.look()
        against = state.reigning
        place = place or self.folder / f"case-{time.monotonic_ns()}"
        contenders = Contenders(
            name=self.name,
            challenger=self.contender(challenger),
            champion=self.contender(against) if against else None,
            ledger_entries=len(state.entries),
            served="It answers.",
        )
        (place / "contenders").mkdir(parents=True)
        (place / "decision").mkdir()
        write_manifest(place / "contenders", contenders)
        write_manifest(place / "decision", decision(contenders, passed, place.name))
        return place / "contenders", place / "decision"


def decision(contenders: Contenders, passed: bool, comparison: str) -> Decision:
    """Return a decision about contenders, made of a comparison with the given hash."""
    checks = [
        Check("floor.accuracy", "passed", "Accuracy is 0.91, at least 0.8 is asked for."),
        Check(
            "non_inferiority",
            "passed" if passed else "failed",
            "The challenger is 0.4 points better."
            if passed
            else "The challenger is 3.1 points worse, and 1 is allowed.",
            0.003,
        ),
    ]
    return Decision(
        name=contenders.name,
        challenger=contenders.challenger.version,
        champion=contenders.champion.version if contenders.champion else None,
        ledger_entries=contenders.ledger_entries,
        passed=passed,
        why="It is not worse than the champion." if passed else "It is worse than the champion.",
        checks=checks,
        rows=1913,
        margin_points=1.0,
        alpha=0.05,
        difference=Interval(0.4, -0.2, 1.0, 0.95) if contenders.champion else None,
        superior=False,
        rows_needed=1500 if contenders.champion else None,
        comparison_sha256=comparison,
    )


def promoted(gate: Gate, version: int, policy: Literal["auto", "approve"] = "auto", passed: bool = True) -> Promotion:
    """Let a version through the gate, without a run of MLflow's around it."""
    step = StepRun(gate.client, gate.client.create_run("0").info.run_id)
    settings = PromotionSettings(policy=policy)
    return promote(*gate.judge(version, passed), settings, gate.folder / "promotion", step)
