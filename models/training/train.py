"""Train the shared encoder and its heads.

    python train.py --data DATA --encoder ENCODER --work WORK [--epochs 5] ...

DATA holds ner/conll2003, ner/worldwide_newswire and sentiment/{newsmtsc,directed,sentfin};
ENCODER holds all-MiniLM-L6-v2 (config.json, model.safetensors, tokenizer.json).
WORK receives a checkpoint after every epoch (run again to resume), the running mean of the weights
after every epoch (epochN.pt, what is exported) and log.jsonl.

Forwards and backwards run in bf16, the optimiser's weights are f32.
"""
from __future__ import annotations

import argparse
import copy
import json
import random
import time
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch.nn import functional as F
from transformers import BertConfig, BertModel

from data import Example, Sentence, cut, encode_all, paths, read_dev, read_training, tone_fifths
from metrics import differing, entity_scores, tone_pairs, tone_scores
from model import Model, collate, documents, padded, predict
from shapes import curly_quotes, lower_case, title_case, upper_case

LONGEST = 200
"""Longer training sentences (word pieces) are left out."""
TAUGHT = ("conll", "world", "tone")
"""The sets whose sentence vectors the teacher has."""


def arguments() -> argparse.Namespace:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--encoder", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--start", type=Path, default=None, help="weights of domain.py to begin with")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--stop-after", type=int, default=None, help="epochs to run, for screening")
    parser.add_argument("--share", default="conll=1,world=0.6,tone=1,directed=0.3,sentfin=0.15",
                        help="part of each set that one epoch sees")
    parser.add_argument("--weight", default="conll=4,world=4,tone=1,directed=0.5,sentfin=0.5,sentence=0.5")
    parser.add_argument("--rate", type=float, default=1e-4, help="learning rate of the encoder")
    parser.add_argument("--head-rate", type=float, default=1e-3)
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--smoothing", type=float, default=0.05, help="of the tone labels")
    parser.add_argument("--case-share", type=float, default=0.04)
    parser.add_argument("--quote-share", type=float, default=0.3)
    parser.add_argument("--memory-share", type=float, default=0.75, help="documents that are read with memory")
    parser.add_argument("--budget", type=int, default=1400, help="word pieces a batch")
    parser.add_argument("--decay", type=float, default=0.98, help="of the running mean, taken every fourth step")
    parser.add_argument("--tone-fold", type=int, choices=range(5), default=None,
                        help="a fifth of the tone's articles to leave out, see tone_cv.py")
    parser.add_argument("--threads", type=int, default=1)
    return parser.parse_args()


def numbers(text: str) -> dict[str, float]:
    """``a=1,b=2`` as a dictionary."""
    return {k: float(v) for k, v in (part.split("=") for part in text.split(","))}


