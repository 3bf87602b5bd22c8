"""The shared encoder and its three heads.

    h          last hidden states [n, 384] of the word pieces (BERT, 6 layers)
    entities   u = [h of the pre-token's first piece ; mean of h over its pieces]
               a = hidden(u);  b = mean of gelu(a) over the same word in the document's other sentences
               e = out(gelu(a + memory(b)))  [pre-tokens, 9], without memory(b) where there is none;
               Viterbi with ``start`` and ``transitions`` (row: from, column: to)
    sentence   v = project(m), scaled to length 1
    m          mean of h over all pieces without [CLS] and [SEP]
    tone       z = [max of h over the mention's pieces ; m]
               logits = out(z), probabilities softmax(logits / temperature)

"The same word": same letters in lower case, capital letters in both places (``Example.names``).
"""
from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F
from transformers import BertConfig, BertModel

from data import LABELS, TONES, Example
from packed import LockedDropout, Sentences, embedded, encoder_of, means, passed
from shapes import TYPE_COUNT

FORBIDDEN = -1e4
WIDTH = 384
HEAD_WIDTH = 256
FURTHER = ("directed", "sentfin")
"""Sets of tones with guidelines of their own."""


def allowed(before: str | None, after: str) -> bool:
    """IOB2: I-X only behind B-X or I-X."""
    return after[0] != "I" or (before is not None and before != "O" and before[2:] == after[2:])


def forbidden_moves() -> tuple[torch.Tensor, torch.Tensor]:
    """Penalties [9] for starts and [9, 9] for moves that IOB2 forbids."""
    start = torch.tensor([0.0 if allowed(None, b) else FORBIDDEN for b in LABELS])
    moves = torch.tensor([[0.0 if allowed(a, b) else FORBIDDEN for b in LABELS] for a in LABELS])
    return start, moves


# --- batches ------------------------------------------------------------------------

@dataclass
class Batch:
    """Tensors of some examples, one behind the other."""

    where: Sentences
    ids: torch.Tensor
    types: torch.Tensor
    inside: torch.Tensor
    """Whether a piece is not [CLS] or [SEP]."""
    word_of: torch.Tensor
    """Pre-token (of the batch) of every piece that is inside."""
    starts: torch.Tensor
    """First piece of every pre-token."""
    grid: torch.Tensor
    """[sentences, most pre-tokens]: number of the pre-token, -1 behind the end."""
    labels: torch.Tensor
    """As ``grid``: label, -1 behind the end."""
    names: torch.Tensor
    """Pre-tokens that are remembered, ..."""
    group: torch.Tensor
    """... the group of the same words in one document, ..."""
    own: torch.Tensor
    """... and the part of the group that stands in the same sentence."""
    target_rows: list[int]
    mentions: list[list[int]]
    """Pieces of each target in its sentence."""
    tones: torch.Tensor


def padded(rows: list[list[int]], fill: int) -> torch.Tensor:
    """Rows of different lengths as one matrix."""
    width = max(1, max(map(len, rows)))
    return torch.tensor([r + [fill] * (width - len(r)) for r in rows])


def collate(examples: list[Example], remember: set[str] | None = None) -> Batch:
    """Tensors of one batch; ``remember`` names the documents with memory, or None for all."""
    pieces = words = 0
    word_of, starts, grid, names, group, own = [], [], [], [], [], []
    groups: dict[tuple, int] = {}
    parts: dict[tuple, int] = {}
    for row, example in enumerate(examples):
        encoded, document = example.encoded, example.sentence.document
        word_of += [words + w for w in encoded.word_of if w >= 0]
        starts += [pieces + s for s in encoded.starts]
        grid.append(list(range(words, words + len(encoded.starts))))
        if document is not None and (remember is None or document in remember):
            for number, key in example.names():
                names.append(words + number)
                group.append(groups.setdefault((document, key), len(groups)))
                own.append(parts.setdefault((document, key, row), len(parts)))
        pieces, words = pieces + len(encoded.ids), words + len(encoded.starts)
    targets = [(row, ps, y) for row, e in enumerate(examples) for ps, y in e.targets]
    long = lambda values: torch.tensor(values, dtype=torch.long)
    return Batch(
        Sentences.of([len(e.encoded.ids) for e in examples]),
        long([i for e in examples for i in e.encoded.ids]),
        long([t for e in examples for t in e.encoded.types]),
        torch.tensor([w >= 0 for e in examples for w in e.encoded.word_of]),
        long(word_of), long(starts), padded(grid, -1), padded([e.labels for e in examples], -1),
        long(names), long(group), long(own),
        [t[0] for t in targets], [t[1] for t in targets], long([t[2] for t in targets]),
    )


