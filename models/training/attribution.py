"""The attribution tagger of ``models/discourse``: data, network, figures. ``branch.py`` trains it.

The marks and verbs that the rules find come from Rust (``cargo run --release -p parallax-quotes
--example words``), so that training reads what the program reads.

    x       [mean of h over the word's pieces ; features], h the states of the branch
    g       gelu(input(x)), then for every dilation d a residual layer over the article's words:
            g[t] + gelu(layer([g[t - d] ; g[t] ; g[t + d]])), zeros outside
    labels  out(g), Viterbi with ``start`` and ``transitions`` over source, cue, content
    links   every source and content span points to a cue of its block, or to none

A tenth of the articles is ``check`` (stable hash): never trained on, never selected on.

    python attribution.py aside POLNEAR CHECK    # for: parallax evaluate quotes CHECK
    python attribution.py agreement POLNEAR      # how well two annotators agree
"""
from __future__ import annotations

import argparse
import random
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from data import fold

ROLES = ["source", "cue", "content"]
LABELS = ["O"] + [f"{p}-{r}" for r in ROLES for p in "BI"]
STATE, FEATURES, WIDTH, LINK = 384, 13, 128, 64
DILATIONS = [1, 2, 4, 8, 16]
DISTANCES = [1, 2, 3, 5, 8, 13, 21, 34]
"""Upper bounds (exclusive) of the classes of distance between two spans, in words."""
PAIR = 2 * (len(DISTANCES) + 1) + 3 + 2
FORBIDDEN = -1e4
CHUNK = 128


# --- articles -------------------------------------------------------------------

@dataclass
class Fragment:
    """One stretch of a role: words ``start`` to ``end`` (exclusive)."""

    role: int
    start: int
    end: int
    attribution: int


@dataclass
class Article:
    """What the tagger reads of an article, with the labels of one annotator."""

    name: str
    features: np.ndarray
    spans: np.ndarray
    """First and last byte of each word."""
    blocks: np.ndarray
    sentences: np.ndarray
    fragments: list[Fragment]
    text: bytes = b""
    states: np.ndarray | None = None
    """Mean of the branch's states over the pieces of each word."""


def read_gold(text: str, path: Path) -> list[dict[str, list[tuple[int, int]]]]:
    """Attributions of a brat file with the byte ranges of their parts."""
    at = [0]
    for char in text:
        at.append(at[-1] + len(char.encode()))
    spans, out = {}, []
    for line in path.read_text(encoding="utf8").split("\n"):
        columns = line.split("\t")
        if line.startswith("T") and len(columns) == 3:
            ranges = columns[1].split(" ", 1)[1].split(";")
            spans[columns[0]] = [tuple(at[int(x)] for x in r.split()) for r in ranges]
        elif line.startswith("E"):
            parts: dict[str, list] = {role: [] for role in ROLES}
            for part in columns[1].split():
                role, name = part.split(":")
                role = role.rstrip("0123456789").lower()
                if role in parts and name in spans:
                    parts[role] += spans[name]
            if parts["content"]:
                out.append({role: sorted(found) for role, found in parts.items()})
    return out


def features_of(marks: str, spans: np.ndarray, blocks: np.ndarray, sentences: np.ndarray) -> np.ndarray:
    """The features of the words of an article, ``FEATURES`` wide."""
    out = np.zeros((len(spans), FEATURES), dtype=np.float32)
    for line in marks.splitlines():
        kind, begin, end, first, second = line.split()
        begin, end, first, second = int(begin), int(end), int(first), int(second)
        a = int(np.searchsorted(spans[:, 1], begin, side="right"))
        b = int(np.searchsorted(spans[:, 0], end, side="left"))
        if b <= a:
            continue
        if kind == "quote":
            out[a:b, 0] = 1
            out[a, 1] = 1
            out[b - 1, 2] = first
            out[a:b, 3] = 1 - first
            out[a:b, 4] = second
        else:
            out[a:b, 5 + first] = 1
    for column, number in ((9, blocks), (11, sentences)):
        change = np.flatnonzero(np.diff(number)) + 1
        out[np.r_[0, change][: len(spans)], column] = 1
        out[np.r_[change - 1, len(spans) - 1][: len(spans)], column + 1] = 1
    return out


