"""Train the shared encoder and its heads.

    python train.py --data DATA --encoder ENCODER --work WORK [--epochs 6] ...

DATA holds ner/conll2003, ner/worldwide_newswire and sentiment/newsmtsc;
ENCODER holds all-MiniLM-L6-v2 (config.json, model.safetensors, tokenizer.json).
WORK receives a checkpoint after every epoch (run again to resume), the weights of
every epoch (epochN.pt) and log.jsonl.
"""
from __future__ import annotations

import argparse
import json
import random
import time
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch.nn import functional as F
from transformers import BertConfig, BertModel

from data import Example, Sentence, cut, encode_all, read_dev, read_training
from metrics import entity_scores, tone_pairs, tone_scores
from model import Model, collate, padded, predict
from shapes import curly_quotes, lower_case, title_case, upper_case

LONGEST = 200
"""Longer training sentences (word pieces) are left out."""


def arguments() -> argparse.Namespace:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--encoder", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--stop-after", type=int, default=None, help="epochs to run, for screening")
    parser.add_argument("--share", default="conll=1,world=0.5,tone=0.8",
                        help="part of each set that one epoch sees")
    parser.add_argument("--weight", default="conll=4,world=4,tone=1,sentence=0.5")
    parser.add_argument("--rate", type=float, default=1e-4, help="learning rate of the encoder")
    parser.add_argument("--head-rate", type=float, default=1e-3)
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--smoothing", type=float, default=0.0, help="of the tone labels")
    parser.add_argument("--case-share", type=float, default=0.04)
    parser.add_argument("--quote-share", type=float, default=0.3)
    parser.add_argument("--budget", type=int, default=1400, help="padded word pieces a batch")
    parser.add_argument("--freeze-words", action="store_true", help="keep the word embeddings fixed")
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
    return Sentence(sentence.source, text, words, sentence.tags, sentence.targets, sentence.key)


def variants(sentences: list[Sentence], share: float, rng: random.Random) -> list[Sentence]:
    """Copies in other letter case: ``share`` each of lower, upper and title case."""
    changes = (lower_case, upper_case, lambda t: title_case(t, keep_small=rng.random() < 0.5))
    return [
        altered(s, change(s.text)) for s in sentences for change in changes if rng.random() < share
    ]


def with_curly_quotes(sentences: list[Sentence], share: float, rng: random.Random) -> list[Sentence]:
    """Typographic quotation marks in a share of the sentences that have straight ones."""
    return [
        altered(s, curly_quotes(s.text)) if rng.random() < share and ("'" in s.text or '"' in s.text) else s
        for s in sentences
    ]


def draw(sentences: list[Sentence], share: float, rng: random.Random) -> list[Sentence]:
    """``share`` of the sentences; above 1, whole sets and a remainder."""
    whole, rest = divmod(share, 1)
    return sentences * int(whole) + rng.sample(sentences, round(rest * len(sentences)))


def batches(examples: list[Example], budget: int, rng: random.Random) -> list[list[Example]]:
    """Batches of similar length, at most ``budget`` padded word pieces each."""
    rng.shuffle(examples)
    out = []
    for at in range(0, len(examples), 1500):
        part = sorted(examples[at : at + 1500], key=lambda e: len(e.encoded.ids))
        batch: list[Example] = []
        for example in part:
            if batch and len(example.encoded.ids) * (len(batch) + 1) > budget:
                out.append(batch)
                batch = []
            batch.append(example)
        out.append(batch)
    return out


def epoch_batches(sets, tokenizer, args, epoch: int) -> list[tuple[str, list[Example]]]:
    """All batches of an epoch in random order, each from one set."""
    rng = random.Random(args.seed * 1000 + epoch)
    out = []
    for name, share in numbers(args.share).items():
        chosen = draw(sets[name], share, rng)
        chosen = chosen + variants(chosen, args.case_share, rng)
        chosen = with_curly_quotes(chosen, args.quote_share, rng)
        examples = [e for e in encode_all(tokenizer, chosen) if len(e.encoded.ids) <= LONGEST]
        out += [(name, b) for b in batches(examples, args.budget, rng)]
    rng.shuffle(out)
    return out


# --- training -------------------------------------------------------------------------

def make_optimizer(model: Model, args) -> torch.optim.Optimizer:
    """AdamW; heads and type embeddings learn faster than the encoder."""
    slow, fast, plain = [], [], []
    model.encoder.embeddings.word_embeddings.weight.requires_grad = not args.freeze_words
    for name, value in model.named_parameters():
        if not value.requires_grad:
            continue
        if not name.startswith("encoder.") or "token_type" in name:
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


