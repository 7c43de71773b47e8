"""How a candidate in ONNX answers: like torch, whatever shares a batch, without torch."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from components.contracts import onnx_text_classifier
from components.contracts.onnx_text_classifier import OnnxTextClassifier

TEXTS = ["a lovely warm film", "", "dull " * 200, "ünïcödé 🎬", "a dull cold story with its cast", "\x00", "  \n "]


@pytest.fixture(scope="module")
def classifier(onnx_candidate_folder: Path) -> OnnxTextClassifier:
    return OnnxTextClassifier(onnx_candidate_folder, threads=1)


def test_it_answers_as_torch_does(classifier: OnnxTextClassifier, tuned_folder: Path) -> None:
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(tuned_folder)
    model = AutoModelForSequenceClassification.from_pretrained(tuned_folder).eval()
    batch = tokenizer(TEXTS, padding=True, truncation=True, max_length=64, return_tensors="pt")
    with torch.inference_mode():
        logits = model(**batch).logits.numpy()
    np.testing.assert_allclose(classifier.logits(TEXTS), logits, atol=1e-4)


def test_a_text_gets_the_same_answer_in_any_company(classifier: OnnxTextClassifier) -> None:
    many = TEXTS * 15
    together = classifier.logits(many)
    assert together.shape == (len(many), 2)
    for row, text in enumerate(TEXTS):
        np.testing.assert_allclose(together[row], classifier.logits([text])[0], atol=1e-5)
        np.testing.assert_allclose(together[row :: len(TEXTS)], together[row][None].repeat(15, axis=0), atol=1e-5)


def test_probabilities_add_up(classifier: OnnxTextClassifier) -> None:
    probabilities = classifier.probabilities(TEXTS)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-6)
    assert (probabilities.argmax(axis=1) == classifier.logits(TEXTS).argmax(axis=1)).all()
    assert probabilities.dtype == np.float32


def test_large_logits_do_not_overflow(classifier: OnnxTextClassifier, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classifier, "logits", lambda _: np.array([[1000.0, -1000.0]], dtype=np.float32))
    assert classifier.probabilities(["any"]).tolist() == [[1.0, 0.0]]


def test_no_texts_get_no_answers(classifier: OnnxTextClassifier) -> None:
    assert classifier.logits([]).shape == (0, 2)
    assert classifier.probabilities([]).shape == (0, 2)


def test_long_texts_are_cut(classifier: OnnxTextClassifier) -> None:
    assert len(classifier.tokenizer.encode("dull " * 200).ids) == 64


def test_padding_in_the_tokenizers_file_is_overruled(
    classifier: OnnxTextClassifier, onnx_candidate_folder: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(onnx_candidate_folder, tmp_path / "candidate")
    classifier.tokenizer.save(str(folder / "tokenizer.json"))
    settings = json.loads((folder / "tokenizer.json").read_text())
    settings["padding"] = {
        "strategy": {"Fixed": 40},
        "direction": "Right",
        "pad_to_multiple_of": None,
        "pad_id": 0,
        "pad_type_id": 0,
        "pad_token": "[PAD]",
    }
    (folder / "tokenizer.json").write_text(json.dumps(settings))
    other = OnnxTextClassifier(folder)
    assert len(other.tokenizer.encode("a film").ids) == 4
    np.testing.assert_allclose(other.logits(TEXTS), classifier.logits(TEXTS), atol=1e-5)


def test_it_needs_nothing_of_bessemer(onnx_candidate_folder: Path, tmp_path: Path) -> None:
    shutil.copy(str(onnx_text_classifier.__file__), tmp_path / "onnx_text_classifier.py")
    script = (
        "import sys; from pathlib import Path; from onnx_text_classifier import OnnxTextClassifier\n"
        "print(OnnxTextClassifier(Path(sys.argv[1])).probabilities(['a film']).sum())\n"
        "assert not {'torch', 'transformers', 'components', 'mlflow', 'pandas'} & set(sys.modules)"
    )
    command = [sys.executable, "-c", script, str(onnx_candidate_folder)]
    answered = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert answered.returncode == 0, answered.stderr
    assert float(answered.stdout) == pytest.approx(1, abs=1e-6)
