"""Weights on disk: safetensors, matrices as int8 with one scale a row.

A matrix NAME is stored as I8 [rows, columns] beside NAME.scale, F32 [rows]:
value = integer * scale of its row.  Everything else is F32 (or F16).
"""
from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors.torch import load_file, save
from transformers import BertConfig

from model import Model

NOT_SHIPPED = "tone.further."
KEEP = "encoder.embeddings.token_type_embeddings.weight"


def quantise(weight: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Symmetric int8 of each row, and the rows' scales."""
    scale = weight.abs().amax(1).clamp(min=1e-12) / 127.0
    return torch.round(weight / scale.unsqueeze(1)).clamp(-127, 127).to(torch.int8), scale


def is_matrix(name: str, tensor: torch.Tensor) -> bool:
    """The encoder's matrices, without the 25 rows of the types."""
    return name.startswith("encoder.") and tensor.dim() == 2 and name != KEEP


def pack(state: dict[str, torch.Tensor], layers: str = "int8") -> dict[str, torch.Tensor]:
    """Tensors as stored; ``layers`` is int8 or f16 for the layers' matrices."""
    out = {}
    for name, tensor in state.items():
        if name.startswith(NOT_SHIPPED):
            continue
        tensor = tensor.detach().float().contiguous()
        if not is_matrix(name, tensor):
            out[name] = tensor
        elif layers == "f16" and ".layer." in name:
            out[name] = tensor.half()
        else:
            out[name], out[name + ".scale"] = quantise(tensor)
    return out


def unpack(stored: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Stored tensors back to f32."""
    out = {}
    for name, tensor in stored.items():
        if name.endswith(".scale") and name[: -len(".scale")] in stored:
            continue
        scale = stored.get(name + ".scale")
        out[name] = tensor.float() if scale is None else tensor.float() * scale.unsqueeze(1)
    return out


def bert_config(values: dict) -> BertConfig:
    """transformers' configuration from the ``encoder`` part of config.json."""
    return BertConfig(**{k: v for k, v in values.items()})


def load_model(folder: Path) -> tuple[Model, dict]:
    """An exported model with dequantised f32 weights, and its config.json."""
    config = json.loads((folder / "config.json").read_text(encoding="utf8"))
    model = Model(bert_config(config["encoder"]))
    missing, unexpected = model.load_state_dict(unpack(load_file(folder / "model.safetensors")), strict=False)
    assert not unexpected and all(name.startswith(NOT_SHIPPED) for name in missing), (missing, unexpected)
    return model.eval(), config


def save_model(state: dict[str, torch.Tensor], path: Path, layers: str) -> None:
    """Write model.safetensors."""
    path.write_bytes(save(pack(state, layers)))
