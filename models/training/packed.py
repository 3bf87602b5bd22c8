"""The encoder over sentences that lie one behind the other, for training on a CPU.

Dense layers do no work on padding, attention pads within groups of like length, dropout has one
mask a sentence, and everything can run in bf16: about twice as fast as transformers' own forward.
Attribute names are those of transformers' BertModel, so that its weights load.
"""
from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F
from transformers import BertConfig, BertModel

from shapes import TYPE_COUNT


@dataclass
class Sentences:
    """Which rows of a packed matrix belong to which sentence."""

    lengths: list[int]
    row: torch.Tensor
    """Number of the sentence of every piece."""
    place: torch.Tensor
    """Place of every piece in its sentence."""
    groups: list[tuple[int, int, int, int, int]]
    """(first sentence, last sentence, first piece, last piece, longest), last ones exclusive."""

    @classmethod
    def of(cls, lengths: list[int]) -> "Sentences":
        """Neighbours are put into a group while padding stays below about a third."""
        sizes = torch.tensor(lengths)
        row = torch.repeat_interleave(torch.arange(len(lengths)), sizes)
        starts = torch.cumsum(sizes, 0) - sizes
        place = torch.arange(int(sizes.sum())) - starts[row]
        groups, first, piece = [], 0, 0
        while first < len(lengths):
            last, longest, total = first, 0, 0
            while last < len(lengths):
                grown = max(longest, lengths[last])
                if last > first and grown * (last - first + 1) > 1.3 * (total + lengths[last]) + 60:
                    break
                longest, total, last = grown, total + lengths[last], last + 1
            groups.append((first, last, piece, piece + total, longest))
            first, piece = last, piece + total
        return cls(lengths, row, place, groups)


class LockedDropout(nn.Module):
    """Dropout with one mask for all pieces of a sentence: cheap on a CPU."""

    def __init__(self, share: float):
        super().__init__()
        self.share = share

    def forward(self, states: torch.Tensor, where: Sentences) -> torch.Tensor:
        if not self.training or self.share == 0:
            return states
        kept = torch.rand(len(where.lengths), states.shape[1]) >= self.share
        return states * (kept.to(states.dtype) / (1 - self.share))[where.row]


def attended(layer: nn.Module, hidden: torch.Tensor, where: Sentences) -> torch.Tensor:
    """Self-attention inside every sentence."""
    heads, size = layer.num_attention_heads, layer.attention_head_size
    query, key, value = layer.query(hidden) * size**-0.5, layer.key(hidden), layer.value(hidden)
    out = []
    for first, last, begin, end, longest in where.groups:
        rows, width = last - first, hidden.shape[1]
        index = (where.row[begin:end] - first) * longest + where.place[begin:end]
        full = end - begin == rows * longest

        def grid(x: torch.Tensor) -> torch.Tensor:
            part = x[begin:end]
            if not full:
                part = torch.zeros(rows * longest, width, dtype=x.dtype).index_copy(0, index, part)
            return part.view(rows, longest, heads, size).transpose(1, 2)

        scores = grid(query) @ grid(key).transpose(-1, -2)
        if not full:
            behind = torch.arange(longest) >= torch.tensor(where.lengths[first:last]).unsqueeze(1)
            scores = scores + (behind.to(scores.dtype) * -1e4)[:, None, None, :]
        mixed = (F.softmax(scores, -1) @ grid(value)).transpose(1, 2).reshape(rows * longest, width)
        out.append(mixed if full else mixed[index])
    return torch.cat(out)


def passed(layer: nn.Module, hidden: torch.Tensor, where: Sentences, dropout: LockedDropout) -> torch.Tensor:
    """One BertLayer of transformers."""
    mixed = layer.attention.output.dense(attended(layer.attention.self, hidden, where))
    middle = layer.attention.output.LayerNorm(dropout(mixed, where) + hidden)
    wide = F.gelu(layer.intermediate.dense(middle))
    return layer.output.LayerNorm(dropout(layer.output.dense(wide), where) + middle)


def encoder_of(config: BertConfig) -> BertModel:
    """transformers' modules, for their weights and names; their forward is not used."""
    config.type_vocab_size = TYPE_COUNT
    config.hidden_dropout_prob = config.attention_probs_dropout_prob = 0.0
    return BertModel(config, add_pooling_layer=False)


def embedded(encoder: BertModel, ids, types, where: Sentences, dropout: LockedDropout) -> torch.Tensor:
    """Sum of the three embeddings, normalised."""
    table = encoder.embeddings
    summed = table.word_embeddings(ids) + table.token_type_embeddings(types) + table.position_embeddings(where.place)
    return dropout(table.LayerNorm(summed), where)


def means(states: torch.Tensor, inside: torch.Tensor, where: Sentences) -> torch.Tensor:
    """Mean of the states of every sentence over the pieces that are ``inside``."""
    weight = inside.float().unsqueeze(1)
    total = torch.zeros(len(where.lengths), states.shape[1]).index_add(0, where.row, states.float() * weight)
    count = torch.zeros(len(where.lengths), 1).index_add(0, where.row, weight)
    return (total / count.clamp(min=1)).to(states.dtype)