def load_tokenizer(folder: Path) -> Tokenizer:
    """The encoder's tokenizer without padding and truncation."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


# --- the teacher of the sentence vectors ------------------------------------------

@torch.no_grad()
def teacher_vectors(folder: Path, examples: list[Example]) -> np.ndarray:
    """Mean-pooled vectors of the original encoder ([CLS] and [SEP] included)."""
    encoder = BertModel.from_pretrained(folder, add_pooling_layer=False, attn_implementation="sdpa").eval()
    order = sorted(range(len(examples)), key=lambda i: len(examples[i].encoded.ids))
    out = np.zeros((len(examples), encoder.config.hidden_size), np.float16)
    for at in range(0, len(order), 32):
        rows = order[at : at + 32]
        ids = padded([examples[i].encoded.ids for i in rows], 0)
        mask = padded([[1] * len(examples[i].encoded.ids) for i in rows], 0)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            hidden = encoder(input_ids=ids, attention_mask=mask).last_hidden_state.float()
        mean = (hidden * mask.unsqueeze(-1)).sum(1) / mask.sum(1, keepdim=True)
        out[rows] = F.normalize(mean, dim=-1).numpy()
    return out


def cached_teacher(path: Path, folder: Path, examples: list[Example]) -> torch.Tensor:
    """Teacher vectors, computed once for a work folder."""
    if not path.exists():
        np.save(path, teacher_vectors(folder, examples))
    vectors = np.load(path)
    assert len(vectors) == len(examples), "another data set: remove teacher.npy"
    return torch.from_numpy(vectors).float()


# --- what one epoch sees ------------------------------------------------------------

def altered(sentence: Sentence, text: str) -> Sentence:
    """The same sentence with other characters in the same places."""
    words, position = [], 0
    for word in sentence.words:
        words.append(text[position : position + len(word)])
        position += len(word) + 1
    return Sentence(
        sentence.source, text, words, sentence.tags, sentence.targets, sentence.key, sentence.document
    )


def recased(sentence: Sentence, rng: random.Random) -> Sentence:
    """In lower, upper or title case."""
    changes = (lower_case, upper_case, lambda t: title_case(t, keep_small=rng.random() < 0.5))
    return altered(sentence, rng.choice(changes)(sentence.text))


def varied(sentence: Sentence, args, rng: random.Random) -> Sentence:
    """Now and then in another case, now and then with typographic quotation marks."""
    if rng.random() < 3 * args.case_share:
        sentence = recased(sentence, rng)
    if rng.random() < args.quote_share and ("'" in sentence.text or '"' in sentence.text):
        sentence = altered(sentence, curly_quotes(sentence.text))
    return sentence


def batches(examples: list[Example], budget: int, rng: random.Random) -> list[list[Example]]:
    """Documents together, in random order, about ``budget`` word pieces a batch; single sentences by length."""
    parts = documents(examples)
    rng.shuffle(parts)
    single = all(len(part) == 1 for part in parts)
    flat: list[int] = []
    if single:
        for at in range(0, len(parts), 1500):
            flat += sorted((p[0] for p in parts[at : at + 1500]), key=lambda i: len(examples[i].encoded.ids))
    else:
        flat = [i for part in parts for i in part]
    out, size = [], 0
    for i in flat:
        length = len(examples[i].encoded.ids)
        if not out or size + length > budget:
            out.append([])
            size = 0
        out[-1].append(examples[i])
        size += length
    for batch in out:
        batch.sort(key=lambda e: len(e.encoded.ids))
    return out


def drawn(sentences: list[Sentence], share: float, rng: random.Random) -> list[Sentence]:
    """``share`` of the sentences, by whole documents; above 1, whole sets and a remainder."""
    whole, rest = divmod(share, 1)
    groups: dict = {}
    for number, sentence in enumerate(sentences):
        groups.setdefault(sentence.document or number, []).append(sentence)
    chosen = rng.sample(list(groups.values()), round(rest * len(groups)))
    return sentences * int(whole) + [s for group in chosen for s in group]


def epoch_batches(sets, tokenizer, args, epoch: int) -> list[tuple[str, list[Example]]]:
    """All batches of an epoch in random order, each from one set."""
    rng = random.Random(args.seed * 1000 + epoch)
    out = []
    for name, share in numbers(args.share).items():
        chosen = [varied(s, args, rng) for s in drawn(sets[name], share, rng)]
        examples = [e for e in encode_all(tokenizer, chosen) if len(e.encoded.ids) <= LONGEST]
        out += [(name, b) for b in batches(examples, args.budget, rng)]
    rng.shuffle(out)
    return out


# --- training -------------------------------------------------------------------------

def make_optimizer(model: Model, args) -> torch.optim.Optimizer:
    """AdamW; heads and type embeddings learn faster than the layers; the word embeddings are fixed."""
    slow, fast, plain = [], [], []
    model.encoder.embeddings.word_embeddings.weight.requires_grad = False
    for name, value in model.named_parameters():
        if not value.requires_grad:
            continue
        if "token_type" in name or not name.startswith("encoder."):
            fast.append(value)
        else:
            (plain if value.dim() == 1 else slow).append(value)
    groups = [
        {"params": slow, "lr": args.rate, "weight_decay": 0.01},
        {"params": plain, "lr": args.rate, "weight_decay": 0.0},
        {"params": fast, "lr": args.head_rate, "weight_decay": 0.0},
    ]
    for group in groups:
        group["peak"] = group["lr"]
    return torch.optim.AdamW(groups, fused=True)


class RunningMean:
    """Mean of the weights over the last steps, exponentially weighted."""

    def __init__(self, model: torch.nn.Module, decay: float):
        self.decay, self.count = decay, 0
        self.kept = {n: p.detach().clone() for n, p in model.named_parameters() if p.requires_grad}

    @torch.no_grad()
    def update(self, model: torch.nn.Module) -> None:
        """After every fourth step."""
        self.count += 1
        decay = min(self.decay, (1 + self.count) / (10 + self.count))
        for name, parameter in model.named_parameters():
            if name in self.kept:
                self.kept[name].lerp_(parameter, 1 - decay)

    def state(self, model: torch.nn.Module) -> dict[str, torch.Tensor]:
        """The model's state with the mean in place of the last weights."""
        return {**model.state_dict(), **{name: tensor.clone() for name, tensor in self.kept.items()}}


def batch_loss(model: Model, name: str, examples: list[Example], teacher, args, weight, rng):
    """Loss of one batch: its task, and closeness to the teacher's sentence vectors."""
    remember = {e.sentence.document for e in examples}
    remember = {d for d in sorted(d for d in remember if d) if rng.random() < args.memory_share}
    batch = collate(examples, remember)
    hidden = model.states(batch)[-1]
    if name in ("conll", "world"):
        task = model.entities.loss(model.entities.scores(hidden, batch), batch)
    else:
        smoothing = args.smoothing
        task = F.cross_entropy(model.tone(hidden, batch, name), batch.tones, label_smoothing=smoothing)
    if name not in TAUGHT:
        return weight[name] * task, task.item(), 0.0
    wanted = teacher[[e.sentence.key for e in examples]]
    apart = (1 - (model.sentence(model.mean(hidden, batch)) * wanted).sum(-1)).mean()
    return weight[name] * task + weight["sentence"] * apart, task.item(), apart.item()


