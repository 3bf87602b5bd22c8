"""The shared encoder and its three heads.

    h          last hidden states [n, 384] of the word pieces (BERT, 6 layers)
    entities   u = [h of the pre-token's first piece ; mean of h over its pieces]
               e = out(gelu(hidden(u)))  [pre-tokens, 9], Viterbi with
               ``start`` and ``transitions`` (row: from, column: to)
    tone       z = [max of h over the mention's pieces ; m]
               logits = out(z), probabilities softmax(logits / temperature)
    sentence   v = project(m), scaled to length 1
    m          mean of h over all pieces without [CLS] and [SEP]
"""
from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F
from transformers import BertConfig, BertModel

from data import LABELS, TONES, Example
from shapes import TYPE_COUNT

FORBIDDEN = -1e4
WIDTH = 384
HEAD_WIDTH = 256


def allowed(before: str | None, after: str) -> bool:
    """IOB2: I-X only behind B-X or I-X."""
    return after[0] != "I" or (before is not None and before != "O" and before[2:] == after[2:])


def forbidden_moves() -> tuple[torch.Tensor, torch.Tensor]:
    """Penalties [9] for starts and [9, 9] for moves that IOB2 forbids."""
    start = torch.tensor([0.0 if allowed(None, b) else FORBIDDEN for b in LABELS])
    moves = torch.tensor([[0.0 if allowed(a, b) else FORBIDDEN for b in LABELS] for a in LABELS])
    return start, moves