def batch_loss(model: Model, name: str, examples: list[Example], teacher, args, weight):
    """Loss of one batch: its task, and closeness to the teacher's sentence vectors."""
    batch = collate(examples)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        hidden, mean = model.states(batch)
        vectors = model.sentence(mean)
        if name == "tone":
            logits = model.tone(hidden, mean, batch["rows"], batch["mentions"])
        else:
            emissions = model.entities.scores(hidden, batch["word_of"], batch["starts"])
    if name == "tone":
        task = F.cross_entropy(logits, batch["tones"], label_smoothing=args.smoothing)
    else:
        task = model.entities.loss(emissions, batch["labels"])
    wanted = teacher[[e.sentence.key for e in examples]]
    apart = (1 - (vectors * wanted).sum(-1)).mean()
    return weight[name] * task + weight["sentence"] * apart, task.item(), apart.item()


def dev_scores(model: Model, dev: dict[str, list[Example]]) -> dict[str, float]:
    """F1 of every dev set."""
    out = {}
    with torch.autocast("cpu", dtype=torch.bfloat16):
        for name, examples in dev.items():
            predictions = predict(model, examples)
            if examples[0].labels:
                out[name] = round(entity_scores(examples, predictions)["f1"], 2)
            else:
                out[name] = round(tone_scores(*tone_pairs(examples, predictions))["macro-f1"], 2)
    return out


def train(args) -> None:
    """The whole run."""
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    args.work.mkdir(parents=True, exist_ok=True)
    tokenizer = load_tokenizer(args.encoder)
    sets = read_training(args.data)
    flat = [s for name in ("conll", "world", "tone") for s in sets[name]]
    for key, sentence in enumerate(flat):
        sentence.key = key
    teacher = cached_teacher(
        args.work.parent / "teacher.npy", args.encoder, [cut(e) for e in encode_all(tokenizer, flat)]
    )
    dev = {k: [cut(e) for e in encode_all(tokenizer, v)] for k, v in read_dev(args.data).items()}
    model = Model(BertConfig.from_pretrained(args.encoder), args.dropout)
    model.start_from(args.encoder, args.seed)
    optimizer = make_optimizer(model, args)
    weight, checkpoint = numbers(args.weight), args.work / "checkpoint.pt"
    step, first, began = 0, 0, time.time()
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        step, first = saved["step"], saved["epoch"]
        print("resumed behind epoch", first, flush=True)
    per_epoch = len(epoch_batches(sets, tokenizer, args, 0))
    total = per_epoch * args.epochs
    print({k: len(v) for k, v in sets.items()}, "steps", total, vars(args), flush=True)
    for epoch in range(first, min(args.epochs, args.stop_after or args.epochs)):
        model.train()
        seen: dict[str, list[float]] = {}
        for name, examples in epoch_batches(sets, tokenizer, args, epoch):
            factor = min(1.0, (step + 1) / (0.06 * total), max(0.01, 1 - step / total))
            for group in optimizer.param_groups:
                group["lr"] = group["peak"] * factor
            loss, task, apart = batch_loss(model, name, examples, teacher, args, weight)
            loss.backward()
            norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0).item()
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            step += 1
            sums = seen.setdefault(name, [0.0, 0.0, 0.0, 0.0])
            for i, value in enumerate((1.0, task, apart, norm)):
                sums[i] += value
            if step % 100 == 0:
                means = {k: [round(x / v[0], 4) for x in v[1:]] for k, v in seen.items()}
                print(step, total, round(time.time() - began), means, flush=True)
                seen = {}
        row = {"epoch": epoch + 1, "seed": args.seed, "minutes": round((time.time() - began) / 60, 1)}
        row["dev"] = dev_scores(model, dev)
        print(json.dumps(row), flush=True)
        with open(args.work / "log.jsonl", "a", encoding="utf8") as log:
            log.write(json.dumps(row) + "\n")
        torch.save(
            {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step, "epoch": epoch + 1},
            args.work / "checkpoint.tmp",
        )
        (args.work / "checkpoint.tmp").replace(checkpoint)
        torch.save({"model": model.state_dict()}, args.work / f"epoch{epoch + 1}.pt")


if __name__ == "__main__":
    train(arguments())
