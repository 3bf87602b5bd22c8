"""The line classifier of parallax-clean: from WCXB to crates/parallax-clean/model/lines.bin.

    python lines.py --wcxb FOLDER --work WORK        all steps; see README.md, "Lines"

The features are measured by the Rust code (example `dump_lines`); only pages of
sites that are not held out are written, so nothing here sees the others.
"""

import argparse
import csv
import gzip
import struct
import subprocess
import zlib
from pathlib import Path

import lightgbm as lgb
import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

ROOT = Path(__file__).resolve().parents[2]
BUCKETS = 1 << 15
LAYOUTS = ["copied", "bulleted", "lines", "run_together", "wrapped"]
FOLDS = 4
TREES = dict(
    objective="cross_entropy", learning_rate=0.12, feature_fraction=0.4, bagging_fraction=0.7, bagging_freq=1,
    lambda_l2=5, max_bin=63, use_missing=False, num_threads=1, verbose=-1, seed=1, deterministic=True,
    force_row_wise=True,
)


def unpack(wcxb, work):
    """Unpacks the pages beside their ground truth; what is there already stays."""
    pages = work / "pages"
    pages.mkdir(parents=True, exist_ok=True)
    for packed in sorted((wcxb / "html").glob("*.html.gz")):
        page = pages / packed.name.removesuffix(".gz")
        if not page.exists():
            page.write_bytes(gzip.decompress(packed.read_bytes()))
    return pages


def dump(wcxb, pages, work, what):
    command = ["cargo", "run", "--release", "--quiet", "-p", "parallax-clean", "--example", "dump_lines", "--"]
    subprocess.run(command + [pages, wcxb / "ground-truth", work / what, what], cwd=ROOT, check=True)


class Lines:
    """The lines of two flattenings of each page."""

    def __init__(self, folder):
        self.columns = (folder / "columns.txt").read_text().split("\n")
        self.column = {name: index for index, name in enumerate(self.columns)}
        with open(folder / "lines.csv", newline="") as file:
            table = list(csv.DictReader(file))
        chosen = np.array([row["layout"] in two_layouts(row["page"]) for row in table])
        hashed = np.array([int(row["buckets"]) for row in table])
        rows = np.fromfile(folder / "rows.f32", dtype="<f4").reshape(-1, len(self.columns))
        table_rows, self.rows = len(rows), rows[chosen]
        assert table_rows == len(table)
        buckets = np.fromfile(folder / "buckets.u16", dtype="<u2")
        text = csr_matrix(
            (1 / np.sqrt(np.repeat(hashed, hashed)), buckets.astype(np.int32), np.r_[0, np.cumsum(hashed)]),
            shape=(len(table), BUCKETS),
        )
        self.text = text[np.flatnonzero(chosen)]
        table = [row for row, is_chosen in zip(table, chosen) if is_chosen]
        get = lambda name, kind: np.array([kind(row[name]) for row in table])
        self.words, self.share, self.truth = get("words", int), get("share", float), get("truth_words", int)
        self.site = get("site", str)
        documents = [row["page"] + row["layout"] for row in table]
        _, first, self.document = np.unique(documents, return_index=True, return_inverse=True)
        self.start = first[self.document]
        self.end = self.start + np.bincount(self.document)[self.document]
        # A line counts by its words, but a page with many lines not more than others.
        weight = np.sqrt(np.minimum(self.words, 100) + 1)
        self.weight = weight / np.sqrt(np.bincount(self.document, weights=weight)[self.document])
        sites = sorted(set(self.site))
        shuffled = np.random.RandomState(7).permutation(len(sites)) % FOLDS
        self.fold = np.array([dict(zip(sites, shuffled))[site] for site in self.site]) if sites else np.zeros(0)

    def scores(self, keep):
        """Mean precision, recall and F1 of the pages' words."""
        count = lambda values: np.bincount(self.document, weights=values)
        kept, matched = count(self.words * keep), count(self.words * self.share * keep)
        truth = np.zeros(len(kept))
        truth[self.document] = self.truth
        f1 = 2 * matched / np.maximum(kept + truth, 1)
        return [round(float(x.mean()), 4) for x in (matched / np.maximum(kept, 1), matched / truth, f1)]

    def shifted(self, values, by, beyond):
        at = np.arange(len(values)) + by
        inside = (at >= self.start) & (at < self.end)
        return np.where(inside, values[np.clip(at, 0, len(values) - 1)], beyond).astype(np.float32)

    def window(self, values, size, side, beyond):
        at = np.arange(len(values))
        sums = np.r_[0, np.cumsum(values.astype(np.float64))]
        low, high = (np.maximum(at - size, self.start), at) if side == "before" else (at + 1, np.minimum(at + 1 + size, self.end))
        return np.where(high > low, (sums[high] - sums[low]) / np.maximum(high - low, 1), beyond).astype(np.float32)

    def set_text_scores(self, scores):
        """Fills in the columns that the dump leaves at 0."""
        self.rows[:, self.column["text_score"]] = scores
        for by in (-3, -2, -1, 1, 2, 3):
            self.rows[:, self.column[f"text_score{by:+}"]] = self.shifted(scores, by, -1)
        for size in (5, 15):
            for side in ("before", "after"):
                self.rows[:, self.column[f"text_score_{size}_{side}"]] = self.window(scores, size, side, -1)


