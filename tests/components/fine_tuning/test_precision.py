import pytest
import torch

from components.contracts.faults import BadInput
from components.fine_tuning.precision import choose_precision, has_bf16

CPU = torch.device("cpu")


@pytest.mark.parametrize(
    ("capabilities", "able"),
    [
        ({"avx2": True, "avx512_f": True}, False),
        ({"avx512_bf16": True}, True),
        ({"amx_bf16": True, "avx512_bf16": False}, True),
        ({"neon": True, "bf16": True}, True),
        ({}, False),
    ],
)
def test_only_instructions_for_it_count(capabilities: dict[str, bool], able: bool) -> None:
    assert has_bf16(capabilities) is able


def test_auto_takes_what_this_processor_has() -> None:
    assert choose_precision("auto", CPU) == ("bf16" if has_bf16(torch.cpu.get_capabilities()) else "fp32")
    assert choose_precision("fp32", CPU) == "fp32"


def test_bf16_is_refused_where_it_would_be_emulated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx2": True})
    assert choose_precision("auto", CPU) == "fp32"
    with pytest.raises(BadInput, match=r"found bf16 on a cpu without it.*Set auto or fp32"):
        choose_precision("bf16", CPU)
