"""The arithmetic of matrix products: bf16 where the hardware multiplies it, fp32 elsewhere."""

from collections.abc import Mapping
from typing import Any, Literal

import torch

from components.contracts.faults import BadInput, Fault

Precision = Literal["fp32", "bf16"]

_BF16_INSTRUCTIONS = ("avx512_bf16", "amx_bf16", "bf16", "sve_bf16")
"""By torch's names: x86 first, then Arm."""


def choose_precision(asked: str, device: torch.device) -> Precision:
    """Return what the training's matrix products are computed in.

    Raises:
        BadInput: bf16 was asked for, and `device` would only emulate it, many times slower than fp32.

    """
    able = torch.cuda.is_bf16_supported(False) if device.type == "cuda" else has_bf16(torch.cpu.get_capabilities())
    if asked == "bf16" and not able:
        expected = f"a device with bf16 instructions (on a CPU one of {', '.join(_BF16_INSTRUCTIONS)})"
        raise BadInput(
            Fault("fine_tuning.precision", f"bf16 on a {device.type} without it", expected, "Set auto or fp32.")
        )
    return "bf16" if able and asked != "fp32" else "fp32"


def has_bf16(capabilities: Mapping[str, Any]) -> bool:
    """Return whether a processor with these `torch.cpu.get_capabilities()` multiplies bf16 in hardware."""
    return any(capabilities.get(name) for name in _BF16_INSTRUCTIONS)