def two_layouts(page):
    draw = zlib.crc32(page.encode())
    first = draw % 5
    return {LAYOUTS[first], LAYOUTS[(first + 1 + draw // 5 % 4) % 5]}


def logistic(lines, train):
    model = LogisticRegression(C=1.0, solver="liblinear", max_iter=200)
    model.fit(lines.text[train], lines.share[train] >= 0.5, sample_weight=lines.weight[train])
    return model.coef_[0], model.intercept_[0]


def quantized(weights):
    scale = max(np.abs(weights).max(), 1e-6) / 127
    return np.round(weights / scale).astype(np.int8), np.float32(scale)


def out_of_fold(folds, fit):
    scores = np.zeros(len(folds), dtype=np.float32)
    for fold in range(FOLDS):
        test = folds == fold
        scores[test] = fit(np.flatnonzero(~test), np.flatnonzero(test))
    return scores


def boosted(rows, labels, weights, train, rounds, **options):
    data = lgb.Dataset(rows[train], label=labels[train], weight=weights[train])
    return lgb.train(TREES | options, data, rounds)


def train_lines(folder, work):
    lines = Lines(folder)
    print("lines", len(lines.words), "by the labels themselves", lines.scores(lines.share >= 0.5), flush=True)

    def text_fold(train, test):
        weights, bias = logistic(lines, train)
        return lines.text[test] @ weights + bias

    cache = work / "text_scores.npy"
    if not cache.exists():
        np.save(cache, out_of_fold(lines.fold, text_fold))
        np.savez(work / "text.npz", *logistic(lines, np.arange(len(lines.words))))
    lines.set_text_scores(np.load(cache))
    weights, bias = np.load(work / "text.npz").values()

    options, rounds = dict(num_leaves=31, min_data_in_leaf=40), 140
    fit = lambda train: boosted(lines.rows, lines.share, lines.weight, train, rounds, **options)
    cache = work / "first_scores.npy"
    if not cache.exists():
        np.save(cache, out_of_fold(lines.fold, lambda train, test: fit(train).predict(lines.rows[test], raw_score=True)))
        fit(np.arange(len(lines.words))).save_model(work / "line.txt")
    first = np.load(cache)
    for cut in (-0.5, 0, 0.5):
        print("kept above", cut, lines.scores(first > cut), flush=True)
    print("each page with its own threshold", lines.scores(best_expected(lines, first)))


def best_expected(lines, scores):
    """As `threshold` in crates/parallax-clean/src/classifier.rs."""
    likely = 1 / (1 + np.exp(-scores))
    keep = np.zeros(len(scores), dtype=bool)
    for start, end in sorted(set(zip(lines.start, lines.end))):
        order = start + np.argsort(-likely[start:end], kind="stable")
        right, kept = np.cumsum((likely * lines.words)[order]), np.cumsum(lines.words[order])
        keep[order[: np.argmax(right / np.maximum(kept + right[-1], 1)) + 1]] = True
    return keep


def train_headlines(folder, work):
    columns = (folder / "headline_columns.txt").read_text().split("\n")
    rows = np.fromfile(folder / "headlines.f32", dtype="<f4").reshape(-1, len(columns))
    with open(folder / "headlines.csv", newline="") as file:
        table = list(csv.DictReader(file))
    hashed = np.array([int(row["buckets"]) for row in table])
    buckets = np.fromfile(folder / "headline_buckets.u16", dtype="<u2").astype(np.int32)
    text = csr_matrix(
        (1 / np.sqrt(np.repeat(hashed, hashed)), buckets, np.r_[0, np.cumsum(hashed)]), shape=(len(table), BUCKETS)
    )
    labels = np.array([float(row["is_title"]) for row in table])
    documents = np.array([row["page"] + row["layout"] for row in table])
    sites = sorted({row["site"] for row in table})
    shuffled = dict(zip(sites, np.random.RandomState(7).permutation(len(sites)) % FOLDS))
    folds = np.array([shuffled[row["site"]] for row in table])
    rows = rows.copy()

    def words(train):
        model = LogisticRegression(C=1.0, solver="liblinear", max_iter=200)
        model.fit(text[train], labels[train] > 0)
        return model.coef_[0], model.intercept_[0]

    def words_fold(train, test):
        weights, bias = words(train)
        return text[test] @ weights + bias

    rows[:, columns.index("title_words")] = out_of_fold(folds, words_fold)
    _, page = np.unique(documents, return_inverse=True)

    def fit(train):
        train = train[np.argsort(page[train], kind="stable")]
        groups = np.bincount(page[train])
        data = lgb.Dataset(rows[train], label=labels[train], group=groups[groups > 0])
        options = dict(objective="lambdarank", lambdarank_truncation_level=5, num_leaves=15, min_data_in_leaf=40)
        return lgb.train(TREES | options | dict(learning_rate=0.08), data, 120)

    scores = out_of_fold(folds, lambda train, test: fit(train).predict(rows[test], raw_score=True))
    right = possible = pages = 0
    tops = []
    for document in np.unique(documents):
        own = np.flatnonzero(documents == document)
        best = own[np.argmax(scores[own])]
        pages += 1
        possible += labels[own].max()
        right += labels[best]
        tops.append((scores[best], labels[best], labels[own].max()))
    print("headlines: pages", pages, "with the headline among the candidates", possible, "right", right)
    for cut in (-4, -3, -2, -1):
        kept = [(label, had) for score, label, had in tops if score > cut]
        print("above", cut, "given", len(kept), "right", sum(label for label, _ in kept))
    np.savez(work / "title.npz", *words(np.arange(len(labels))))
    fit(np.arange(len(labels))).save_model(work / "headline.txt")


def forest(path):
    """The trees of a LightGBM model, with thresholds rounded down to what 32 bits hold."""
    model = lgb.Booster(model_file=str(path)).dump_model()
    out = [struct.pack("<I", len(model["tree_info"]))]
    for tree in model["tree_info"]:
        nodes, leaves = [], []

        def add(part):
            if "leaf_value" in part:
                leaves.append(part["leaf_value"])
                return ~(len(leaves) - 1)
            at = len(nodes)
            nodes.append(None)
            assert part["decision_type"] == "<="
            threshold = np.float32(part["threshold"])
            if float(threshold) > part["threshold"]:
                threshold = np.nextafter(threshold, np.float32(-np.inf))
            left, right = add(part["left_child"]), add(part["right_child"])
            nodes[at] = (part["split_feature"], threshold, left, right)
            return at

        add(tree["tree_structure"])
        out.append(struct.pack("<H", len(nodes)))
        out += [struct.pack("<Hfhh", *node) for node in nodes]
        out += [struct.pack("<f", leaf) for leaf in leaves]
    return b"".join(out)


def fnv(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return struct.pack("<Q", value)


def export(folder, work):
    weights, bias = np.load(work / "text.npz").values()
    steps, scale = quantized(weights)
    columns = "\n".join((folder / f"{name}columns.txt").read_text() for name in ("", "headline_"))
    content = b"PXLINES2" + fnv(columns.encode()) + struct.pack("<ff", bias, scale) + steps.tobytes()
    headline = work / "headline.txt"
    if headline.exists():
        weights, bias = np.load(work / "title.npz").values()
    else:
        weights, bias = np.zeros(BUCKETS), 0
    steps, scale = quantized(weights)
    content += struct.pack("<ff", bias, scale) + steps.tobytes()
    content += forest(work / "line.txt")
    # Before the headlines are trained, a forest without trees stands for theirs.
    content += forest(headline) if headline.exists() else struct.pack("<I", 0)
    out = ROOT / "crates/parallax-clean/model/lines.bin"
    out.parent.mkdir(exist_ok=True)
    out.write_bytes(content + fnv(content))
    print(out.relative_to(ROOT), len(content) + 8, "bytes")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wcxb", type=Path, required=True, help="the folder with html/ and ground-truth/")
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--step", choices=["all", "dump", "lines", "headlines", "export"], default="all")
    arguments = parser.parse_args()
    wcxb, work = arguments.wcxb.resolve(), arguments.work.resolve()
    wants = lambda step: arguments.step in ("all", step)
    pages = unpack(wcxb, work)
    if wants("dump"):
        dump(wcxb, pages, work, "lines")
    if wants("lines"):
        train_lines(work / "lines", work)
        export(work / "lines", work)
    if wants("headlines"):
        dump(wcxb, pages, work, "headlines")
        train_headlines(work / "headlines", work)
    if wants("headlines") or wants("export"):
        export(work / "lines", work)


if __name__ == "__main__":
    main()
