"""Measure an exported model, in f32 from its dequantised weights.

    python evaluate.py ner FILE|FOLDER [--split dev|check] [--case lower|upper|title] [--no-memory]
    python evaluate.py tone FILE [FILE ...] [--split check]
    python evaluate.py sentence FILE ... --encoder ENCODER
    python evaluate.py facts ANNOTATIONS GOLD PAGES --encoder ENCODER
    python evaluate.py all --data DATA --encoder ENCODER

FILE is a CoNLL-2003 file (word and IOB label in the first and last column) or a
NewsMTSC file (.jsonl); FOLDER is worldwide_newswire's folder ``annotated``.
``--split`` takes the part of a training set that was set aside.  ``facts``: ANNOTATIONS is what
``parallax annotate PAGES`` writes, GOLD says which sentences tell which fact (tests/gold/*_coverage.csv).
"""
from __future__ import annotations

import argparse
import csv
import json
import re
from collections import defaultdict
from pathlib import Path

import torch
from tokenizers import Tokenizer

from data import Sentence, cut, encode_all, paths, read_conll, read_tone, read_world
from metrics import calibration_error, differing, entity_scores, tone_pairs, tone_scores
from model import predict
from shapes import CASES
from storage import load_model
from train import altered, teacher_vectors


class Evaluator:
    """An exported model with its tokenizer."""

    def __init__(self, folder: Path):
        self.model, self.config = load_model(folder)
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.memory = True

    def run(self, sentences: list[Sentence]):
        """Examples and their predictions."""
        examples = [cut(e) for e in encode_all(self.tokenizer, sentences)]
        return examples, predict(self.model, examples, memory=self.memory)

    def ner(self, path: Path, split: str | None = None, case: str | None = None) -> dict:
        """Entity scores of a file or folder; its documents are read with memory."""
        sentences = read_world(path, split) if path.is_dir() else read_conll(path, split)
        if case:
            sentences = [altered(s, CASES[case](s.text)) for s in sentences]
        return {"sentences": len(sentences), **entity_scores(*self.run(sentences))}

    def tone(self, files: list[Path], split: str | None = None) -> dict:
        """Tone scores of one or more files together."""
        sentences = [s for path in files for s in read_tone(path, split)]
        examples, predictions = self.run(sentences)
        logits, gold = tone_pairs(examples, predictions)
        scores = tone_scores(logits, gold, self.config["tone"]["temperature"])
        return {"targets": len(gold), **scores, "ece-untempered": calibration_error(logits, gold, 1.0),
                "accuracy-differing": differing(examples, predictions)}

    def sentence(self, sentences: list[Sentence], encoder: Path) -> dict:
        """Mean cosine between sentence vectors and the original encoder's."""
        examples, predictions = self.run(sentences)
        wanted = torch.from_numpy(teacher_vectors(encoder, examples)).float()
        cosine = (torch.stack([p[2] for p in predictions]) * wanted).sum(-1)
        return {"sentences": len(examples), "mean-cosine": cosine.mean().item(), "lowest": cosine.min().item()}


    def facts(self, annotations: Path, gold: Path, pages: Path, encoder: Path) -> dict:
        """How well vectors find the sentence of another article that tells the same fact.

        Asked is every sentence mainly about a fact, in every other article that tells the fact in other words.
        """
        articles = [json.loads(line) for line in annotations.open(encoding="utf8")]
        texts = {a["doc_id"]: [a["text"][s["start"] : s["end"]] for s in a["sentences"]] for a in articles}
        flat = [Sentence("facts", text, [], []) for d in texts for text in texts[d]]
        examples, predictions = self.run(flat)
        own = torch.stack([p[2] for p in predictions])
        original = torch.from_numpy(teacher_vectors(encoder, examples)).float()
        first, at = {}, 0
        for d in texts:
            first[d], at = at, at + len(texts[d])
        asked = questions(gold, {a["doc_id"]: places(a, pages) for a in articles}, texts)
        out = {"asked": len(asked), "rank-correlation": rank_correlation(own, original, first, texts)}
        for name, vectors in (("original", original), ("own", own)):
            hits = auc = 0.0
            for a, sentence, b, telling in asked:
                scores = vectors[first[b] : first[b] + len(texts[b])] @ vectors[first[a] + sentence]
                told = torch.zeros(len(scores), dtype=torch.bool)
                told[list(telling)] = True
                hits += float(told[scores.argmax()])
                auc += (scores[told][:, None] > scores[~told][None]).float().mean().item()
            out[name] = {"first-right": 100 * hits / len(asked), "pairs-right": 100 * auc / len(asked)}
        return out


