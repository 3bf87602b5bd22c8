"""Data of the branch ``models/discourse``: readers, groups, folds and the cache of hidden states.

The lower four layers are frozen, so their output is computed once for every sentence (f32
arithmetic, kept as f16), beside the last states of ``news-en`` for heads without a branch.
"""
from __future__ import annotations

import copy
import csv
import json
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from data import fold
from model import Model
from packed import Sentences
from shapes import Encoded, encode_batch
from storage import load_model

WIDTH, LOWER = 384, 4
LONGEST = 200
"""Longer sentences are cut to this many word pieces, in training only."""
FOLDS = 5
OPINION = {"Entirely f": 0, "Somewhat f": 1, "Expresses ": 2}
"""BABE's second label, by its first ten characters."""
FRAME_NAMES = {
    "legality_constitutionality_and_jurisprudence": "legality_constitutionality_jurisprudence",
}


@dataclass
class Part:
    """Sentences of one data set with their cached states."""

    name: str
    texts: list[str]
    encoded: list[Encoded]
    at: np.ndarray
    """Row of the first piece of each sentence, and the number of rows."""
    lower: np.ndarray
    last: np.ndarray
    extra: dict = field(default_factory=dict)

    def rows(self, number: int) -> slice:
        """The pieces of a sentence, [CLS] and [SEP] with them."""
        return slice(int(self.at[number]), int(self.at[number + 1]))


# --- readers ----------------------------------------------------------------------

SENTENCE_END = re.compile(r"(?<=[.!?])([\"'”’)]*)\s+(?=[\"'“‘(]?[A-Z0-9])")
TITLE_BEFORE = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|Sen|Rep|Gov|Gen|St|Lt|Col|Prof|Jr|Sr|No|vs|U\.S|[A-Z])\.$")


def split_sentences(line: str) -> list[str]:
    """Sentences of a paragraph, by a plain rule (training and figures; the program has its own splitter)."""
    out, begin = [], 0
    for match in SENTENCE_END.finditer(line):
        if TITLE_BEFORE.search(line[: match.start()]):
            continue
        out.append(line[begin : match.end()].strip())
        begin = match.end()
    out.append(line[begin:].strip())
    return [s for s in out if s]


def read_codebook(path: Path) -> list[dict[str, str]]:
    """The frames of a codebook: label, name, definition."""
    return tomllib.loads(path.read_text(encoding="utf8"))["frame"]


def label_text(frame: dict[str, str]) -> str:
    """What is encoded for a label."""
    return f"{frame['name']}: {frame['definition']}"


def read_semeval(folder: Path, labels: list[str]):
    """Articles as sentences (the headline is the first), label rows and ids."""
    gold = {}
    for line in (folder / "train-labels.txt").read_text(encoding="utf8").splitlines():
        name, listed = line.split("\t")
        row = np.zeros(len(labels), np.float32)
        for label in listed.split(","):
            label = label.strip().lower()
            row[labels.index(FRAME_NAMES.get(label, label))] = 1
        gold[name] = row
    names, articles, rows = [], [], []
    for name in sorted(gold):
        text = (folder / "train-articles" / f"article{name}.txt").read_text(encoding="utf8")
        sentences = [s for line in text.split("\n") for s in split_sentences(line.strip())]
        names.append(name)
        articles.append([s for s in sentences if any(c.isalpha() for c in s)])
        rows.append(gold[name])
    return names, articles, np.array(rows)


def read_babe(folder: Path):
    """BABE's sentences: text, biased or not (SG2's label), marked words of both groups, opinion, article."""
    def rows(name):
        with open(folder / f"final_labels_{name}.csv", encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file, delimiter=";"))

    def words(row):
        return [w.strip().strip("'\"").lower() for w in row["biased_words"].strip("[]").split(",") if w.strip()]

    first = {r["text"].strip(): r for r in rows("SG1")}
    out, seen = [], set()
    for row in rows("SG2"):
        text = row["text"].strip()
        if row["label_bias"] not in ("Biased", "Non-biased") or text in seen:
            continue
        seen.add(text)
        other = first.get(text)
        out.append({
            "text": text, "biased": int(row["label_bias"] == "Biased"), "words": words(row),
            "other": words(other) if other else None, "link": row["news_link"],
            "opinion": OPINION.get(row["label_opinion"].strip()[:10], -1),
        })
    return out