# --- heads --------------------------------------------------------------------------

class EntityHead(nn.Module):
    """Two-layer network with a memory of the document and a linear-chain CRF on top."""

    def __init__(self, dropout: float):
        super().__init__()
        self.hidden = nn.Linear(2 * WIDTH, HEAD_WIDTH)
        self.memory = nn.Linear(HEAD_WIDTH, HEAD_WIDTH)
        self.out = nn.Linear(HEAD_WIDTH, len(LABELS))
        self.start = nn.Parameter(torch.zeros(len(LABELS)))
        self.transitions = nn.Parameter(torch.zeros(len(LABELS), len(LABELS)))
        self.dropout = nn.Dropout(dropout)
        start, moves = forbidden_moves()
        self.register_buffer("no_start", start, persistent=False)
        self.register_buffer("no_move", moves, persistent=False)

    def scores(self, states: torch.Tensor, batch: Batch) -> torch.Tensor:
        """Emission scores [pre-tokens, 9]."""
        count = len(batch.starts)
        total = torch.zeros(count, WIDTH).index_add(0, batch.word_of, states[batch.inside].float())
        mean = total / torch.bincount(batch.word_of, minlength=count).clamp(min=1).unsqueeze(1)
        joined = self.dropout(torch.cat([states[batch.starts], mean.to(states.dtype)], -1))
        a = self.hidden(joined)
        if len(batch.names):
            b = F.gelu(a)[batch.names].float()
            there, here = (
                torch.zeros(int(index.max()) + 1, HEAD_WIDTH).index_add(0, index, b)[index]
                for index in (batch.group, batch.own)
            )
            others = (torch.bincount(batch.group)[batch.group] - torch.bincount(batch.own)[batch.own]).unsqueeze(1)
            known = others.squeeze(1) > 0
            remembered = ((there - here) / others.clamp(min=1))[known].to(a.dtype)
            a = a.index_add(0, batch.names[known], self.memory(self.dropout(remembered)))
        return self.out(self.dropout(F.gelu(a))).float()

    def loss(self, emissions: torch.Tensor, batch: Batch) -> torch.Tensor:
        """Negative log-likelihood a pre-token."""
        emissions = emissions[batch.grid.clamp(min=0)]
        begin, moves = (self.start + self.no_start).float(), (self.transitions + self.no_move).float()
        live = batch.labels >= 0
        gold = batch.labels.clamp(min=0)
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
        moves = (self.transitions + self.no_move).float()
        score = (self.start + self.no_start).float() + emissions[0]
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
    """Linear layer over the mention's maximum and the sentence's mean.

    ``further`` are outputs for other sets that are only trained with.
    """

    def __init__(self, dropout: float):
        super().__init__()
        self.out = nn.Linear(2 * WIDTH, len(TONES))
        self.further = nn.ModuleDict({name: nn.Linear(2 * WIDTH, len(TONES)) for name in FURTHER})
        self.dropout = nn.Dropout(dropout)

    def forward(self, states: torch.Tensor, batch: Batch, kind: str = "tone") -> torch.Tensor:
        """Logits [targets, 3]."""
        starts = [0]
        for length in batch.where.lengths:
            starts.append(starts[-1] + length)
        index = [starts[row] + piece for row, pieces in zip(batch.target_rows, batch.mentions) for piece in pieces]
        target = [number for number, pieces in enumerate(batch.mentions) for _ in pieces]
        index, target = torch.tensor(index, dtype=torch.long), torch.tensor(target, dtype=torch.long)
        peak = torch.full((len(batch.mentions), WIDTH), FORBIDDEN, dtype=states.dtype).scatter_reduce(
            0, target.unsqueeze(1).expand(-1, WIDTH), states[index], "amax"
        )
        mean = means(states, batch.inside, batch.where)[batch.target_rows]
        return (self.out if kind == "tone" else self.further[kind])(self.dropout(torch.cat([peak, mean], -1))).float()


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