def places(article: dict, pages: Path) -> dict[tuple[int, int], int]:
    """Number of the sentence for a line of the page and its place among those that begin there, both from 1."""
    source = (pages / article["source"]).read_text(encoding="utf8")
    out, count = {}, defaultdict(int)
    for number, sentence in enumerate(article["sentences"]):
        run = next(r for r in article["alignment"] if r[0] <= sentence["start"] < r[1])
        line = source.count("\n", 0, run[2] + (sentence["start"] - run[0] if run[4] == "kept" else 0)) + 1
        count[line] += 1
        out[line, count[line]] = number
    return out


def questions(gold: Path, place: dict, texts: dict) -> list[tuple[str, int, str, set[int]]]:
    """Article, sentence, other article, and its sentences that tell the fact; none that is the same but for case."""
    told = defaultdict(lambda: defaultdict(dict))
    with gold.open(encoding="utf8", newline="") as file:
        for row in csv.DictReader(file):
            if row["status"] == "told" and row["line"]:
                number = place[row["doc_id"]].get((int(row["line"]), int(row["sentence"])))
                if number is not None:
                    told[row["fact"]][row["doc_id"]][number] = row["main"] == "yes"
    words = lambda d, n: re.findall(r"\w+", texts[d][n].lower())
    out = []
    for articles in told.values():
        for a, sentences in articles.items():
            for b in articles:
                for sentence in (n for n, main in sentences.items() if main and a != b):
                    if all(words(a, sentence) != words(b, other) for other in articles[b]):
                        out.append((a, sentence, b, set(articles[b])))
    return out


def rank_correlation(own, original, first: dict, texts: dict) -> float:
    """Spearman's, of the cosines of all pairs of sentences of different articles."""
    row = torch.cat([torch.full((len(texts[d]),), number) for number, d in enumerate(first)])
    apart = torch.triu(row[:, None] != row[None])
    ranks = [(v @ v.T)[apart].argsort().argsort().double() for v in (own, original)]
    return torch.corrcoef(torch.stack(ranks))[0, 1].item()


def read_any(path: Path, split: str | None) -> list[Sentence]:
    """A file or folder of any of the three sets."""
    if path.suffix == ".jsonl":
        return read_tone(path, split)
    return read_world(path, split) if path.is_dir() else read_conll(path, split)


def everything(e: Evaluator, data: Path, encoder: Path | None) -> dict:
    """All figures of the model card."""
    at = paths(data)
    out = {
        "conll-dev": e.ner(at["conll-dev"]),
        "conll-check": e.ner(at["conll-train"], "check"),
        "world-dev": e.ner(at["world"], "dev"),
        "world-check": e.ner(at["world"], "check"),
        **{f"conll-dev-{case}": e.ner(at["conll-dev"], case=case) for case in CASES},
        "rw-dev": e.tone([at["rw-dev"]]),
        "mt-dev": e.tone([at["mt-dev"]]),
        "both-dev": e.tone([at["rw-dev"], at["mt-dev"]]),
        "tone-check": e.tone([at["tone-train"]], "check"),
    }
    if encoder:
        for name in ("conll-dev", "rw-dev"):
            out[f"sentence-{name}"] = e.sentence(read_any(at[name], None), encoder)
        for name, key in (("world", "world"), ("tone", "tone-train")):
            out[f"sentence-{name}-check"] = e.sentence(read_any(at[key], "check"), encoder)
    return out


def rounded(value):
    """Figures with two (per cent) or four (cosine) places."""
    if isinstance(value, dict):
        return {k: rounded(v) for k, v in value.items()}
    return value if isinstance(value, int) else round(value, 4 if abs(value) <= 1 else 2)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("what", choices=("ner", "tone", "sentence", "facts", "all"))
    parser.add_argument("files", type=Path, nargs="*")
    parser.add_argument("--model", type=Path, default=Path(__file__).parent.parent / "news-en")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--encoder", type=Path)
    parser.add_argument("--split", choices=("train", "dev", "check"))
    parser.add_argument("--case", choices=tuple(CASES))
    parser.add_argument("--no-memory", action="store_true", help="read every sentence alone")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    evaluator = Evaluator(args.model)
    evaluator.memory = not args.no_memory
    if args.what == "ner":
        out = evaluator.ner(args.files[0], args.split, args.case)
    elif args.what == "tone":
        out = evaluator.tone(args.files, args.split)
    elif args.what == "sentence":
        out = evaluator.sentence([s for f in args.files for s in read_any(f, args.split)], args.encoder)
    elif args.what == "facts":
        out = evaluator.facts(*args.files, args.encoder)
    else:
        out = everything(evaluator, args.data, args.encoder)
    print(json.dumps(rounded(out), indent=1))


if __name__ == "__main__":
    main()