def read_article(words: Path, name: str, text: str, gold: Path) -> Article:
    """One article with the labels of one annotation file."""
    table = np.loadtxt(words / f"{name}.words", dtype=np.int64, ndmin=2).reshape(-1, 4)
    spans = table[:, :2]
    fragments = []
    for number, parts in enumerate(read_gold(text, gold)):
        for role, name_of_role in enumerate(ROLES):
            for begin, end in parts[name_of_role]:
                a = int(np.searchsorted(spans[:, 1], begin, side="right"))
                b = int(np.searchsorted(spans[:, 0], end, side="left"))
                # Fragments that only other words' letters part are one.
                if b > a and fragments and fragments[-1].end == a and (
                    (fragments[-1].role, fragments[-1].attribution) == (role, number)
                ):
                    fragments[-1].end = b
                elif b > a:
                    fragments.append(Fragment(role, a, b, number))
    marks = (words / f"{name}.marks").read_text()
    features = features_of(marks, spans, table[:, 2], table[:, 3])
    return Article(name, features, spans, table[:, 2], table[:, 3], fragments, text.encode())


def read_articles(words: Path, folder: Path, all_annotators: bool) -> list[Article]:
    """The articles of one split; of several annotators the first, or all."""
    out, last = [], None
    for path in sorted((folder / "attributions").glob("*.ann")):
        name = path.stem.rsplit("_", 1)[0]
        if name == last and not all_annotators or not (words / f"{name}.words").exists():
            continue
        last = name
        with open(folder / "text" / f"{name}.txt", encoding="utf8", newline="") as file:
            out.append(read_article(words, name, file.read(), path))
    return out


def labels_of(article: Article) -> np.ndarray:
    """IOB2 label of every word."""
    labels = np.zeros(len(article.spans), dtype=np.int64)
    for fragment in article.fragments:
        labels[fragment.start : fragment.end] = 2 + 2 * fragment.role
        labels[fragment.start] = 1 + 2 * fragment.role
    starts = np.flatnonzero(article.features[:, 9])
    labels[starts] -= (labels[starts] > 0) & (labels[starts] % 2 == 0)
    return labels