def dev_scores(model: Model, dev: dict[str, list[Example]]) -> dict[str, float]:
    """Figures of every dev set."""
    out = {}
    for name, examples in dev.items():
        predictions = predict(model, examples)
        if examples[0].labels:
            out[name] = round(entity_scores(examples, predictions)["f1"], 2)
        else:
            out[name] = round(tone_scores(*tone_pairs(examples, predictions))["macro-f1"], 2)
            if name == "mt-dev":
                out["differing"] = round(differing(examples, predictions), 2)
    return out


def train(args) -> None:
    """The whole run."""
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    args.work.mkdir(parents=True, exist_ok=True)
    tokenizer = load_tokenizer(args.encoder)
    sets = read_training(args.data)
    flat = [s for name in TAUGHT for s in sets[name]]
    for key, sentence in enumerate(flat):
        sentence.key = key
    teacher = cached_teacher(
        args.work.parent / "teacher.npy", args.encoder, [cut(e) for e in encode_all(tokenizer, flat)]
    )
    read = read_dev(args.data)
    if args.tone_fold is not None:
        held = [number == args.tone_fold for number in tone_fifths(paths(args.data)["tone-train"])]
        read["tone-cv"] = [s for s, out in zip(sets["tone"], held, strict=True) if out]
        sets["tone"] = [s for s, out in zip(sets["tone"], held, strict=True) if not out]
    dev = {k: [cut(e) for e in encode_all(tokenizer, v)] for k, v in read.items()}
    shares = numbers(args.share)
    dev = {k: v for k, v in dev.items() if shares.get({"c": "conll", "w": "world"}.get(k[0], "tone"))}
    model = Model(BertConfig.from_pretrained(args.encoder), args.dropout)
    model.start_from(args.encoder, args.seed)
    if args.start:
        model.encoder.load_state_dict(torch.load(args.start, weights_only=True)["encoder"])
    optimizer = make_optimizer(model, args)
    mean = RunningMean(model, args.decay)
    weight, checkpoint = numbers(args.weight), args.work / "checkpoint.pt"
    step, first, began = 0, 0, time.time()
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        step, first, mean.kept, mean.count = saved["step"], saved["epoch"], saved["mean"], saved["count"]
        print("resumed behind epoch", first, flush=True)
    narrow = copy.deepcopy(model).bfloat16()
    trained = {name: p for name, p in model.named_parameters() if p.requires_grad}
    copies = dict(narrow.named_parameters())
    per_epoch = len(epoch_batches(sets, tokenizer, args, 0))
    total = per_epoch * args.epochs
    print({k: len(v) for k, v in sets.items()}, "steps", total, vars(args), flush=True)
    for epoch in range(first, min(args.epochs, args.stop_after or args.epochs)):
        rng = random.Random(args.seed * 1000 + epoch + 500)
        narrow.train()
        seen: dict[str, list[float]] = {}
        for name, examples in epoch_batches(sets, tokenizer, args, epoch):
            factor = min(1.0, (step + 1) / (0.06 * total), max(0.01, 1 - step / total))
            for group in optimizer.param_groups:
                group["lr"] = group["peak"] * factor
            loss, task, apart = batch_loss(narrow, name, examples, teacher, args, weight, rng)
            loss.backward()
            for key, parameter in trained.items():
                given = copies[key].grad
                parameter.grad = None if given is None else given.float()
                copies[key].grad = None
            norm = torch.nn.utils.clip_grad_norm_(trained.values(), 1.0).item()
            optimizer.step()
            with torch.no_grad():
                for key, parameter in trained.items():
                    copies[key].copy_(parameter)
            step += 1
            if step % 4 == 0:
                mean.update(model)
            sums = seen.setdefault(name, [0.0, 0.0, 0.0, 0.0])
            for i, value in enumerate((1.0, task, apart, norm)):
                sums[i] += value
            if step % 100 == 0:
                means = {k: [round(x / v[0], 4) for x in v[1:]] for k, v in seen.items()}
                print(step, total, round(time.time() - began), means, flush=True)
                seen = {}
        state = mean.state(model)
        averaged = copy.deepcopy(model)
        averaged.load_state_dict(state)
        row = {"epoch": epoch + 1, "seed": args.seed, "minutes": round((time.time() - began) / 60, 1)}
        row["dev"] = dev_scores(averaged.bfloat16(), dev)
        if "tone-cv" in dev:
            torch.save(tone_pairs(dev["tone-cv"], predict(averaged, dev["tone-cv"])), args.work / "tone-cv.pt")
        print(json.dumps(row), flush=True)
        with open(args.work / "log.jsonl", "a", encoding="utf8") as log:
            log.write(json.dumps(row) + "\n")
        torch.save(
            {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step, "epoch": epoch + 1,
             "mean": mean.kept, "count": mean.count},
            args.work / "checkpoint.tmp",
        )
        (args.work / "checkpoint.tmp").replace(checkpoint)
        torch.save({"model": state}, args.work / f"epoch{epoch + 1}.pt")


if __name__ == "__main__":
    train(arguments())
