r"""Policy frames and loaded wording: training, figures and export of ``models/discourse``.

    python discourse.py --data DATA --work WORK --step frames-cv     frames by 5-fold CV, against baselines
    python discourse.py --data DATA --work WORK --step user-cv       frames that were never trained; headlines on guns
    python discourse.py --data DATA --work WORK --step wording-cv [--fold N]    5-fold CV of the wording head
    python discourse.py --data DATA --work WORK --step wording-table [--random] figures of all folds together
    python discourse.py --data DATA --work WORK --step export --branch WORK/branch3.pt    ../discourse
    python discourse.py --data DATA --work WORK --step check         the parts that nothing was chosen on
    python discourse.py --data DATA --work WORK --step parity        parity-discourse.json

DATA holds frames/semeval2023_task3, frames/gvfc and wording/babe. WORK keeps hidden states (1 GB) and
checkpoints. One thread; the seed is fixed.

Frames: v is the sentence vector of ``news-en``, n = v - center of length 1; z[l] = weight[l] . n + bias[l].
weight[l] starts at the vector of the label's text and moves by a learned difference. An article's Z is
log(mean over its sentences of exp(r z)) / r: multiple-instance learning from article labels.
"""
from __future__ import annotations

import argparse
import hashlib
import json
import math
import pickle
import time
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save
from sklearn.cluster import KMeans
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, f1_score, roc_auc_score
from torch import nn
from torch.nn import functional as F

import attribution
from discourse_data import (
    FOLDS, LOWER, Part, label_text, letter_words, load_babe, load_semeval, part_of, read_codebook, read_gvfc,
    word_targets,
)
from discourse_model import Wording, encoder_config, load_exported
from storage import quantise, unpack

HERE = Path(__file__).resolve().parent
SHARPNESS, LENGTH, START = 0.5, 16.0, 6.0
THRESHOLD, USER_THRESHOLD = 0.4, 0.3
EPOCHS, RATE, DROP, ARTICLES = 15, 2e-3, 0.3, 32
VERSION = "0.2.0"

GUN_THEMES = [
    "Gun rights: the right to own and carry guns, the second amendment, gun owners and their lobby",
    "Gun control: laws and regulation of guns, bans, background checks, sales and restrictions",
    "Politics: parties, elections, candidates and lobbying over the gun issue, what politicians do and say",
    "Mental health: mental illness, a troubled person, treatment and warning signs",
    "School and public space safety: security of schools and public places, armed teachers, drills, metal detectors",
    "Race and ethnicity: race, ethnic or religious minorities, immigrants, hate and white supremacy",
    "Public opinion: protests, marches, polls, reactions of people, celebrities and victims' families",
    "Society and culture: violence in the media, video games, family, culture and values of a society",
    "Economic consequences: sales, companies, boycotts, stocks and money in the gun business",
]
"""The nine themes of the gun violence set, described in words of our own."""


# --- frames --------------------------------------------------------------------------

def unit(x: np.ndarray) -> np.ndarray:
    """Rows of length 1."""
    return x / np.maximum(np.linalg.norm(x, axis=-1, keepdims=True), 1e-12)


def means_of(part: Part) -> np.ndarray:
    """m of every sentence from the last states of ``news-en``."""
    return np.stack([part.last[part.rows(i)][1:-1].astype(np.float32).mean(0) for i in range(len(part.texts))])


class Vectors:
    """Sentence vectors by the head of ``news-en``."""

    def __init__(self, folder: Path):
        weights = unpack(load_file(folder / "model.safetensors"))
        self.weight = weights["sentence.project.weight"].numpy()
        self.bias = weights["sentence.project.bias"].numpy()

    def of(self, part: Part) -> np.ndarray:
        """Vectors of length 1."""
        return unit(means_of(part) @ self.weight.T + self.bias)


