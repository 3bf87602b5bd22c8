"""Reading the data sets, cutting the splits, and encoding them.

Splits are cut by article with a stable hash, so a sentence never stands in two
of them: a tenth of every training set is ``check`` (never trained on, never
selected on), another tenth of the world news is their ``dev``.
"""
from __future__ import annotations

import csv
import hashlib
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

from shapes import Encoded, encode_batch

LABELS = ["O"] + [f"{p}-{t}" for t in ("PER", "ORG", "LOC", "MISC") for p in "BI"]
LABEL_ID = {label: i for i, label in enumerate(LABELS)}
TONES = ["negative", "neutral", "positive"]
TONE_OF = {2.0: 0, 4.0: 1, 6.0: 2}
WORLD_TYPE = {
    "Person": "PER", "Organization": "ORG", "Location": "LOC", "Facility": "LOC",
    "NORP": "MISC", "Misc": "MISC", "Product": "MISC", "Date": None, "Money": None,
}
MAX_PIECES = 512


@dataclass
class Sentence:
    """One sentence: words with labels, or a text with targets."""

    source: str
    text: str
    words: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    """IOB2, one a word; empty where the sentence has no entity labels."""
    targets: list[tuple[int, int, int]] = field(default_factory=list)
    """(from, to, tone class); ``to`` is exclusive, in code points."""
    key: int = -1
    """Row of the original sentence's teacher vector."""
    document: str | None = None
    """Document whose other sentences can be read beside this one."""


@dataclass
class Example:
    """An encoded sentence with labels on its pre-tokens and pieces of its targets."""

    sentence: Sentence
    encoded: Encoded
    labels: list[int] = field(default_factory=list)
    word_starts: list[int] = field(default_factory=list)
    """Number of the first pre-token of each data-set word; -1 if it has none."""
    targets: list[tuple[list[int], int]] = field(default_factory=list)

    def names(self) -> list[tuple[int, str]]:
        """Pre-tokens that can be remembered, with their keys: more than one letter, no digit, a capital."""
        text, out = self.sentence.text, []
        for number, ((begin, end), piece) in enumerate(zip(self.encoded.spans, self.encoded.starts)):
            if (self.encoded.types[piece] - 1) % 8 + 1 in (2, 3, 5):
                out.append((number, text[begin:end].lower()))
        return out


# --- splits -------------------------------------------------------------------

