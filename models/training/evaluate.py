"""Measure an exported model, in f32 from its dequantised weights.

    python evaluate.py ner FILE|FOLDER [--split dev|check] [--case lower|upper|title] [--no-memory]
    python evaluate.py tone FILE [FILE ...] [--split check]
    python evaluate.py sentence FILE ... --encoder ENCODER
    python evaluate.py all --data DATA --encoder ENCODER

FILE is a CoNLL-2003 file (word and IOB label in the first and last column) or a
NewsMTSC file (.jsonl); FOLDER is worldwide_newswire's folder ``annotated``.
``--split`` takes the part of a training set that was set aside.
"""
from __future__ import annotations

import argparse
import json
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
    parser.add_argument("what", choices=("ner", "tone", "sentence", "all"))
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
    else:
        out = everything(evaluator, args.data, args.encoder)
    print(json.dumps(rounded(out), indent=1))


if __name__ == "__main__":
    main()