def read_gvfc(folder: Path):
    """Relevant headlines on gun violence with their first theme (1-9)."""
    with open(folder / "GVFC_extension_multimodal.csv", encoding="utf8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [(r["headline"], int(r["Q3 Theme1"])) for r in rows if r["Q3 Theme1"].strip() in "123456789"]


# --- groups and folds ----------------------------------------------------------------

def groups_of(texts: list[str], keys: list[str], limit: float) -> list[str]:
    """A group's name for every text: texts of one key, or nearly the same, share it (tf-idf cosine above limit)."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    parent = list(range(len(texts)))

    def root(i):
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    first: dict[str, int] = {}
    for i, key in enumerate(keys):
        parent[root(i)] = root(first.setdefault(key, i))
    matrix = TfidfVectorizer(sublinear_tf=True).fit_transform(texts)
    for begin in range(0, len(texts), 500):
        near = (matrix[begin : begin + 500] @ matrix.T).tocoo()
        for i, j, value in zip(near.row, near.col, near.data):
            if value > limit and root(begin + i) != root(j):
                parent[root(begin + i)] = root(j)
    names: dict[int, str] = {}
    for i, key in enumerate(keys):
        names[root(i)] = min(names.get(root(i), key), key)
    return [names[root(i)] for i in range(len(texts))]


def folds_of(source: str, groups: list[str]) -> np.ndarray:
    """Fold of each: -1 is ``check``, else 0 to 4, by a stable hash of the group."""
    return np.array([-1 if fold(source, g) == 0 else fold(source + "/cv", g) % FOLDS for g in groups])


# --- cache -------------------------------------------------------------------------

@torch.no_grad()
def states_of(model: Model, encoded: list[Encoded], exact: bool, budget: int = 3000):
    """Output of the fourth and, where ``exact``, of the last layer for the pieces of every sentence, in f16.

    Exact is f32, else bf16, which is enough to train a branch on.
    """
    model = model if exact else copy.deepcopy(model).bfloat16()
    sizes = np.array([len(e.ids) for e in encoded])
    at = np.concatenate([[0], np.cumsum(sizes)])
    lower = np.empty((at[-1], WIDTH), np.float16)
    last = np.empty((at[-1] if exact else 0, WIDTH), np.float16)
    order = np.argsort(sizes, kind="stable")
    begin = 0
    while begin < len(order):
        end = begin + max(1, int(np.searchsorted(np.cumsum(sizes[order[begin : begin + budget]]), budget)))
        rows = order[begin:end]
        ids = torch.tensor([i for k in rows for i in encoded[k].ids])
        types = torch.tensor([t for k in rows for t in encoded[k].types])
        states = model.layers(ids, types, Sentences.of([int(sizes[k]) for k in rows]), None if exact else LOWER)
        first = 0
        for k in rows:
            part = slice(first, first + int(sizes[k]))
            lower[at[k] : at[k + 1]] = states[LOWER][part].half().numpy()
            if exact:
                last[at[k] : at[k + 1]] = states[-1][part].half().numpy()
            first = part.stop
        begin = end
    return at, lower, last


def shortened(encoded: Encoded) -> Encoded:
    """At most ``LONGEST`` pieces."""
    if len(encoded.ids) <= LONGEST:
        return encoded
    keep = LONGEST - 1
    words = sum(s < keep for s in encoded.starts)
    return Encoded(
        encoded.ids[:keep] + encoded.ids[-1:], encoded.types[:keep] + [0], encoded.offsets[:keep] + [(0, 0)],
        encoded.word_of[:keep] + [-1], encoded.starts[:words], encoded.spans[:words],
    )


def part_of(name: str, texts: list[str], folder: Path, cache: Path, exact: bool = True, **extra) -> Part:
    """The states of some texts, from the cache or made for it; without ``exact`` those of the fourth layer only."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    encoded = [shortened(e) for e in encode_batch(tokenizer, texts)]
    files = [cache / f"{name}.{kind}.npy" for kind in ("at", "lower", "last")]
    if not all(f.exists() for f in files):
        cache.mkdir(parents=True, exist_ok=True)
        model, _ = load_model(folder)
        for file, array in zip(files, states_of(model, encoded, exact)):
            np.save(file, array)
    at, lower, last = (np.load(f) for f in files)
    if int(at[-1]) != sum(len(e.ids) for e in encoded):
        raise ValueError(f"the cache {cache} was made from other texts: remove it")
    return Part(name, texts, encoded, at, lower, last, extra)


def load_semeval(data: Path, folder: Path, cache: Path, labels: list[str]) -> Part:
    """SemEval's articles; extra: names, first sentence of each, gold, folds."""
    names, articles, gold = read_semeval(data / "frames/semeval2023_task3", labels)
    first = np.concatenate([[0], np.cumsum([len(a) for a in articles])])
    folds = folds_of("semeval", groups_of([" ".join(a) for a in articles], names, 0.5))
    return part_of("semeval", [s for a in articles for s in a], folder, cache,
                   names=names, first=first, gold=gold, folds=folds)


def load_babe(data: Path, folder: Path, cache: Path) -> Part:
    """BABE; extra: gold, rows, folds by article and near-duplicates."""
    rows = read_babe(data / "wording/babe")
    folds = folds_of("babe", groups_of([r["text"] for r in rows], [r["link"] for r in rows], 0.6))
    return part_of("babe", [r["text"] for r in rows], folder, cache,
                   gold=np.array([r["biased"] for r in rows]), rows=rows, folds=folds)


def word_targets(part: Part) -> list[tuple[np.ndarray, np.ndarray]]:
    """For every word of every sentence: marked by SG2's annotators, and the mean over both groups."""
    def marked(words: list[str], phrases: list[str]) -> np.ndarray:
        out = np.zeros(len(words), np.float32)
        for phrase in phrases:
            wanted = re.findall(r"\w+|[^\w\s]", phrase)
            if not any(c.isalpha() for c in phrase):
                continue
            for k in range(len(words) - len(wanted) + 1):
                if words[k : k + len(wanted)] == wanted:
                    out[k : k + len(wanted)] = 1
        return out

    found = []
    for row, encoded in zip(part.extra["rows"], part.encoded):
        words = [row["text"][a:b].lower() for a, b in encoded.spans]
        second = marked(words, row["words"])
        both = second if row["other"] is None else (second + marked(words, row["other"])) / 2
        found.append((second, both))
    return found


def letter_words(part: Part) -> list[np.ndarray]:
    """Which words of every sentence have a letter."""
    return [
        np.array([any(c.isalpha() for c in text[a:b]) for a, b in e.spans], bool)
        for text, e in zip(part.texts, part.encoded)
    ]