def fold(source: str, article: str) -> int:
    """Stable number 0-9 of an article: 0 is ``check``, 1 the world news' ``dev``."""
    digest = hashlib.sha256(f"{source}:{article}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % 10


def split_of(source: str, article: str) -> str:
    """Name of the split that a training article belongs to."""
    number = fold(source, article)
    if number == 0:
        return "check"
    return "dev" if number == 1 and source == "world" else "train"


def article_of_gid(gid: str) -> str:
    """Article inside a NewsMTSC id: ``allsides_1000_...`` or ``polusa_v1_123_...``."""
    parts = gid.split("_")
    return "_".join(parts[:3] if parts[0] == "polusa" else parts[:2])


# --- readers --------------------------------------------------------------------

def to_iob2(tags: list[str]) -> list[str]:
    """IOB1, IOB2 or BIO with stray I- to IOB2."""
    out, last = [], None
    for tag in tags:
        kind = None if tag == "O" else tag[2:]
        begins = kind is not None and (tag[0] in "BS" or kind != last)
        out.append("O" if kind is None else ("B-" if begins else "I-") + kind)
        last = kind
    return out


def column_documents(path: Path, separator: str | None, label: int):
    """Yield the documents of a column file: lists of (words, tags) sentences.

    The word is the first column, its tag the column ``label``; blank lines end
    a sentence; -DOCSTART- begins a document.
    """
    document, words, tags = [], [], []
    for line in path.read_text(encoding="utf8").split("\n"):
        columns = line.strip().split(separator)
        if len(columns) >= 2 and columns[0] != "-DOCSTART-":
            words.append(columns[0].strip())
            tags.append(columns[label])
            continue
        if words:
            document.append((words, tags))
            words, tags = [], []
        if columns and columns[0] == "-DOCSTART-" and document:
            yield document
            document = []
    if words:
        document.append((words, tags))
    if document:
        yield document


def make_sentence(source: str, words: list[str], tags: list[str], document: str) -> Sentence:
    """A labelled sentence with its text: the words joined by spaces."""
    return Sentence(source, " ".join(words), words, to_iob2(tags), document=f"{source}:{document}")


def read_conll(path: Path, split: str | None = None) -> list[Sentence]:
    """CoNLL-2003 file; ``split`` cuts the training file by document number."""
    out = []
    for number, document in enumerate(column_documents(path, None, -1)):
        if split is None or split_of("conll", str(number)) == split:
            out += [make_sentence("conll", w, t, f"{path.name}:{number}") for w, t in document]
    return out


def map_world_tag(tag: str) -> str:
    """One label of worldwide_newswire in CoNLL's four types."""
    if tag == "O":
        return tag
    kind = WORLD_TYPE[tag[2:]]
    return "O" if kind is None else f"{tag[:2]}{kind}"


def read_world(folder: Path, split: str | None = None) -> list[Sentence]:
    """worldwide_newswire, one file an article.

    Nested entities stand in further columns; the second column is the outermost.
    """
    out = []
    for path in sorted(folder.glob("*.tsv")):
        if split is not None and split_of("world", path.name) != split:
            continue
        for document in column_documents(path, "\t", 1):
            out += [make_sentence("world", w, [map_world_tag(x) for x in t], path.name) for w, t in document]
    return out


def read_tone(path: Path, split: str | None = None) -> list[Sentence]:
    """NewsMTSC file; ``split`` cuts the training file by article."""
    out = []
    for line in path.read_text(encoding="utf8").split("\n"):
        if not line.strip():
            continue
        row = json.loads(line)
        if split is not None and split_of("tone", article_of_gid(row["primary_gid"])) != split:
            continue
        targets = [(t["from"], t["to"], TONE_OF[float(t["polarity"])]) for t in row["targets"]]
        out.append(Sentence("tone", row["sentence_normalized"], targets=targets))
    return out


def tone_fifths(path: Path) -> list[int]:
    """Number 0-4 of the article of every sentence of ``read_tone(path, "train")``: folds of a cross-validation."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf8").split("\n") if line.strip()]
    articles = [article_of_gid(row["primary_gid"]) for row in rows]
    digests = [hashlib.sha256(f"tone-cv:{a}".encode()).digest() for a in articles if split_of("tone", a) == "train"]
    return [int.from_bytes(digest[:8], "big") % 5 for digest in digests]


def read_directed(path: Path) -> list[Sentence]:
    """Directed sentiment between two entities p and q: what p is shown to feel about q is a tone towards q."""
    out = []
    for line in path.read_text(encoding="utf8").split("\n"):
        columns = line.split("\t")
        if len(columns) != 4 or not columns[3].strip().isdigit():
            continue
        text, spans, begin = "", [], None
        for char in columns[0]:
            if char == "[":
                begin = len(text)
            elif char == "]" and begin is not None:
                # The bracket is often one character early.
                spans.append((begin, len(text)))
                begin = None
            else:
                text += char
        if len(spans) != 2:
            continue
        spans = [(a, b + 1 if b < len(text) and text[b - 1].isalnum() and text[b].isalnum() else b) for a, b in spans]
        label = int(columns[3])
        tones = {0: (1, 1), 1: (1, 2), 2: (2, 1), 3: (1, 0), 4: (0, 1)}[label]
        out.append(Sentence("directed", text, targets=[(a, b, y) for (a, b), y in zip(spans, tones)]))
    return out


def read_sentfin(path: Path) -> list[Sentence]:
    """SEntFiN: finance headlines with the tone towards each entity."""
    out = []
    with open(path, encoding="utf8", newline="") as file:
        for row in csv.DictReader(file):
            text, targets = row["Title"], []
            for name, label in re.findall(r"['\"](.+?)['\"]: ['\"](neutral|positive|negative)['\"]", row["Decisions"]):
                begin = text.lower().find(name.lower())
                if begin >= 0 and name.strip():
                    targets.append((begin, begin + len(name), TONES.index(label)))
            if targets:
                out.append(Sentence("sentfin", text, targets=targets))
    return out


def paths(data: Path) -> dict[str, Path]:
    """Where each set lies inside the data folder."""
    return {
        "conll-train": data / "ner/conll2003/eng.train",
        "conll-dev": data / "ner/conll2003/eng.testa",
        "world": data / "ner/worldwide_newswire/annotated",
        "tone-train": data / "sentiment/newsmtsc/train.jsonl",
        "directed": data / "sentiment/directed/train.txt",
        "sentfin": data / "sentiment/sentfin/SEntFiN.csv",
        "rw-dev": data / "sentiment/newsmtsc/rw-dev.jsonl",
        "mt-dev": data / "sentiment/newsmtsc/mt-dev.jsonl",
    }


def read_training(data: Path) -> dict[str, list[Sentence]]:
    """The training sets, without ``check`` and the world ``dev``."""
    where = paths(data)
    return {
        "conll": read_conll(where["conll-train"], "train"),
        "world": read_world(where["world"], "train"),
        "tone": read_tone(where["tone-train"], "train"),
        "directed": read_directed(where["directed"]),
        "sentfin": read_sentfin(where["sentfin"]),
    }


def read_dev(data: Path) -> dict[str, list[Sentence]]:
    """The sets that choices are made on."""
    where = paths(data)
    return {
        "conll-dev": read_conll(where["conll-dev"]),
        "world-dev": read_world(where["world"], "dev"),
        "rw-dev": read_tone(where["rw-dev"]),
        "mt-dev": read_tone(where["mt-dev"]),
    }


def read_check(data: Path) -> dict[str, list[Sentence]]:
    """The sets set aside: looked at once, at the end."""
    where = paths(data)
    return {
        "conll-check": read_conll(where["conll-train"], "check"),
        "world-check": read_world(where["world"], "check"),
        "tone-check": read_tone(where["tone-train"], "check"),
    }


# --- encoding -------------------------------------------------------------------

def pretoken_labels(sentence: Sentence, encoded: Encoded) -> tuple[list[int], list[int]]:
    """Labels of the pre-tokens, and the first pre-token of each word."""
    bounds, position = [], 0
    for word in sentence.words:
        bounds.append((position, position + len(word)))
        position += len(word) + 1
    labels, firsts, word = [], [-1] * len(bounds), 0
    for number, (begin, _) in enumerate(encoded.spans):
        while begin >= bounds[word][1]:
            word += 1
        tag = sentence.tags[word]
        if firsts[word] < 0:
            firsts[word] = number
        elif tag[0] == "B":
            tag = "I" + tag[1:]
        labels.append(LABEL_ID[tag])
    return labels, firsts


def mention_pieces(encoded: Encoded, begin: int, end: int) -> list[int]:
    """Word pieces that overlap a character range; [CLS] where there are none."""
    found = [
        i for i, (a, b) in enumerate(encoded.offsets)
        if encoded.word_of[i] >= 0 and a < end and b > begin and b > a
    ]
    return found or [0]


def encode_all(tokenizer, sentences: list[Sentence]) -> list[Example]:
    """Encode sentences with their labels and targets."""
    out = []
    for sentence, encoded in zip(sentences, encode_batch(tokenizer, [s.text for s in sentences])):
        example = Example(sentence, encoded)
        if sentence.tags:
            example.labels, example.word_starts = pretoken_labels(sentence, encoded)
        example.targets = [(mention_pieces(encoded, a, b), y) for a, b, y in sentence.targets]
        out.append(example)
    return out


def cut(example: Example, limit: int = MAX_PIECES) -> Example:
    """Shorten an over-long example to what the encoder can take (for evaluation)."""
    encoded = example.encoded
    if len(encoded.ids) <= limit:
        return example
    keep = limit - 1
    words = sum(s < keep for s in encoded.starts)
    short = Encoded(
        encoded.ids[:keep] + encoded.ids[-1:], encoded.types[:keep] + [0],
        encoded.offsets[:keep] + [(0, 0)], encoded.word_of[:keep] + [-1],
        encoded.starts[:words], encoded.spans[:words],
    )
    firsts = [f if f < words else -1 for f in example.word_starts]
    targets = [([p for p in ps if p < keep] or [0], y) for ps, y in example.targets]
    return Example(example.sentence, short, example.labels[:words], firsts, targets)