class Frames:
    """SemEval's articles as vectors, labels and folds."""

    def __init__(self, args):
        self.book = read_codebook(args.out / "policy-frames.toml")
        self.labels = [frame["label"] for frame in self.book]
        part = load_semeval(args.data, args.encoder, args.work / "cache", self.labels)
        vectors = Vectors(args.encoder)
        raw = vectors.of(part)
        self.center = raw.mean(0)
        self.n = torch.tensor(unit(raw - self.center))
        texts = vectors.of(part_of("labels", [label_text(f) for f in self.book], args.encoder, args.work / "cache"))
        self.directions = torch.tensor(unit(texts - texts.mean(0)))
        self.first, self.gold, self.folds = part.extra["first"], part.extra["gold"], part.extra["folds"]
        self.means = means_of(part)
        self.texts = [" ".join(part.texts[a:b]) for a, b in zip(self.first, self.first[1:])]
        self.topics = topic_folds(self.texts, self.folds)

    def sentences(self, articles) -> tuple[np.ndarray, torch.Tensor]:
        """Rows of the sentences of some articles, and the number of the article of each."""
        rows = np.concatenate([np.arange(self.first[a], self.first[a + 1]) for a in articles])
        sizes = [self.first[a + 1] - self.first[a] for a in articles]
        return rows, torch.tensor(np.repeat(np.arange(len(articles)), sizes))


def topic_folds(texts: list[str], folds: np.ndarray, topics: int = 25) -> np.ndarray:
    """Five folds that no topic is in two of: clusters of the articles' words; ``check`` stays -1."""
    tfidf = TfidfVectorizer(sublinear_tf=True, min_df=2, stop_words="english").fit_transform(texts)
    points = unit(TruncatedSVD(50, random_state=0).fit_transform(tfidf))
    cluster = KMeans(topics, n_init=5, random_state=0).fit_predict(points)
    out, sizes, live = np.full(len(texts), -1), np.zeros(FOLDS), folds >= 0
    for one in sorted(range(topics), key=lambda c: -((cluster == c) & live).sum()):
        smallest = int(sizes.argmin())
        out[(cluster == one) & live] = smallest
        sizes[smallest] += ((cluster == one) & live).sum()
    return out


def pool(z: torch.Tensor, article: torch.Tensor, count: int) -> torch.Tensor:
    """log(mean of exp(r z)) / r of every article."""
    z = z * SHARPNESS
    index = article[:, None].expand_as(z)
    peak = torch.full((count, z.shape[1]), -1e9).scatter_reduce(0, index, z, "amax").detach()
    total = torch.zeros(count, z.shape[1]).index_add(0, article, torch.exp(z - peak[article]))
    sizes = torch.zeros(count).index_add(0, article, torch.ones(len(z)))
    return (torch.log(total / sizes[:, None]) + peak) / SHARPNESS


