"""The branch of ``models/discourse``, a second copy of the upper two layers, with the wording head.

    h         states behind the branch's two layers; their input is the output of the fourth layer of ``news-en``
    m, p, c   mean and element-wise max of h over the sentence's pieces without [CLS] and [SEP]; h of [CLS]
    word      t = word_out h of every piece; a word's score w is the highest of its pieces'
    sentence  out [m ; p ; c] + share * log sum exp of the words' w

In training [m ; p ; c] is standardised by the means and deviations of the frozen states; the export
folds that into ``out``.
"""
from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional as F
from transformers import BertConfig
from transformers.models.bert.modeling_bert import BertLayer

from discourse_data import LOWER, WIDTH, Part
from storage import unpack

FORBIDDEN = -1e4
OPINIONS = 3


class Wording(nn.Module):
    """Branch and head. With ``frozen`` set the head reads the last states of ``news-en`` instead."""

    def __init__(self, config: BertConfig, dropout: float = 0.1, head_dropout: float = 0.3):
        super().__init__()
        config.attention_probs_dropout_prob = 0.0
        config.hidden_dropout_prob = dropout
        config._attn_implementation = "eager"
        self.layers = nn.ModuleList(BertLayer(config) for _ in range(2))
        self.word_out = nn.Linear(WIDTH, 1)
        self.out = nn.Linear(3 * WIDTH, 1)
        self.share = nn.Parameter(torch.tensor(0.3))
        self.opinion = nn.Linear(3 * WIDTH, OPINIONS)
        self.register_buffer("mean", torch.zeros(3 * WIDTH))
        self.register_buffer("deviation", torch.ones(3 * WIDTH))
        self.out.weight.data.mul_(0.2)
        self.word_out.bias.data.fill_(-3.0)
        self.head_dropout = head_dropout
        self.frozen = False

    def start_from(self, folder: Path) -> None:
        """Take over the upper two layers of ``news-en``, dequantised."""
        weights = unpack(load_file(folder / "model.safetensors"))
        for number, layer in enumerate(self.layers):
            prefix = f"encoder.encoder.layer.{number + LOWER}."
            layer.load_state_dict({k[len(prefix):]: v for k, v in weights.items() if k.startswith(prefix)})

    def states(self, part: Part, numbers: list[int]) -> tuple[torch.Tensor, torch.Tensor]:
        """h [batch, pieces, 384] of some sentences, and the word of each piece (-1: none)."""
        sizes = [int(part.at[i + 1] - part.at[i]) for i in numbers]
        source = part.last if self.frozen else part.lower
        states = np.zeros((len(numbers), max(sizes), WIDTH), np.float16)
        words = torch.full((len(numbers), max(sizes)), -1)
        mask = torch.zeros(len(numbers), max(sizes))
        for k, i in enumerate(numbers):
            states[k, : sizes[k]] = source[part.rows(i)]
            words[k, : sizes[k]] = torch.tensor(part.encoded[i].word_of)
            mask[k, : sizes[k]] = 1
        h = torch.from_numpy(states).float()
        return (h if self.frozen else self.branch(h, mask)), words

    def branch(self, h: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """The two layers."""
        if torch.is_autocast_enabled("cpu"):
            h = h.bfloat16()
        extended = ((1 - mask) * FORBIDDEN).to(h.dtype)[:, None, None, :]
        for layer in self.layers:
            h = layer(h, extended)[0]
        return h

    def features(self, h: torch.Tensor, words: torch.Tensor) -> torch.Tensor:
        """[m ; p ; c]."""
        inside = (words >= 0).unsqueeze(-1)
        mean = (h * inside).sum(1) / inside.sum(1).clamp(min=1)
        return torch.cat([mean, h.masked_fill(~inside, FORBIDDEN).amax(1), h[:, 0]], -1).float()

    def forward(self, h: torch.Tensor, words: torch.Tensor):
        """Logits of the sentences, of their words (very low behind the end), and of the opinion classes."""
        drop = lambda x: F.dropout(x, self.head_dropout, self.training)
        piece = self.word_out(drop(h)).float().squeeze(-1)
        count = int(words.max()) + 1
        scores = torch.full((len(piece), count + 1), FORBIDDEN)
        scores = scores.scatter_reduce(1, words.masked_fill(words < 0, count), piece, "amax")[:, :count]
        scores = scores.masked_fill(scores < -900, -30.0)
        joined = drop((self.features(h, words) - self.mean) / self.deviation)
        sentence = self.out(joined).float().squeeze(-1) + self.share * torch.logsumexp(scores, 1)
        return sentence, scores, self.opinion(joined).float()

    def folded(self) -> tuple[torch.Tensor, torch.Tensor]:
        """``out`` as it reads [m ; p ; c] without standardising."""
        weight = self.out.weight / self.deviation
        return weight, self.out.bias - weight @ self.mean


def encoder_config(folder: Path) -> BertConfig:
    """transformers' configuration of ``news-en``."""
    return BertConfig(**json.loads((folder / "config.json").read_text(encoding="utf8"))["encoder"])


def load_exported(news: Path, folder: Path) -> tuple[Wording, dict[str, torch.Tensor], dict]:
    """The exported branch with dequantised weights, all its tensors, and its config.json."""
    config = json.loads((folder / "config.json").read_text(encoding="utf8"))
    tensors = unpack(load_file(folder / "model.safetensors"))
    model = Wording(encoder_config(news))
    for number, layer in enumerate(model.layers):
        prefix = f"encoder.encoder.layer.{number + LOWER}."
        layer.load_state_dict({k[len(prefix):]: v for k, v in tensors.items() if k.startswith(prefix)})
    with torch.no_grad():
        for name in ("word_out.weight", "word_out.bias", "out.weight", "out.bias"):
            model.get_parameter(name).copy_(tensors[f"wording.{name}"])
        model.share.copy_(tensors["wording.share"][0])
    return model.eval(), tensors, config
