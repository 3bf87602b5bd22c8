"""Masked-language training of the encoder on news, before the heads are trained.

    python domain.py --data DATA --encoder ENCODER --out WEIGHTS.pt [--pieces 5000000]

Whole words are masked (Devlin et al. 2019, their later release), 15 in 100; the pieces are those of
corpus/us_news_2012_2020.jsonl.gz, drawn evenly over topics.  Articles that share eight words in a row
with a sentence of NewsMTSC are left out.  The word embeddings stay as they are, which also are the
matrix that words are told by.  Resumes from OUT.checkpoint.
"""
from __future__ import annotations

import argparse
import copy
import gzip
import json
import random
import re
import time
from collections import defaultdict
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F
from transformers import BertConfig

from model import Model, WIDTH
from packed import Sentences
from shapes import encode_batch
from train import RunningMean, load_tokenizer

MASK, CLS, SEP = 103, 101, 102
WORDS = re.compile(r"[a-z0-9]+")


def arguments() -> argparse.Namespace:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--encoder", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--pieces", type=int, default=5_000_000)
    parser.add_argument("--budget", type=int, default=3000, help="pieces a step")
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--head-rate", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    return parser.parse_args()


def shingles(text: str) -> set[str]:
    """All runs of eight words."""
    words = WORDS.findall(text.lower())
    return {" ".join(words[i : i + 8]) for i in range(len(words) - 7)}


def held_out(data: Path) -> set[str]:
    """What no article may hold: NewsMTSC, all its parts."""
    out: set[str] = set()
    for path in sorted((data / "sentiment/newsmtsc").rglob("*.jsonl")):
        for line in path.open(encoding="utf8"):
            out |= shingles(json.loads(line)["sentence_normalized"])
    assert out, "no sentence of NewsMTSC found"
    return out


def drawn_texts(data: Path, count: int, rng: random.Random) -> list[str]:
    """Texts of articles, one topic after the other."""
    barred, topics, left_out = held_out(data), defaultdict(list), 0
    with gzip.open(data / "corpus/us_news_2012_2020.jsonl.gz", "rt", encoding="utf8") as lines:
        for line in lines:
            record = json.loads(line)
            topics[record.get("topic") or ""].append(record["text"])
    for texts in topics.values():
        rng.shuffle(texts)
    out = []
    while len(out) < count and any(topics.values()):
        for topic in sorted(topics):
            if topics[topic]:
                text = topics[topic].pop()
                if shingles(text) & barred:
                    left_out += 1
                else:
                    out.append(text)
    print("texts", len(out), "left out for NewsMTSC", left_out, flush=True)
    return out[:count]


def pieces_of(tokenizer, texts: list[str], total: int, rng: random.Random):
    """Runs of 30 to 160 pieces as (ids, types, word numbers), in random order."""
    out, size = [], 0
    for at in range(0, len(texts), 64):
        for e in encode_batch(tokenizer, texts[at : at + 64]):
            ids, types, words = e.ids[1:-1], e.types[1:-1], e.word_of[1:-1]
            begin = 0
            while begin < len(ids):
                end = min(len(ids), begin + rng.randint(30, 160))
                if end - begin >= 20:
                    out.append((ids[begin:end], types[begin:end], words[begin:end]))
                    size += end - begin
                begin = end
        if size >= total:
            break
    rng.shuffle(out)
    print("pieces", size, "runs", len(out), flush=True)
    return out


def masked(run, rng: random.Random, vocabulary: int):
    """ids with [CLS] and [SEP], types, and (place, wanted id) of what was masked."""
    ids, types, words = run
    ids, types = [CLS, *ids, SEP], [0, *types, 0]
    names = sorted(set(words))
    chosen = set(rng.sample(names, max(1, round(0.15 * len(names)))))
    wanted = []
    for place, word in enumerate(words, 1):
        if word in chosen:
            wanted.append((place, ids[place]))
            dice = rng.random()
            if dice < 0.8:
                ids[place] = MASK
            elif dice < 0.9:
                ids[place] = rng.randrange(1000, vocabulary)
    return ids, types, wanted


class WordHead(nn.Module):
    """BERT's head of masked words: dense, GELU, LayerNorm, the word embeddings, a bias."""

    def __init__(self, vocabulary: int):
        super().__init__()
        self.dense = nn.Linear(WIDTH, WIDTH)
        nn.init.eye_(self.dense.weight)
        self.norm = nn.LayerNorm(WIDTH)
        self.bias = nn.Parameter(torch.zeros(vocabulary))

    def forward(self, states: torch.Tensor, table: torch.Tensor) -> torch.Tensor:
        """Scores of all words [pieces, vocabulary]."""
        return F.linear(self.norm(F.gelu(self.dense(states))), table, self.bias)