class EntityHead(nn.Module):
    """Two-layer network with a linear-chain CRF on top."""

    def __init__(self, dropout: float):
        super().__init__()
        self.hidden = nn.Linear(2 * WIDTH, HEAD_WIDTH)
        self.out = nn.Linear(HEAD_WIDTH, len(LABELS))
        self.start = nn.Parameter(torch.zeros(len(LABELS)))
        self.transitions = nn.Parameter(torch.zeros(len(LABELS), len(LABELS)))
        self.dropout = nn.Dropout(dropout)
        start, moves = forbidden_moves()
        self.register_buffer("no_start", start, persistent=False)
        self.register_buffer("no_move", moves, persistent=False)

    def scores(self, states: torch.Tensor, word_of: torch.Tensor, starts: torch.Tensor):
        """Emission scores [batch, pre-tokens, 9]."""
        count = starts.shape[1]
        member = (word_of.unsqueeze(1) == torch.arange(count).view(1, -1, 1)).to(states.dtype)
        mean = member @ states / member.sum(-1, keepdim=True).clamp(min=1)
        first = states.gather(1, starts.unsqueeze(-1).expand(-1, -1, states.shape[-1]))
        joined = self.dropout(torch.cat([first, mean], -1))
        return self.out(self.dropout(F.gelu(self.hidden(joined)))).float()

    def loss(self, emissions: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Negative log-likelihood a pre-token; labels are -1 behind the end."""
        begin, moves = self.start + self.no_start, self.transitions + self.no_move
        live = labels >= 0
        gold = labels.clamp(min=0)
        picked = emissions.gather(2, gold.unsqueeze(-1)).squeeze(-1)
        path = (picked * live).sum() + begin[gold[:, 0]].sum()
        path = path + (moves[gold[:, :-1], gold[:, 1:]] * live[:, 1:]).sum()
        alpha = begin + emissions[:, 0]
        for step in range(1, emissions.shape[1]):
            new = torch.logsumexp(alpha.unsqueeze(-1) + moves, 1) + emissions[:, step]
            alpha = torch.where(live[:, step].unsqueeze(-1), new, alpha)
        return (torch.logsumexp(alpha, 1).sum() - path) / live.sum()

    def decode(self, emissions: torch.Tensor) -> list[int]:
        """Best label sequence of one sentence, emissions [pre-tokens, 9]."""
        if emissions.shape[0] == 0:
            return []
        moves = self.transitions + self.no_move
        score = self.start + self.no_start + emissions[0]
        back = []
        for row in emissions[1:]:
            best, came = (score.unsqueeze(1) + moves).max(0)
            score = best + row
            back.append(came.tolist())
        label = int(score.argmax())
        path = [label]
        for came in reversed(back):
            label = came[label]
            path.append(label)
        return path[::-1]


class ToneHead(nn.Module):
    """Linear layer over the mention's maximum and the sentence's mean."""

    def __init__(self, dropout: float):
        super().__init__()
        self.out = nn.Linear(2 * WIDTH, len(TONES))
        self.dropout = nn.Dropout(dropout)

    def forward(self, states, mean, rows, mentions):
        """Logits [targets, 3]; ``mentions`` is a mask [targets, pieces]."""
        peak = states[rows].masked_fill(~mentions.unsqueeze(-1), FORBIDDEN).amax(1)
        return self.out(self.dropout(torch.cat([peak, mean[rows]], -1))).float()


class SentenceHead(nn.Module):
    """Keeps the mean vector useful as a sentence vector."""

    def __init__(self):
        super().__init__()
        self.project = nn.Linear(WIDTH, WIDTH)
        nn.init.eye_(self.project.weight)
        nn.init.zeros_(self.project.bias)

    def forward(self, mean):
        """Vectors of length 1."""
        return F.normalize(self.project(mean).float(), dim=-1)


def narrowed(_module, _inputs, output: torch.Tensor) -> torch.Tensor:
    """Under autocast, keep the whole residual stream in bf16: saves many casts."""
    return output.bfloat16() if torch.is_autocast_enabled("cpu") else output


class Model(nn.Module):
    """Encoder and heads; attribute names are the tensor names of the export."""

    def __init__(self, config: BertConfig, dropout: float = 0.1):
        super().__init__()
        config.type_vocab_size = TYPE_COUNT
        config.attention_probs_dropout_prob = 0.0
        config.hidden_dropout_prob = dropout
        config._attn_implementation = "eager"  # faster backwards on CPU than sdpa
        self.encoder = BertModel(config, add_pooling_layer=False)
        self.encoder.embeddings.register_forward_hook(narrowed)
        self.entities = EntityHead(dropout)
        self.tone = ToneHead(dropout)
        self.sentence = SentenceHead()

    def start_from(self, folder, seed: int) -> None:
        """Take over a pre-trained encoder; every type starts as its type 0."""
        base = BertModel.from_pretrained(folder, add_pooling_layer=False).state_dict()
        name = "embeddings.token_type_embeddings.weight"
        noise = torch.randn(TYPE_COUNT, WIDTH, generator=torch.Generator().manual_seed(seed))
        base[name] = base[name][:1] + 0.005 * noise
        self.encoder.load_state_dict(base)

    def states(self, batch: dict) -> tuple[torch.Tensor, torch.Tensor]:
        """Last hidden states and their mean without [CLS] and [SEP]."""
        hidden = self.encoder(
            input_ids=batch["ids"], attention_mask=batch["attention"], token_type_ids=batch["types"]
        ).last_hidden_state
        inside = (batch["word_of"] >= 0).unsqueeze(-1).to(hidden.dtype)
        return hidden, (hidden * inside).sum(1) / inside.sum(1).clamp(min=1)


def padded(rows: list[list[int]], fill: int) -> torch.Tensor:
    """Rows of different lengths as one matrix."""
    width = max(1, max(map(len, rows)))
    return torch.tensor([r + [fill] * (width - len(r)) for r in rows])


def collate(examples: list[Example]) -> dict:
    """Tensors of one batch."""
    ids = padded([e.encoded.ids for e in examples], 0)
    batch = {
        "ids": ids,
        "types": padded([e.encoded.types for e in examples], 0),
        "attention": padded([[1] * len(e.encoded.ids) for e in examples], 0),
        "word_of": padded([e.encoded.word_of for e in examples], -1),
        "starts": padded([e.encoded.starts for e in examples], 0),
        "labels": padded([e.labels for e in examples], -1),
    }
    targets = [(row, ps, y) for row, e in enumerate(examples) for ps, y in e.targets]
    mentions = torch.zeros(len(targets), ids.shape[1], dtype=torch.bool)
    for i, (_, pieces, _) in enumerate(targets):
        mentions[i, pieces] = True
    batch["rows"] = torch.tensor([t[0] for t in targets], dtype=torch.long)
    batch["mentions"] = mentions
    batch["tones"] = torch.tensor([t[2] for t in targets], dtype=torch.long)
    return batch


@torch.no_grad()
def predict(model: Model, examples: list[Example], budget: int = 2000):
    """For every example: labels of its pre-tokens, tone logits, sentence vector."""
    model.eval()
    order = sorted(range(len(examples)), key=lambda i: len(examples[i].encoded.ids))
    out: list = [None] * len(examples)
    while order:
        longest, chunk = 0, []
        while order and max(longest, len(examples[order[0]].encoded.ids)) * (len(chunk) + 1) <= max(
            budget, len(examples[order[0]].encoded.ids)
        ):
            longest = max(longest, len(examples[order[0]].encoded.ids))
            chunk.append(order.pop(0))
        batch = collate([examples[i] for i in chunk])
        hidden, mean = model.states(batch)
        emissions = model.entities.scores(hidden, batch["word_of"], batch["starts"])
        logits = model.tone(hidden, mean, batch["rows"], batch["mentions"])
        vectors = model.sentence(mean)
        rows = batch["rows"].tolist()
        for k, i in enumerate(chunk):
            count = len(examples[i].encoded.starts)
            mine = [t for t, row in enumerate(rows) if row == k]
            out[i] = (model.entities.decode(emissions[k, :count]), logits[mine], vectors[k])
    return out