def fit_frames(frames: Frames, train: np.ndarray, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Weights [14, 384] and biases [14], for n."""
    torch.manual_seed(seed)
    gold = torch.tensor(frames.gold)
    count = gold.shape[1]
    x, toward = frames.n * LENGTH, frames.n @ frames.directions.T
    move = nn.Linear(x.shape[1], count)
    move.weight.data.mul_(0.05)
    move.bias.data.copy_(torch.logit(gold[train].mean(0).clamp(0.01, 0.99)) - 0.3)
    share = nn.Parameter(torch.full((count,), START))
    optimizer = torch.optim.AdamW(
        [{"params": [move.weight], "weight_decay": 0.01, "factor": 1},
         {"params": [move.bias], "weight_decay": 0.0, "factor": 1},
         {"params": [share], "weight_decay": 0.0, "factor": 5}], lr=RATE,
    )
    batches = max(1, len(train) // ARTICLES)
    total, step = EPOCHS * batches, 0
    for epoch in range(EPOCHS):
        for chosen in np.array_split(np.random.default_rng(seed * 100 + epoch).permutation(train), batches):
            for group in optimizer.param_groups:
                group["lr"] = group["factor"] * RATE * min(1, (step + 1) / 20) * max(0.02, 1 - step / total)
            step += 1
            rows, article = frames.sentences(chosen)
            z = move(F.dropout(x[rows], DROP)) + share * toward[rows]
            loss = F.binary_cross_entropy_with_logits(pool(z, article, len(chosen)), gold[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    with torch.no_grad():
        return move.weight * LENGTH + share[:, None] * frames.directions, move.bias.clone()


def article_scores(frames: Frames, weight: torch.Tensor, bias: torch.Tensor, articles) -> np.ndarray:
    """sigmoid(Z) of some articles."""
    rows, article = frames.sentences(articles)
    return torch.sigmoid(pool(frames.n[rows] @ weight.T + bias, article, len(articles))).numpy()


def fit_user(frames: Frames, train: np.ndarray, labels: list[int]) -> tuple[float, float]:
    """Scale and bias that untrained labels share, from the article labels of some frames."""
    gold = torch.tensor(frames.gold[train][:, labels])
    rows, article = frames.sentences(train)
    toward = (frames.n @ frames.directions.T)[rows][:, labels]
    scale, bias = nn.Parameter(torch.tensor(8.0)), nn.Parameter(torch.tensor(-2.0))
    optimizer = torch.optim.Adam([scale, bias], lr=0.1)
    for _ in range(200):
        loss = F.binary_cross_entropy_with_logits(pool(scale * toward + bias, article, len(train)), gold)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return float(scale.detach()), float(bias.detach())


def micro(found: np.ndarray, gold: np.ndarray) -> float:
    """Micro-averaged F1."""
    return 2 * float((found * gold).sum()) / float(found.sum() + gold.sum())


def frame_line(name: str, scores: np.ndarray, gold: np.ndarray, folds: np.ndarray | None = None) -> str:
    """Micro- and macro-F1 at some thresholds, mean area under the curve within folds, log loss."""
    groups = [np.ones(len(gold), bool)] if folds is None else [folds == f for f in range(FOLDS)]
    areas = [
        roc_auc_score(gold[g, k], scores[g, k])
        for g in groups for k in range(gold.shape[1]) if 0 < gold[g, k].sum() < g.sum()
    ]
    p = np.clip(scores, 1e-4, 1 - 1e-4)
    loss = -(gold * np.log(p) + (1 - gold) * np.log(1 - p)).mean()
    shown = []
    for t in (0.25, 0.3, 0.35, 0.4, 0.45, 0.5):
        found = scores >= t
        macro = np.mean(2 * (found * gold).sum(0) / np.maximum(found.sum(0) + gold.sum(0), 1))
        shown.append(f"{t}: {100 * micro(found, gold):.1f}/{100 * macro:.1f}")
    return f"{name:30} AUC {100 * np.mean(areas):.1f} log loss {loss:.4f} micro/macro-F1 at {'  '.join(shown)}"


def folded(gold: np.ndarray, folds: np.ndarray, fit) -> np.ndarray:
    """Scores of every article by a model that did not see its fold."""
    out = np.zeros(gold.shape)
    for f in range(FOLDS):
        train, test = np.flatnonzero((folds >= 0) & (folds != f)), np.flatnonzero(folds == f)
        out[test] = fit(train, test)
    return out


def frames_cv(args) -> None:
    """Frames and baselines, folds by topic and by article."""
    frames = Frames(args)

    def words(train, test):
        vectorizer = TfidfVectorizer(sublinear_tf=True, min_df=2, stop_words="english")
        a = vectorizer.fit_transform([frames.texts[i] for i in train])
        b = vectorizer.transform([frames.texts[i] for i in test])
        return regression(a, b, train, 10)

    def regression(a, b, train, c):
        fitted = [LogisticRegression(C=c, max_iter=500).fit(a, frames.gold[train, k]) for k in range(frames.gold.shape[1])]
        return np.stack([one.predict_proba(b)[:, 1] for one in fitted], 1)

    def means(train, test):
        x = np.stack([frames.means[a:b].mean(0) for a, b in zip(frames.first, frames.first[1:])])
        mean, deviation = x[train].mean(0), x[train].std(0)
        return regression((x[train] - mean) / deviation, (x[test] - mean) / deviation, train, 0.01)

    def ours(train, test):
        return article_scores(frames, *fit_frames(frames, train, args.seed), test)

    for kind, folds in (("topics", frames.topics), ("articles", frames.folds)):
        live = folds >= 0
        methods = {
            "share of articles": lambda train, test: np.tile(frames.gold[train].mean(0), (len(test), 1)),
            "tf-idf, logistic regression": words, "mean of states, regression": means, "frames": ours,
        }
        for name, fit in methods.items():
            scores = folded(frames.gold, folds, fit)
            print(kind, frame_line(name, scores[live], frames.gold[live], folds[live]), flush=True)
            if name == "frames":
                for k, label in enumerate(frames.labels):
                    found, gold = scores[live, k] >= THRESHOLD, frames.gold[live, k]
                    one = 2 * (found * gold).sum() / (found.sum() + gold.sum())
                    area = roc_auc_score(gold, scores[live, k])
                    print(f"    {label:45} n {int(gold.sum()):4} F1 {100 * one:.1f} AUC {100 * area:.1f}")


def user_cv(args) -> None:
    """Frames by their texts alone, as in a user's codebook; scale and bias from the other frames."""
    frames = Frames(args)
    live = np.flatnonzero(frames.folds >= 0)
    scores = np.zeros((len(live), len(frames.labels)))
    rows, article = frames.sentences(live)
    for k in range(len(frames.labels)):
        scale, bias = fit_user(frames, live, [j for j in range(len(frames.labels)) if j != k])
        z = scale * (frames.n[rows] @ frames.directions[k : k + 1].T) + bias
        scores[:, k] = torch.sigmoid(pool(z, article, len(live)))[:, 0].numpy()
    print(frame_line("untrained frames, SemEval", scores, frames.gold[live]))
    headlines = read_gvfc(args.data / "frames/gvfc")
    gold = np.array([theme - 1 for _, theme in headlines])
    vectors, cache = Vectors(args.encoder), args.work / "cache"
    themes = vectors.of(part_of("gvfc-themes", GUN_THEMES, args.encoder, cache))
    found = vectors.of(part_of("gvfc", [text for text, _ in headlines], args.encoder, cache))
    z = unit(found - frames.center) @ unit(themes - themes.mean(0)).T
    areas = [roc_auc_score(gold == k, z[:, k]) for k in range(len(GUN_THEMES))]
    print(f"untrained themes of {len(gold)} headlines on guns: AUC {100 * np.mean(areas):.1f}, "
          f"first theme right {100 * (z.argmax(1) == gold).mean():.1f} (most frequent theme "
          f"{100 * np.bincount(gold).max() / len(gold):.1f})")


# --- wording -------------------------------------------------------------------------

class Babe:
    """BABE's sentences with targets."""

    def __init__(self, args):
        self.part = load_babe(args.data, args.encoder, args.work / "cache")
        self.gold, self.folds = self.part.extra["gold"], self.part.extra["folds"]
        if args.random:
            order = np.random.default_rng(7).permutation(len(self.gold))
            self.folds = np.where(self.folds < 0, -1, order % FOLDS)
        self.words = word_targets(self.part)
        self.letters = letter_words(self.part)
        self.opinion = torch.tensor([row["opinion"] for row in self.part.extra["rows"]])

    def size(self, number: int) -> int:
        """Pieces of a sentence."""
        return int(self.part.at[number + 1] - self.part.at[number])


def wording_loss(model: Wording, babe: Babe, chosen: list[int]) -> torch.Tensor:
    """Biased or not, marked words, and how much opinion."""
    with torch.autocast("cpu", torch.bfloat16):
        sentence, words, opinion = model(*model.states(babe.part, chosen))
    wanted, live = torch.zeros_like(words), torch.zeros_like(words)
    for k, i in enumerate(chosen):
        count = len(babe.words[i][1])
        wanted[k, :count] = torch.tensor(babe.words[i][1])
        live[k, :count] = torch.tensor(babe.letters[i]).float()
    loss = F.binary_cross_entropy_with_logits(sentence.float(), torch.tensor(babe.gold[chosen]).float())
    loss = loss + 0.5 * F.cross_entropy(opinion, babe.opinion[chosen], ignore_index=-1)
    apart = F.binary_cross_entropy_with_logits(words.float(), wanted, reduction="none")
    return loss + 3 * (apart * live).sum() / live.sum()


def wording_batches(babe: Babe, train, generator: np.random.Generator) -> list[list[int]]:
    """All sentences once, 24 of like length at a time, in random order."""
    order = generator.permutation(train)
    order = order[np.argsort(np.array([babe.size(i) for i in order]) // 12 + generator.random(len(order)))]
    jobs = [[int(i) for i in job] for job in np.array_split(order, len(train) // 24)]
    generator.shuffle(jobs)
    return jobs


def train_wording(model: Wording, babe: Babe, train, epochs: int, rate: float, head_rate: float, seed: int) -> None:
    """Some epochs over the sentences: biased or not, marked words, and how much opinion."""
    generator = np.random.default_rng(seed)
    torch.manual_seed(seed)
    body = [] if model.frozen else list(model.layers.parameters())
    heads = [p for n, p in model.named_parameters() if not n.startswith("layers.")]
    groups = [{"params": body, "base": rate}] if body else []
    optimizer = torch.optim.AdamW([*groups, {"params": heads, "base": head_rate}], lr=rate or head_rate, weight_decay=0.01)
    batches = len(train) // 24
    total, step = epochs * batches, 0
    for epoch in range(epochs):
        begun, sums = time.time(), []
        model.train()
        for chosen in wording_batches(babe, train, generator):
            loss = wording_loss(model, babe, chosen)
            share = min(1, (step + 1) / 30) * max(0.02, 0.5 * (1 + math.cos(math.pi * step / total)))
            for group in optimizer.param_groups:
                group["lr"] = group["base"] * share
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            step += 1
            sums.append(float(loss.detach()))
        print(f"{'frozen' if model.frozen else 'branch'} epoch {epoch} loss {np.mean(sums):.4f} {time.time() - begun:.0f} s",
              flush=True)


@torch.no_grad()
def predict_wording(model: Wording, babe: Babe, numbers, autocast: bool = True) -> tuple[np.ndarray, list[np.ndarray]]:
    """Logits of sentences and of their words."""
    model.eval()
    sentences, words = np.zeros(len(numbers)), [None] * len(numbers)
    order = np.argsort([babe.size(i) for i in numbers], kind="stable")
    with torch.autocast("cpu", torch.bfloat16, enabled=autocast):
        for chunk in np.array_split(order, max(1, len(order) // 32)):
            found, scores, _ = model(*model.states(babe.part, [int(numbers[c]) for c in chunk]))
            for k, c in enumerate(chunk):
                sentences[c] = float(found[k])
                words[c] = scores[k, : len(babe.letters[numbers[c]])].float().numpy()
    return sentences, words


def frozen_wording(args, babe: Babe, train) -> Wording:
    """The head on frozen states."""
    torch.manual_seed(args.seed)
    model = Wording(encoder_config(args.encoder))
    model.start_from(args.encoder)
    model.frozen = True
    with torch.no_grad():
        seen = torch.cat([model.features(*model.states(babe.part, [int(i)])) for i in train[::9]])
        model.mean.copy_(seen.mean(0))
        model.deviation.copy_(seen.std(0))
    train_wording(model, babe, train, 5, 0.0, 2e-3, args.seed)
    return model


def fit_wording(args, babe: Babe, fold: int) -> tuple[Wording, Wording]:
    """Head on frozen states first, then the branch with it; returns both."""
    train = np.flatnonzero((babe.folds >= 0) & (babe.folds != fold))
    model = frozen_wording(args, babe, train)
    frozen = Wording(encoder_config(args.encoder))
    frozen.load_state_dict(model.state_dict())
    frozen.frozen, model.frozen = True, False
    train_wording(model, babe, train, 3, 1e-4, 5e-4, args.seed)
    return frozen, model


def wording_cv(args) -> None:
    """Out-of-fold logits of one fold or of all, kept in WORK."""
    babe = Babe(args)
    for fold in range(FOLDS) if args.fold is None else [args.fold]:
        begun = time.time()
        test = np.flatnonzero(babe.folds == fold)
        models = fit_wording(args, babe, fold)
        found = {name: predict_wording(one, babe, test) for name, one in zip(("frozen", "branch"), models)}
        with open(fold_file(args, fold), "wb") as file:
            pickle.dump({"test": test, **found}, file)
        print(f"fold {fold}: {(time.time() - begun) / 60:.1f} minutes")
        for name, (logits, words) in found.items():
            print("   ", name, wording_line(babe, test, logits, words), flush=True)


def fold_file(args, fold: int) -> Path:
    """Where a fold's logits are kept."""
    return args.work / f"wording-{'random' if args.random else 'group'}{fold}.pkl"


def word_arrays(babe: Babe, numbers, words) -> tuple[np.ndarray, np.ndarray]:
    """Marked or not (by SG2's annotators), and logits, of all words with letters."""
    gold = np.concatenate([babe.words[i][0][babe.letters[i]] for i in numbers])
    return gold, np.concatenate([w[babe.letters[i]] for i, w in zip(numbers, words)])


def expected_error(p: np.ndarray, gold: np.ndarray) -> float:
    """Expected calibration error, 10 bins of P(biased)."""
    bins = np.minimum((p * 10).astype(int), 9)
    return sum(abs(p[bins == b].sum() - gold[bins == b].sum()) for b in range(10)) / len(gold)


def temperature_of(logits: np.ndarray, gold: np.ndarray) -> float:
    """The temperature of the lowest log loss."""
    def loss(t):
        return np.logaddexp(0, np.where(gold == 1, -logits, logits) / t).mean()

    return float(min(np.arange(0.3, 5.01, 0.01), key=loss))


def wording_line(babe: Babe, numbers, logits, words, threshold: float = 0.0) -> str:
    """The figures of some sentences."""
    gold = babe.gold[numbers]
    marked, scores = word_arrays(babe, numbers, words)
    return (f"macro-F1 {100 * f1_score(gold, logits > 0, average='macro'):.1f} accuracy {100 * np.mean((logits > 0) == gold):.1f} "
            f"AUC {100 * roc_auc_score(gold, logits):.1f}; words AP {100 * average_precision_score(marked, scores):.1f} "
            f"F1 {100 * f1_score(marked, scores > threshold):.1f} (n {len(gold)}, {int(marked.sum())} of {len(marked)} words)")


def gather(args, babe: Babe, kind: str):
    """Out-of-fold logits of the folds that were run."""
    numbers, logits, words = [], [], []
    for fold in range(FOLDS):
        if not fold_file(args, fold).exists():
            print(f"fold {fold} is missing")
            continue
        with open(fold_file(args, fold), "rb") as file:
            kept = pickle.load(file)
        numbers += list(kept["test"])
        logits.append(kept[kind][0])
        words += kept[kind][1]
    return np.array(numbers), np.concatenate(logits), words


def calibration(babe: Babe, numbers, logits, words) -> dict[str, float]:
    """Temperatures of sentences and words, and the words' threshold of the highest F1."""
    marked, scores = word_arrays(babe, numbers, words)
    warm = temperature_of(scores, marked)
    cuts = np.arange(0.1, 0.6, 0.02)
    best = max(cuts, key=lambda p: f1_score(marked, scores > warm * math.log(p / (1 - p))))
    return {"temperature": round(temperature_of(logits, babe.gold[numbers]), 2), "word_temperature": round(warm, 2),
            "word_threshold": round(float(best), 2)}


def wording_table(args) -> None:
    """Frozen states against the branch; calibration fitted on the other folds."""
    babe = Babe(args)
    kept = {kind: gather(args, babe, kind) for kind in ("frozen", "branch")}
    for kind, (numbers, logits, words) in kept.items():
        gold, fold = babe.gold[numbers], babe.folds[numbers]
        p, cut = np.zeros(len(logits)), np.zeros(len(logits))
        for f in range(FOLDS):
            others = np.flatnonzero(fold != f)
            fitted = calibration(babe, numbers[others], logits[others], [words[i] for i in others])
            p[fold == f] = 1 / (1 + np.exp(-logits[fold == f] / fitted["temperature"]))
            cut[fold == f] = fitted["word_temperature"] * math.log(fitted["word_threshold"] / (1 - fitted["word_threshold"]))
        shifted = [w - c for w, c in zip(words, cut)]
        by_fold = [100 * f1_score(gold[fold == f], logits[fold == f] > 0, average="macro") for f in range(FOLDS)]
        print(kind, wording_line(babe, numbers, logits, shifted))
        clipped = np.clip(p, 1e-6, 1 - 1e-6)
        loss = -np.where(gold == 1, np.log(clipped), np.log(1 - clipped)).mean()
        print(f"    folds {' '.join(f'{x:.1f}' for x in by_fold)} mean {np.mean(by_fold):.1f}; calibration error "
              f"{100 * expected_error(p, gold):.1f}, Brier {np.mean((p - gold) ** 2):.4f}, log loss {loss:.4f}; "
              f"all folds: {calibration(babe, numbers, logits, words)}")
    numbers, a, _ = kept["frozen"]
    b, gold = kept["branch"][1], babe.gold[numbers]
    draws = np.random.default_rng(1)
    gains = []
    for _ in range(2000):
        s = draws.integers(0, len(gold), len(gold))
        gains.append(100 * (f1_score(gold[s], b[s] > 0, average="macro") - f1_score(gold[s], a[s] > 0, average="macro")))
    print(f"branch over frozen, paired bootstrap: {np.mean(gains):+.1f} [{np.quantile(gains, 0.025):+.1f}, {np.quantile(gains, 0.975):+.1f}]")


# --- export --------------------------------------------------------------------------

FRAME_FORMULA = (
    "v = the sentence vector of the encoder's head sentence (length 1); n = (v - center) / |v - center|; "
    "z[l] = label.weight[l] . n + label.bias[l]; a sentence's score is sigmoid(z); an article's Z[l] = ln(mean over its "
    "sentences, the headline with them, of exp(sharpness z[l])) / sharpness, its score sigmoid(Z), a label from the threshold on. "
    "A user's label: t = sentence vector of 'name: definition' (with examples the mean of all their vectors, scaled to length 1); "
    "u = t - mean of the codebook's t (of a single label: t - center), scaled to length 1; z = user.scale * u . n + user.bias"
)
WORDING_FORMULA = (
    "h = states of the branch; a piece's t = word_out.weight . h + word_out.bias; a word's (pre-token's) w = max of t over its "
    "pieces; m, p = mean, element-wise max of h over the pieces without [CLS] and [SEP]; c = h of [CLS]; "
    "s = out.weight . [m ; p ; c] + out.bias + share * ln(sum over the words of exp(w)); the sentence is loaded with "
    "probability sigmoid(s / temperature), a word with sigmoid(w / word_temperature); words without a letter are not scored"
)


def export(args) -> None:
    """Writes config.json and model.safetensors."""
    frames = Frames(args)
    train = np.flatnonzero(frames.folds >= 0)
    weight, bias = fit_frames(frames, train, args.seed)
    scale, user_bias = fit_user(frames, train, list(range(len(frames.labels))))
    tensors = {"frames.center": torch.tensor(frames.center), "frames.label.weight": weight, "frames.label.bias": bias}
    model = Wording(encoder_config(args.encoder))
    trained = torch.load(args.branch, weights_only=False)
    model.load_state_dict(trained["wording"])
    tensors |= {f"attribution.{name}": value.half() for name, value in trained["weights"].items()}
    for number, layer in enumerate(model.layers):
        for name, value in layer.state_dict().items():
            name = f"encoder.encoder.layer.{number + LOWER}.{name}"
            if value.dim() == 2:
                tensors[name], tensors[name + ".scale"] = quantise(value)
            else:
                tensors[name] = value
    out_weight, out_bias = model.folded()
    tensors |= {
        "wording.word_out.weight": model.word_out.weight, "wording.word_out.bias": model.word_out.bias,
        "wording.out.weight": out_weight, "wording.out.bias": out_bias, "wording.share": model.share.reshape(1),
    }
    fitted = calibration(Babe(args), *trained["held_out"])
    args.out.mkdir(parents=True, exist_ok=True)
    stored = {name: value.detach().contiguous() for name, value in tensors.items()}
    (args.out / "model.safetensors").write_bytes(save(stored))
    config = {
        "format": "parallax/branch/1", "name": "discourse-en", "version": VERSION,
        "encoder_sha256": hashlib.sha256((args.encoder / "model.safetensors").read_bytes()).hexdigest(),
        "branch": {"from_layer": LOWER, "layers": 2},
        "frames": {
            "head": "sentence-label/1", "reads": "encoder", "codebook": "policy-frames", "labels": frames.labels,
            "article": {"pooling": "log-mean-exp", "sharpness": SHARPNESS, "threshold": THRESHOLD},
            "user": {"scale": round(scale, 3), "bias": round(user_bias, 3), "threshold": USER_THRESHOLD},
            "formula": FRAME_FORMULA,
        },
        "wording": {"head": "mean-max-cls-words/1", "reads": "branch", **fitted, "formula": WORDING_FORMULA},
        "attribution": attribution.section(),
    }
    (args.out / "config.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf8")
    print(fitted, scale, user_bias)


def check(args) -> None:
    """The exported model on ``check``, f32 from the stored weights."""
    model, tensors, config = load_exported(args.encoder, args.out)
    frames, babe = Frames(args), Babe(args)
    aside = np.flatnonzero(frames.folds < 0)
    weight, bias = tensors["frames.label.weight"], tensors["frames.label.bias"]
    print(frame_line("frames check", article_scores(frames, weight, bias, aside), frames.gold[aside]))
    numbers = np.flatnonzero(babe.folds < 0)
    logits, words = predict_wording(model, babe, numbers, autocast=False)
    heads = config["wording"]
    cut = heads["word_temperature"] * math.log(heads["word_threshold"] / (1 - heads["word_threshold"]))
    p = 1 / (1 + np.exp(-logits / heads["temperature"]))
    gold = babe.gold[numbers]
    print("wording check", wording_line(babe, numbers, logits, words, cut),
          f"calibration error {100 * expected_error(p, gold):.1f}, Brier {np.mean((p - gold) ** 2):.4f}")


PARITY = [
    "Voters punished the reckless governor for his disgraceful giveaway to rich donors.",
    "The council approved the budget by seven votes to four on Tuesday.",
    "Mayor Okafor Slams ‘Radical’ Plan to Close Port Ellis Clinic",
    "Prosecutors charged two officers with fraud, and a judge set bail at $20,000.",
    "Thousands marched through Riverton against the new border law 🎉, police said.",
]
PARITY_BOOK = [
    ("Water", "rivers, wells, floods and the supply of drinking water", []),
    ("Work", "jobs, wages, strikes and working hours", ["Dockers at Port Ellis walked out over pay."]),
]


def short(values) -> list[float]:
    """Numbers with six digits."""
    return [float(f"{v:.6g}") for v in values]


@torch.no_grad()
def parity(args) -> None:
    """What another implementation should reproduce, in f32 throughout."""
    from tokenizers import Tokenizer

    from shapes import encode
    from storage import load_model

    news, _ = load_model(args.encoder)
    model, tensors, config = load_exported(args.encoder, args.out)
    tokenizer = Tokenizer.from_file(str(args.encoder / "tokenizer.json"))
    center = tensors["frames.center"]

    def run(text):
        e = encode(tokenizer, text)
        ids, types = torch.tensor([e.ids]), torch.tensor([e.types])
        out = news.encoder(input_ids=ids, token_type_ids=types, output_hidden_states=True)
        vector = news.sentence(out.last_hidden_state[0, 1:-1].mean(0))
        h = model.branch(out.hidden_states[LOWER], torch.ones(ids.shape))
        return e, vector, h

    cases, scores, directions = [], [], []
    heads, article = config["wording"], config["frames"]["article"]
    for text in PARITY:
        e, vector, h = run(text)
        n = F.normalize(vector - center, dim=0)
        directions.append(n)
        z = tensors["frames.label.weight"] @ n + tensors["frames.label.bias"]
        scores.append(z)
        sentence, words, _ = model(h, torch.tensor([e.word_of]))
        cases.append({
            "text": text, "ids": e.ids, "types": e.types, "spans": e.spans, "sentence_first8": short(vector[:8]),
            "frames": short(torch.sigmoid(z)), "branch": [{"token": i, "first8": short(h[0, i, :8])} for i in (0, 1)],
            "loaded": short(torch.sigmoid(sentence / heads["temperature"]))[0],
            "words": short(torch.sigmoid(words[0] / heads["word_temperature"])),
        })
    r = article["sharpness"]
    whole = torch.logsumexp(r * torch.stack(scores), 0) - math.log(len(scores))
    labels = []
    for name, definition, examples in PARITY_BOOK:
        seen = torch.stack([run(text)[1] for text in (f"{name}: {definition}", *examples)])
        labels.append(F.normalize(seen.mean(0), dim=0))
    turned = F.normalize(torch.stack(labels) - torch.stack(labels).mean(0), dim=1)
    user = config["frames"]["user"]
    own = torch.sigmoid(user["scale"] * torch.stack(directions) @ turned.T + user["bias"])
    lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
    book = [{"name": n, "definition": d, "examples": x} for n, d, x in PARITY_BOOK]
    args.parity.write_text(
        f'{{"format":"parallax/parity/1","model":"{config["name"]}","version":"{config["version"]}",'
        '"note":"f32 from the dequantised weights; the cases together are one article; character positions in code points",'
        f'"article":{json.dumps(short(torch.sigmoid(whole / r)))},\n'
        f'"user":{{"codebook":{json.dumps(book)},"scores":{json.dumps([short(row) for row in own])}}},\n'
        f'"cases":[\n{lines}\n]}}\n', encoding="utf8",
    )


STEPS = {
    "frames-cv": frames_cv, "user-cv": user_cv, "wording-cv": wording_cv, "wording-table": wording_table,
    "export": export, "check": check, "parity": parity,
}


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--step", choices=STEPS, required=True)
    parser.add_argument("--encoder", type=Path, default=HERE / "../news-en", help="the folder of news-en")
    parser.add_argument("--out", type=Path, default=HERE / "../discourse")
    parser.add_argument("--parity", type=Path, default=HERE / "parity-discourse.json")
    parser.add_argument("--branch", type=Path, help="what branch.py wrote, for the export")
    parser.add_argument("--fold", type=int)
    parser.add_argument("--random", action="store_true", help="BABE's folds at random, as in the literature")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(1)
    STEPS[args.step](args)


if __name__ == "__main__":
    main()
