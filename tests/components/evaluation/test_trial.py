from pathlib import Path

from tokenizers import Tokenizer
from tokenizers.models import WordLevel

from components.contracts.candidate import read_candidate
from components.contracts.contenders import Contender
from components.contracts.dataset import read_dataset
from components.evaluation.held_out import read_held_out
from components.evaluation.rivals import Rival
from components.evaluation.trial import inputs_of
from tests.components.evaluation.conftest import QUICK


def test_each_is_timed_on_tokens_that_it_knows(
    tmp_path: Path, onnx_candidate_folder: Path, dataset_folder: Path
) -> None:
    """A champion with a smaller vocabulary would fail on the challenger's numbers."""
    Tokenizer(WordLevel({"[UNK]": 0}, unk_token="[UNK]")).save(str(tmp_path / "tokenizer.json"))
    candidate, data = read_candidate(onnx_candidate_folder), read_dataset(dataset_folder)
    rivals = [
        Rival(role, Contender(1, "", "", "", 0.9), folder, candidate, tmp_path / "none")
        for role, folder in (("challenger", onnx_candidate_folder), ("champion", tmp_path))
    ]
    held_out = read_held_out(dataset_folder, data, "test", candidate, onnx_candidate_folder / "tokenizer.json")
    inputs = inputs_of(rivals, held_out, QUICK)
    assert [ids.shape for ids in inputs["champion"]] == [ids.shape for ids in inputs["challenger"]] == [(1, 8), (2, 64)]
    assert not any(ids.any() for ids in inputs["champion"])
    assert all(ids.all() for ids in inputs["challenger"])