def main() -> None:
    """The whole run."""
    args = arguments()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    rng = random.Random(args.seed)
    tokenizer = load_tokenizer(args.encoder)
    config = BertConfig.from_pretrained(args.encoder)
    vocabulary = config.vocab_size
    runs = pieces_of(tokenizer, drawn_texts(args.data, args.pieces // 600, rng), args.pieces, rng)
    steps, size = [[]], 0
    for run in runs:
        if size + len(run[0]) > args.budget:
            steps.append([])
            size = 0
        steps[-1].append(run)
        size += len(run[0]) + 2
    model = Model(config, 0.1)
    model.start_from(args.encoder, args.seed)
    model.encoder.embeddings.word_embeddings.weight.requires_grad = False
    model.head = WordHead(vocabulary)
    groups = {"slow": [], "plain": [], "fast": []}
    for name, value in model.named_parameters():
        if value.requires_grad and (name.startswith(("encoder.", "head."))):
            kind = "fast" if "token_type" in name or name.startswith("head.") else "plain" if value.dim() == 1 else "slow"
            groups[kind].append(value)
        else:
            value.requires_grad = False
    optimizer = torch.optim.AdamW(
        [
            {"params": groups["slow"], "lr": args.rate, "weight_decay": 0.01},
            {"params": groups["plain"], "lr": args.rate, "weight_decay": 0.0},
            {"params": groups["fast"], "lr": args.head_rate, "weight_decay": 0.0},
        ],
        fused=True,
    )
    for group in optimizer.param_groups:
        group["peak"] = group["lr"]
    mean = RunningMean(model, 0.98)
    checkpoint, first = args.out.with_suffix(".checkpoint"), 0
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        first, mean.kept, mean.count = saved["step"], saved["mean"], saved["count"]
        print("resumed behind step", first, flush=True)
    narrow = copy.deepcopy(model).bfloat16().train()
    trained = {name: p for name, p in model.named_parameters() if p.requires_grad}
    copies = dict(narrow.named_parameters())
    began, sums = time.time(), [0.0, 0]
    print("steps", len(steps), vars(args), flush=True)
    for step in range(first, len(steps)):
        chance = random.Random(args.seed * 100_003 + step)
        torch.manual_seed(args.seed * 100_003 + step)
        batch = sorted((masked(run, chance, vocabulary) for run in steps[step]), key=lambda m: len(m[0]))
        where = Sentences.of([len(ids) for ids, _, _ in batch])
        places, wanted, begin = [], [], 0
        for ids, _, asked in batch:
            places += [begin + place for place, _ in asked]
            wanted += [word for _, word in asked]
            begin += len(ids)
        factor = min(1.0, (step + 1) / (0.06 * len(steps)), max(0.01, 1 - step / len(steps)))
        for group in optimizer.param_groups:
            group["lr"] = group["peak"] * factor
        ids = torch.tensor([i for m in batch for i in m[0]])
        types = torch.tensor([t for m in batch for t in m[1]])
        hidden = narrow.layers(ids, types, where)[-1]
        scores = narrow.head(hidden[torch.tensor(places)], narrow.encoder.embeddings.word_embeddings.weight)
        loss = F.cross_entropy(scores.float(), torch.tensor(wanted))
        loss.backward()
        for key, parameter in trained.items():
            given = copies[key].grad
            parameter.grad = None if given is None else given.float()
            copies[key].grad = None
        torch.nn.utils.clip_grad_norm_(trained.values(), 1.0)
        optimizer.step()
        with torch.no_grad():
            for key, parameter in trained.items():
                copies[key].copy_(parameter)
        if step % 4 == 3:
            mean.update(model)
        sums[0] += loss.item()
        sums[1] += 1
        if step % 50 == 49:
            print(step + 1, len(steps), round(time.time() - began), round(sums[0] / sums[1], 3), flush=True)
            sums = [0.0, 0]
        if step % 200 == 199 or step + 1 == len(steps):
            saved = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step + 1,
                     "mean": mean.kept, "count": mean.count}
            torch.save(saved, checkpoint.with_suffix(".tmp"))
            checkpoint.with_suffix(".tmp").replace(checkpoint)
    state = {k.removeprefix("encoder."): v for k, v in mean.state(model).items() if k.startswith("encoder.")}
    torch.save({"encoder": state}, args.out)


if __name__ == "__main__":
    main()
