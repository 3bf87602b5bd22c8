r"""Trains the branch of ``models/discourse`` with both heads that read it: loaded wording and attribution.

    python branch.py --data DATA --words WORDS --work WORK [--epochs 3]

DATA holds wording/babe and quotes/polnear; WORDS holds what the rules see of PolNeAR's articles
(``train`` and ``dev``, by ``cargo run --release -p parallax-quotes --example words``). The lower four
layers of ``news-en`` are frozen, their states cached in WORK/cache. WORK receives branchN.pt after
every epoch: the running mean of the weights, and BABE's logits on the fold that was held out.

BABE's fold 0 and PolNeAR's dev are what choices are made on; ``check`` is left out of both.
"""
from __future__ import annotations

import argparse
import copy
import json
import math
import random
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from attribution import FEATURES, STATE, Article, Tagger, chunks, evaluate, labels_of, link_tasks, read_articles, show
from data import fold
from discourse import Babe, frozen_wording, predict_wording, wording_batches, wording_line, wording_loss
from discourse_data import Part, part_of
from discourse_model import Wording
from packed import LockedDropout, Sentences, passed

HERE = Path(__file__).resolve().parent

class Reports:
    """PolNeAR's articles and the states of their sentences; one article has one text, maybe several annotations."""

    def __init__(self, name: str, articles: list[Article], encoder: Path, cache: Path):
        self.articles = articles
        self.first: list[np.ndarray] = []
        """First word of each sentence of an article, and the number of words."""
        self.number: list[int] = []
        """Number of an article's first sentence in the cache."""
        texts, known = [], {}
        for article in articles:
            change = np.flatnonzero(np.diff(article.sentences)) + 1
            first = np.concatenate([[0], change, [len(article.spans)]]) if len(article.spans) else np.zeros(1, int)
            if article.name not in known:
                known[article.name] = len(texts)
                texts += [
                    article.text[article.spans[a][0] : article.spans[b - 1][1]].decode() for a, b in zip(first, first[1:])
                ]
            self.first.append(first)
            self.number.append(known[article.name])
        self.part: Part = part_of(name, texts, encoder, cache, exact=False)
        for first, number in zip(self.first, self.number):
            for k, (a, b) in enumerate(zip(first, first[1:])):
                cut = self.part.encoded[number + k]
                assert len(cut.spans) == b - a or len(cut.ids) >= 199, (texts[number + k], len(cut.spans), b - a)

    def sentences(self, article: int, begin: int, end: int) -> list[tuple[int, int]]:
        """The sentences of some words: number in the cache and number of words."""
        first = self.first[article]
        inside = [k for k in range(len(first) - 1) if begin <= first[k] < end]
        return [(self.number[article] + k, int(first[k + 1] - first[k])) for k in inside]


def word_states(layers, part: Part, sentences: list[tuple[int, int]], dropout: LockedDropout) -> torch.Tensor:
    """Mean of the branch's states over the pieces of each word, [words of all sentences, 384]."""
    offsets = np.concatenate([[0], np.cumsum([count for _, count in sentences])])
    order = sorted(range(len(sentences)), key=lambda k: len(part.encoded[sentences[k][0]].ids))
    rows, words, inside = [], [], []
    for k in order:
        number, _ = sentences[k]
        rows.append(part.lower[part.rows(number)])
        words += [int(offsets[k]) + w for w in part.encoded[number].word_of if w >= 0]
        inside += [w >= 0 for w in part.encoded[number].word_of]
    states = torch.from_numpy(np.concatenate(rows).astype(np.float32))
    where = Sentences.of([len(r) for r in rows])
    for layer in layers:
        states = passed(layer, states, where, dropout)
    index = torch.tensor(words)
    total = torch.zeros(int(offsets[-1]), STATE).index_add(0, index, states[torch.tensor(inside)].float())
    return total / torch.bincount(index, minlength=len(total)).clamp(min=1).unsqueeze(1)


@torch.no_grad()
def put_states(layers, reports: Reports, dropout: LockedDropout) -> None:
    """The states of all words into the articles, for ``attribution.evaluate``."""
    dropout.eval()
    for number, article in enumerate(reports.articles):
        count = len(article.spans)
        if count:
            with torch.autocast("cpu", torch.bfloat16):
                found = word_states(layers, reports.part, reports.sentences(number, 0, count), dropout)
            article.states = found.numpy()
        else:
            article.states = np.zeros((0, STATE), np.float32)
    dropout.train()


def attribution_loss(model: Tagger, layers, reports: Reports, labels, tasks, batch, dropout, link_weight: float):
    """Labels of the words and links of the spans of some chunks."""
    with torch.autocast("cpu", torch.bfloat16):
        sentences = [s for n, b, e in batch for s in reports.sentences(n, b, e)]
        found = word_states(layers, reports.part, sentences, dropout)
        sizes = [e - b for _, b, e in batch]
        states = nn.utils.rnn.pad_sequence(found.split(sizes), batch_first=True)
        features = torch.zeros(len(batch), max(sizes), FEATURES)
        gold = torch.full((len(batch), max(sizes)), -1)
        for row, (n, b, e) in enumerate(batch):
            features[row, : e - b] = torch.from_numpy(reports.articles[n].features[b:e])
            gold[row, : e - b] = torch.from_numpy(labels[n][b:e])
        g = model.states(states, features, (gold >= 0).unsqueeze(-1).float())
    g = g.float()
    loss = model.loss(model.emissions(g, features), gold)
    links, count = torch.zeros(()), 0
    for row, (n, b, e) in enumerate(batch):
        for spans, cues, pairs, right in tasks[n]:
            if not b <= spans[0][0] < e:
                continue
            moved = [[(s - b, t - b) for s, t in x] for x in (spans, cues)]
            if any(t > e - b for x in moved for _, t in x):
                continue
            scores = model.link_scores(g[row], moved[0], moved[1], pairs)
            links = links + F.cross_entropy(scores, right, reduction="sum")
            count += len(right)
    return loss + link_weight * links / max(count, 1)