def chunks(article: Article, generator: random.Random | None) -> list[tuple[int, int]]:
    """Runs of whole blocks of about ``CHUNK`` words, cut at another place every epoch."""
    starts = [int(s) for s in np.flatnonzero(article.features[:, 9])] + [len(article.spans)]
    out, begin = [], 0
    limit = generator.randint(CHUNK // 3, CHUNK) if generator else CHUNK
    for before, start in zip(starts, starts[1:]):
        if start - begin > limit and before > begin:
            out.append((begin, before))
            begin, limit = before, CHUNK
    if starts[-1] > begin:
        out.append((begin, starts[-1]))
    return out


# --- model ----------------------------------------------------------------------

def forbidden_moves() -> tuple[torch.Tensor, torch.Tensor]:
    """Penalties for starts and moves that IOB2 forbids."""
    start = torch.tensor([FORBIDDEN if label[0] == "I" else 0.0 for label in LABELS])
    rows = [[FORBIDDEN if b[0] == "I" and a[1:] != b[1:] else 0.0 for b in LABELS] for a in LABELS]
    return start, torch.tensor(rows)


def distance_class(words: int) -> int:
    """Class of a distance of at least 0 words."""
    return sum(words >= bound for bound in DISTANCES)


def pair_features(span: tuple[int, int], cue: tuple[int, int], cues_between: int, article: Article) -> list[int]:
    """Indices of the features that hold for a span and a cue: order with distance, cues between, sentence."""
    before = span[0] < cue[0]
    gap = max(0, (cue[0] - span[1]) if before else (span[0] - cue[1]))
    classes = len(DISTANCES) + 1
    same = article.sentences[min(span[1], cue[1]) - 1] == article.sentences[max(span[0], cue[0])]
    same = same or article.sentences[span[0]] == article.sentences[cue[0]]
    return [
        distance_class(gap) + (classes if before else 0),
        2 * classes + min(cues_between, 2),
        2 * classes + 3 + int(bool(same)),
    ]


class Tagger(nn.Module):
    """Labels of words and links of spans."""

    def __init__(self, dropout: float = 0.3):
        super().__init__()
        self.input = nn.Linear(STATE + FEATURES, WIDTH)
        self.layers = nn.ModuleList(nn.Linear(3 * WIDTH, WIDTH) for _ in DILATIONS)
        self.out = nn.Linear(WIDTH, len(LABELS))
        self.start = nn.Parameter(torch.zeros(len(LABELS)))
        self.transitions = nn.Parameter(torch.zeros(len(LABELS), len(LABELS)))
        self.link_span = nn.Linear(2 * WIDTH, LINK)
        self.link_cue = nn.Linear(2 * WIDTH, LINK, bias=False)
        self.link_pair = nn.Embedding(PAIR, LINK)
        self.link_none = nn.Parameter(torch.zeros(LINK))
        self.link_out = nn.Linear(LINK, 1)
        self.dropout = nn.Dropout(dropout)
        start, moves = forbidden_moves()
        self.register_buffer("no_start", start, persistent=False)
        self.register_buffer("no_move", moves, persistent=False)

    def states(self, states: torch.Tensor, features: torch.Tensor, live=None) -> torch.Tensor:
        """g of every word, [batch, words, WIDTH]."""
        live = 1.0 if live is None else live  # no word behind the end of a shorter chunk in the batch
        g = F.gelu(self.input(torch.cat([self.dropout(states), features], -1))) * live
        for layer, d in zip(self.layers, DILATIONS):
            left = F.pad(g, (0, 0, d, 0))[:, : g.shape[1]]
            right = F.pad(g, (0, 0, 0, d))[:, d:]
            g = (g + self.dropout(F.gelu(layer(torch.cat([left, g, right], -1))))) * live
        return g

    def emissions(self, g: torch.Tensor, features: torch.Tensor) -> torch.Tensor:
        """Scores of the labels; no label goes on over the start of a block."""
        scores = self.out(self.dropout(g))
        return scores + features[..., 9:10] * self.no_start

    def loss(self, emissions, labels):
        """Negative log-likelihood a word; labels are -1 behind the end."""
        begin, moves = self.start + self.no_start, self.transitions + self.no_move
        live, gold = labels >= 0, labels.clamp(min=0)
        picked = emissions.gather(2, gold.unsqueeze(-1)).squeeze(-1)
        path = (picked * live).sum() + begin[gold[:, 0]].sum()
        path = path + (moves[gold[:, :-1], gold[:, 1:]] * live[:, 1:]).sum()
        alpha = begin + emissions[:, 0]
        for row, alive in zip(emissions.unbind(1)[1:], live.unsqueeze(-1).unbind(1)[1:]):
            new = torch.logsumexp(alpha.unsqueeze(-1) + moves, 1) + row
            alpha = torch.where(alive, new, alpha)
        return (torch.logsumexp(alpha, 1).sum() - path) / live.sum()

    @torch.no_grad()
    def decode(self, emissions: np.ndarray) -> list[int]:
        """Best labels of one article."""
        moves = (self.transitions + self.no_move).numpy()
        score = (self.start + self.no_start).numpy() + emissions[0]
        back = []
        for row in emissions[1:]:
            table = score[:, None] + moves
            came = table.argmax(0)
            score = table[came, np.arange(len(row))] + row
            back.append(came)
        path = [int(score.argmax())]
        for came in reversed(back):
            path.append(int(came[path[-1]]))
        return path[::-1]

    def span_vectors(self, g: torch.Tensor, spans: list[tuple[int, int]]) -> torch.Tensor:
        """First and last g of each span; ``g`` is [words, WIDTH]."""
        index = torch.tensor(spans, dtype=torch.long).reshape(-1, 2)
        return torch.cat([g[index[:, 0]], g[index[:, 1] - 1]], -1)

    def link_scores(self, g, spans, cues, pairs) -> torch.Tensor:
        """Scores [spans, cues + 1] of one block; the last column is none. ``pairs``: [spans, cues, 3]."""
        own = self.link_span(self.dropout(self.span_vectors(g, spans)))
        none = self.link_out(torch.tanh(own + self.link_none))
        if not cues:
            return none
        other = self.link_cue(self.dropout(self.span_vectors(g, cues)))
        both = own.unsqueeze(1) + other.unsqueeze(0) + self.link_pair(pairs).sum(2)
        return torch.cat([self.link_out(torch.tanh(both)).squeeze(-1), none], 1)


def pairs_of(spans, cues, article) -> torch.Tensor:
    """Pair features of all spans with all cues of a block."""
    rows = []
    for span in spans:
        row = []
        for cue in cues:
            low, high = min(span[0], cue[0]), max(span[0], cue[0])
            between = sum(low < other[0] < high for other in cues)
            row.append(pair_features(span, cue, between, article))
        rows.append(row)
    return torch.tensor(rows, dtype=torch.long).reshape(len(spans), len(cues), 3)


# --- training --------------------------------------------------------------------

def link_tasks(article: Article):
    """For every block: its spans to link, its cues and the number of the right cue of each span."""
    cue_of = {f.attribution: f for f in reversed(article.fragments) if f.role == 1}
    by_block: dict[int, list[Fragment]] = {}
    for fragment in article.fragments:
        by_block.setdefault(int(article.blocks[fragment.start]), []).append(fragment)
    for fragments in by_block.values():
        cues = sorted((f.start, f.end, f.attribution) for f in fragments if f.role == 1)
        others = [f for f in fragments if f.role != 1]
        if not others:
            continue
        number = {a: i for i, (_, _, a) in reversed(list(enumerate(cues)))}
        right = [number.get(f.attribution, len(cues)) for f in others]
        places = [(s, e) for s, e, _ in cues]
        spans = [(f.start, f.end) for f in others]
        yield spans, places, pairs_of(spans, places, article), torch.tensor(right)


def aside(args) -> None:
    """Links the articles set aside to a folder for ``parallax evaluate quotes``."""
    for part in ("text", "attributions"):
        (args.out / part).mkdir(parents=True, exist_ok=True)
    for path in sorted((args.polnear / "train/attributions").glob("*.ann")):
        name = path.stem.rsplit("_", 1)[0]
        text = args.polnear / f"train/text/{name}.txt"
        if fold("polnear", name) == 0:
            for source, part in ((path, "attributions"), (text, "text")):
                link = args.out / part / source.name
                if not link.exists():
                    link.symlink_to(source.resolve())


def agreement(args) -> None:
    """F1 of contents between the first two annotators of the train articles that have several."""
    files: dict[str, list[Path]] = {}
    for path in sorted((args.polnear / "train/attributions").glob("*.ann")):
        files.setdefault(path.stem.rsplit("_", 1)[0], []).append(path)
    sizes, matched = [0, 0], dict.fromkeys((0.3, 0.8, 1.0), 0)
    for name, paths in files.items():
        if len(paths) < 2:
            continue
        with open(args.polnear / f"train/text/{name}.txt", encoding="utf8", newline="") as file:
            text = file.read()
        words = [(len(text[: m.start()].encode()), m.start()) for m in re.finditer(r"[^\W_]+", text)]
        sides = [
            [{at for at, _ in words for a, b in parts["content"] if a <= at < b} for parts in read_gold(text, path)]
            for path in paths[:2]
        ]
        sizes = [size + len(side) for size, side in zip(sizes, sides)]
        pairs = sorted(
            (-len(a & b) / len(a | b), i, j) for i, a in enumerate(sides[0]) for j, b in enumerate(sides[1]) if a & b
        )
        for overlap in matched:
            used: tuple[set, set] = (set(), set())
            for score, i, j in pairs:
                if -score >= overlap and i not in used[0] and j not in used[1]:
                    used[0].add(i)
                    used[1].add(j)
                    matched[overlap] += 1
    print(sizes, {overlap: round(200 * count / sum(sizes), 1) for overlap, count in matched.items()})


# --- prediction and figures --------------------------------------------------------

@torch.no_grad()
def predict(model: Tagger, article: Article) -> list[dict[str, list[tuple[int, int]]]]:
    """The attributions of an article: word ranges of source, cue and content."""
    model.eval()
    if not len(article.spans):
        return []
    states = torch.from_numpy(article.states.astype(np.float32)).unsqueeze(0)
    features = torch.from_numpy(article.features).unsqueeze(0)
    g = model.states(states, features)
    path = model.decode(model.emissions(g, features)[0].numpy())
    found: dict[int, list[tuple[int, int, int]]] = {}
    for number, label in enumerate(path):
        if label % 2 == 1:
            found.setdefault(int(article.blocks[number]), []).append((label // 2, number, number + 1))
        elif label:
            spans = found[int(article.blocks[number])]
            spans[-1] = (spans[-1][0], spans[-1][1], number + 1)
    out = []
    for block in found.values():
        cues = [(s, e) for role, s, e in block if role == 1]
        others = [(role, s, e) for role, s, e in block if role != 1]
        if not others:
            continue
        spans = [(s, e) for _, s, e in others]
        scores = model.link_scores(g[0], spans, cues, pairs_of(spans, cues, article))
        made: dict[int, dict] = {}
        sources: dict[int, tuple] = {}
        alone = len(cues)
        for (role, s, e), row in zip(others, scores):
            choice = int(row.argmax())
            if role == 0:
                if choice < len(cues) and (choice not in sources or float(row[choice]) > sources[choice][0]):
                    sources[choice] = (float(row[choice]), (s, e))
                continue
            if choice == len(cues):
                choice, alone = alone, alone + 1
            made.setdefault(choice, {"source": [], "cue": [], "content": []})["content"].append((s, e))
        for choice, parts in made.items():
            if choice < len(cues):
                parts["cue"] = [cues[choice]]
                parts["source"] = [sources[choice][1]] if choice in sources else []
            out.append(parts)
    return sorted(out, key=lambda parts: parts["content"])


def gold_of(article: Article) -> list[dict[str, list[tuple[int, int]]]]:
    """The labelled attributions as word ranges."""
    by_number: dict[int, dict] = {}
    for f in article.fragments:
        parts = by_number.setdefault(f.attribution, {"source": [], "cue": [], "content": []})
        parts[ROLES[f.role]].append((f.start, f.end))
    return [parts for parts in by_number.values() if parts["content"]]


def word_set(article: Article, spans) -> frozenset:
    """The words of some ranges, punctuation left out."""
    return frozenset(
        w for s, e in spans for w in range(s, e)
        if any(c.isalnum() for c in article.text[article.spans[w][0] : article.spans[w][1]].decode())
    )


def kind_of(article: Article, spans) -> str:
    """Direct: all words between marks; mixed: some; indirect: none."""
    words = word_set(article, spans)
    quoted = sum(article.features[w, 0] for w in words)
    return "direct" if quoted == len(words) else "mixed" if quoted else "indirect"


def evaluate(model: Tagger, articles: list[Article]) -> dict:
    """Precision, recall and F1 of contents by kind and overlap; speakers and cues of the matched."""
    counts: dict = {}
    speaker, cue, silent, total = [0, 0], [0, 0], 0, 0
    for article in articles:
        gold, found = gold_of(article), predict(model, article)
        sets = [[word_set(article, x["content"]) for x in side] for side in (gold, found)]
        kinds = [[kind_of(article, x["content"]) for x in side] for side in (gold, found)]
        total += len(found)
        silent += sum(not x["source"] for x in found)
        candidates = sorted(
            (-len(a & b) / len(a | b), i, j) for i, a in enumerate(sets[0]) for j, b in enumerate(sets[1]) if a & b
        )
        for overlap in (0.3, 0.8, 1.0):
            used: tuple[set, set] = (set(), set())
            for score, i, j in candidates:
                if -score < overlap or i in used[0] or j in used[1]:
                    continue
                used[0].add(i)
                used[1].add(j)
                if overlap == 0.8:
                    for role, tally in (("source", speaker), ("cue", cue)):
                        a, b = word_set(article, gold[i][role]), word_set(article, found[j][role])
                        if a:
                            tally[0] += len(a & b) / len(a | b) >= 0.3
                            tally[1] += 1
            for kind in ("direct", "mixed", "indirect", "all"):
                row = counts.setdefault(kind, {}).setdefault(overlap, [0, 0, 0, 0])
                row[0] += sum(kind in ("all", k) for k in kinds[0])
                row[1] += sum(kind in ("all", k) for k in kinds[1])
                row[2] += sum(kind in ("all", kinds[0][i]) for i in used[0])
                row[3] += sum(kind in ("all", kinds[1][j]) for j in used[1])
    out: dict = {kind: {} for kind in counts}
    for kind, rows in counts.items():
        for overlap, (n, m, hit_gold, hit_found) in rows.items():
            p, r = hit_found / max(m, 1), hit_gold / max(n, 1)
            out[kind][overlap] = (p, r, 2 * p * r / max(p + r, 1e-9), n)
    out["speaker"], out["cue"] = speaker[0] / max(speaker[1], 1), cue[0] / max(cue[1], 1)
    out["silent"] = silent / max(total, 1)
    return out


def show(figures: dict) -> str:
    """One line for logs."""
    parts = []
    for kind in ("direct", "mixed", "indirect", "all"):
        values = " ".join(f"{100 * figures[kind][o][2]:.1f}" for o in (0.3, 0.8, 1.0))
        parts.append(f"{kind}({figures[kind][0.3][3]}) {values}")
    p, r = figures["all"][0.8][:2]
    parts.append(f"P {100 * p:.1f} R {100 * r:.1f}")
    parts.append(f"speaker {100 * figures['speaker']:.1f} cue {100 * figures['cue']:.1f} none {100 * figures['silent']:.1f}")
    return " | ".join(parts)


# --- export -----------------------------------------------------------------------

FORMULA = (
    "x = [mean of h over the word's pieces ; 13 features]; g = gelu(input x); for each dilation d: "
    "g[t] += gelu(layer [g[t-d] ; g[t] ; g[t+d]]), zeros outside the article; e = out g; Viterbi with start and "
    "transitions, I-X only behind B-X or I-X and never at the start of a block; a source or content points to the cue "
    "of its block with the highest link_out tanh(link_span [g first ; g last] + link_cue [g first ; g last] + "
    "rows of link_pair), or to none: link_out tanh(link_span [..] + link_none)"
)


def section() -> dict:
    """Of config.json."""
    return {
        "head": "conv-crf-link/1", "reads": "branch", "labels": LABELS, "features": FEATURES, "hidden": WIDTH,
        "dilations": DILATIONS, "link": LINK, "distances": DISTANCES, "formula": FORMULA,
    }


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    three = commands.add_parser("aside")
    for name in ("polnear", "out"):
        three.add_argument(name, type=Path)
    three.set_defaults(run=aside)
    four = commands.add_parser("agreement")
    four.add_argument("polnear", type=Path)
    four.set_defaults(run=agreement)
    args = parser.parse_args()
    args.run(args)


if __name__ == "__main__":
    main()