class Model(nn.Module):
    """Encoder and heads; attribute names are the tensor names of the export."""

    def __init__(self, config: BertConfig, dropout: float = 0.1):
        super().__init__()
        self.encoder = encoder_of(config)
        self.entities = EntityHead(dropout)
        self.sentence = SentenceHead()
        self.tone = ToneHead(dropout)
        self.locked = LockedDropout(dropout)

    def start_from(self, folder, seed: int) -> None:
        """Take over a pre-trained encoder; every type starts as its type 0."""
        base = BertModel.from_pretrained(folder, add_pooling_layer=False).state_dict()
        name = "embeddings.token_type_embeddings.weight"
        noise = torch.randn(TYPE_COUNT, WIDTH, generator=torch.Generator().manual_seed(seed))
        base[name] = base[name][:1] + 0.005 * noise
        self.encoder.load_state_dict(base)

    def states(self, batch: Batch) -> list[torch.Tensor]:
        """Hidden states of the embeddings and of every layer."""
        return self.layers(batch.ids, batch.types, batch.where)

    def layers(self, ids, types, where: Sentences, most: int | None = None) -> list[torch.Tensor]:
        """The same from ids and types, of the first ``most`` layers."""
        states = [embedded(self.encoder, ids, types, where, self.locked)]
        for layer in self.encoder.encoder.layer[:most]:
            states.append(passed(layer, states[-1], where, self.locked))
        return states

    def mean(self, hidden: torch.Tensor, batch: Batch) -> torch.Tensor:
        """m of every sentence."""
        return means(hidden, batch.inside, batch.where)


def documents(examples: list[Example]) -> list[list[int]]:
    """Numbers of the examples of each document; those without one stand alone."""
    out: dict = {}
    for number, example in enumerate(examples):
        out.setdefault(example.sentence.document or number, []).append(number)
    return list(out.values())


@torch.no_grad()
def predict(model: Model, examples: list[Example], budget: int = 3000, memory: bool = True):
    """For every example: labels of its pre-tokens, tone logits, sentence vector."""
    model.eval()
    out: list = [None] * len(examples)
    size = lambda part: sum(len(examples[i].encoded.ids) for i in part)
    chunks: list[list[int]] = []
    parts = documents(examples)
    if all(len(part) == 1 for part in parts):
        parts.sort(key=size)
    for part in parts:
        if not chunks or size(chunks[-1]) + size(part) > budget:
            chunks.append([])
        chunks[-1] += part
    for chunk in chunks:
        chunk.sort(key=lambda i: len(examples[i].encoded.ids))
        batch = collate([examples[i] for i in chunk], None if memory else set())
        hidden = model.states(batch)[-1]
        emissions = model.entities.scores(hidden, batch)
        logits = model.tone(hidden, batch)
        vectors = model.sentence(model.mean(hidden, batch))
        for k, i in enumerate(chunk):
            mine = [t for t, row in enumerate(batch.target_rows) if row == k]
            rows = batch.grid[k][batch.grid[k] >= 0]
            labels = model.entities.decode(emissions[rows]) if examples[i].labels else []
            out[i] = (labels, logits[mine], vectors[k])
    return out