def train(args) -> None:
    """The whole run."""
    torch.manual_seed(args.seed)
    generator, chance = np.random.default_rng(args.seed), random.Random(args.seed)
    polnear = args.data / "quotes/polnear"
    everything = read_articles(args.words / "train", polnear / "train", True)
    train_set = Reports("polnear-train", [a for a in everything if fold("polnear", a.name) != 0], args.encoder, args.work / "cache")
    dev = Reports("polnear-dev", read_articles(args.words / "dev", polnear / "dev", False), args.encoder, args.work / "cache")
    labels = [labels_of(a) for a in train_set.articles]
    tasks = [list(link_tasks(a)) for a in train_set.articles]
    babe = Babe(args)
    sentences = np.flatnonzero((babe.folds >= 0) & (babe.folds != args.held_out))
    held_out = np.flatnonzero(babe.folds == args.held_out)
    wording: Wording = frozen_wording(args, babe, sentences)
    wording.frozen = False
    print("frozen states:", wording_line(babe, held_out, *predict_wording(wording_frozen(wording), babe, held_out)), flush=True)
    tagger, dropout = Tagger(args.dropout), LockedDropout(0.1)
    both = nn.ModuleDict({"wording": wording, "tagger": tagger})
    body = list(wording.layers.parameters())
    heads = [p for n, p in wording.named_parameters() if not n.startswith("layers.")]
    optimizer = torch.optim.AdamW([
        {"params": body, "base": args.rate}, {"params": heads, "base": 5e-4},
        {"params": tagger.parameters(), "base": args.head_rate},
    ], lr=args.rate, weight_decay=0.01, fused=True)
    average = {name: value.detach().clone() for name, value in both.state_dict().items()}
    words_of = sum(len(chunks(a, None)) for a in train_set.articles)
    total = args.epochs * (words_of // args.batch) + args.wording_epochs * (len(sentences) // 24)
    print(f"{len(train_set.articles)} annotated articles, {len(sentences)} sentences, about {total} steps", flush=True)
    queue: list[list[int]] = []
    for _ in range(args.wording_epochs):
        queue += wording_batches(babe, sentences, generator)
    step, begun, passes = 0, time.time(), np.array_split(np.arange(len(queue)), args.epochs)
    for epoch in range(args.epochs):
        both.train()
        work = [(n, b, e) for n, a in enumerate(train_set.articles) for b, e in chunks(a, chance)]
        work.sort(key=lambda w: (w[2] - w[1]) // 16 + chance.random())
        jobs: list = [work[i : i + args.batch] for i in range(0, len(work), args.batch)]
        jobs += [queue[i] for i in passes[epoch]]
        chance.shuffle(jobs)
        sums = {"attribution": [], "wording": []}
        for job in jobs:
            if isinstance(job[0], tuple):
                loss = attribution_loss(tagger, wording.layers, train_set, labels, tasks, job, dropout, 0.3)
                sums["attribution"].append(float(loss.detach()))
            else:
                loss = args.wording_weight * wording_loss(wording, babe, job)
                sums["wording"].append(float(loss.detach()))
            share = min(1, (step + 1) / 60) * max(0.02, 0.5 * (1 + math.cos(math.pi * min(1, step / total))))
            for group in optimizer.param_groups:
                group["lr"] = group["base"] * share
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(both.parameters(), 1.0)
            optimizer.step()
            step += 1
            keep = min(0.995, step / (step + 10))
            for name, value in both.state_dict().items():
                average[name].mul_(keep).add_(value, alpha=1 - keep)
            if step % 100 == 0:
                means = {name: round(float(np.mean(values[-100:])), 4) for name, values in sums.items() if values}
                print(step, total, f"{(time.time() - begun) / 60:.1f} min", means, flush=True)
        mean = copy.deepcopy(both)
        mean.load_state_dict(average)
        mean.eval()
        put_states(mean["wording"].layers, dev, dropout)
        logits, words = predict_wording(mean["wording"], babe, held_out)
        line = {"epoch": epoch + 1, "minutes": round((time.time() - begun) / 60, 1),
                "attribution": show(evaluate(mean["tagger"], dev.articles)),
                "wording": wording_line(babe, held_out, logits, words)}
        print(json.dumps(line), flush=True)
        torch.save({"wording": mean["wording"].state_dict(), "weights": mean["tagger"].state_dict(), "seed": args.seed,
                    "held_out": (held_out, logits, words)}, args.work / f"branch{epoch + 1}.pt")


def wording_frozen(model: Wording) -> Wording:
    """The same head on the last states of ``news-en``."""
    copied = copy.deepcopy(model)
    copied.frozen = True
    return copied


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--words", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--encoder", type=Path, default=HERE / "../news-en", help="the folder of news-en")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--wording-epochs", type=int, default=3)
    parser.add_argument("--held-out", type=int, default=0, help="BABE's fold to leave out; 0 is that of the shipped branch")
    parser.add_argument("--wording-weight", type=float, default=0.5)
    parser.add_argument("--batch", type=int, default=16, help="chunks of about 128 words")
    parser.add_argument("--rate", type=float, default=1e-4)
    parser.add_argument("--head-rate", type=float, default=1.5e-3)
    parser.add_argument("--dropout", type=float, default=0.3)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    args.random = False
    args.work.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    train(args)


if __name__ == "__main__":
    main()
