r"""Write the shipped model folder from a training checkpoint, and parity.json.

    python export.py --data DATA --encoder ENCODER \
        --checkpoint WORK/epoch3.pt WORK/epoch4.pt WORK/epoch5.pt --mix 0.25 0.25 0.5 --out ../news-en
    python export.py --out ../news-en --parity parity.json        (parity only)
"""
from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch.nn import functional as F
from transformers import BertConfig

from data import LABELS, TONES, Sentence, cut, encode_all, paths, read_tone
from metrics import fit_temperature, tone_pairs
from model import Model, collate, predict
from shapes import TYPE_COUNT
from storage import load_model, save_model
from train import load_tokenizer

ENTITY_FORMULA = (
    "u = [h of the pre-token's first piece ; mean of h over the pre-token's pieces]; "
    "a = hidden.weight u + hidden.bias; for a pre-token of shape 2, 3 or 5 that other sentences of the document have in "
    "the same letters (in lower case) and in shape 2, 3 or 5, too: a += memory.weight b + memory.bias with b = mean of "
    "gelu(a) over all of these; e = out.weight gelu(a) + out.bias, gelu with erf; "
    "Viterbi over the sentence's pre-tokens with start[label] and transitions[from][to]; "
    "I-X may only follow B-X or I-X and may not start a sentence"
)
TONE_FORMULA = (
    "m = mean of h over the sentence's pieces without [CLS] and [SEP]; "
    "z = [element-wise max of h over the pieces that overlap the mention ; m]; "
    "probabilities = softmax((out.weight z + out.bias) / temperature); "
    "a mention without pieces takes [CLS]"
)
SENTENCE_FORMULA = "v = project.weight m + project.bias with m as in tone, scaled to length 1"


def config_json(bert: BertConfig, temperature: float, version: str) -> dict:
    """config.json of the export."""
    return {
        "format": "parallax/model/1",
        "name": "news-en",
        "version": version,
        "token_types": "word-shape/1",
        "encoder": {
            "hidden_size": bert.hidden_size,
            "num_hidden_layers": bert.num_hidden_layers,
            "num_attention_heads": bert.num_attention_heads,
            "intermediate_size": bert.intermediate_size,
            "vocab_size": bert.vocab_size,
            "type_vocab_size": TYPE_COUNT,
            "max_position_embeddings": bert.max_position_embeddings,
            "layer_norm_eps": bert.layer_norm_eps,
            "hidden_act": bert.hidden_act,
        },
        "entities": {"head": "mlp-memory-crf/1", "labels": LABELS, "hidden": 256, "formula": ENTITY_FORMULA},
        "tone": {
            "head": "max-mean/1", "labels": TONES, "temperature": temperature, "formula": TONE_FORMULA,
        },
        "sentence": {"head": "linear/1", "size": bert.hidden_size, "formula": SENTENCE_FORMULA},
    }


def mixed_state(files: list[Path], shares: list[float]) -> dict[str, torch.Tensor]:
    """Weighted mean of the weights of several epochs of one run."""
    states = [torch.load(path, weights_only=True)["model"] for path in files]
    return {
        # What was not trained stays to the last bit.
        name: first if all(torch.equal(first, state[name]) for state in states)
        else sum(share * state[name].float() for share, state in zip(shares, states))
        for name, first in states[0].items()
    }


def dev_temperature(model: Model, tokenizer: Tokenizer, data: Path) -> float:
    """Temperature fitted on the two tone dev sets together."""
    where = paths(data)
    sentences = read_tone(where["rw-dev"]) + read_tone(where["mt-dev"])
    examples = [cut(e) for e in encode_all(tokenizer, sentences)]
    return fit_temperature(*tone_pairs(examples, predict(model, examples)))


def write_json(path: Path, value) -> None:
    """Readable JSON."""
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf8")


def export(args) -> None:
    """Weights, tokenizer, configuration; the temperature is fitted on what was written."""
    args.out.mkdir(parents=True, exist_ok=True)
    bert = BertConfig.from_pretrained(args.encoder)
    shares = args.mix or [1 / len(args.checkpoint)] * len(args.checkpoint)
    save_model(mixed_state(args.checkpoint, shares), args.out / "model.safetensors", args.layers)
    load_tokenizer(args.encoder).save(str(args.out / "tokenizer.json"), pretty=False)
    write_json(args.out / "config.json", config_json(bert, 1.0, args.version))
    model, _ = load_model(args.out)
    temperature = dev_temperature(model, load_tokenizer(args.encoder), args.data)
    write_json(args.out / "config.json", config_json(bert, temperature, args.version))
    print("temperature", temperature)


# --- parity ------------------------------------------------------------------------

PARITY = [
    ("Senator Elena Marchetti accused Governor Tom Hale of lying about the flood.",
     ["Elena Marchetti", "Tom Hale"]),
    ("Mayor Okafor Praises Nurses After Storm Batters Port Ellis", ["Okafor", "Nurses"]),
    ("MINISTER VARGA RESIGNS IN DISGRACE OVER BRIBES", ["VARGA", "MINISTER"]),
    ("José Peña of the Fundación Río met Zoë Brontë in São Tomé.", ["José Peña", "Zoë Brontë"]),
    ("The U.S. envoy, Carla Reyes, hailed France’s “brave” farmers.", ["Carla Reyes", "farmers"]),
    ("Fans love Kim Adeyemi 🎉 but the Northgate Rovers' 3-0 loss hurt coach Lindqvist.",
     ["Kim Adeyemi", "Lindqvist"]),
    ("police in riverton said john abbott was a hero", ["police", "john abbott"]),
    ("On Nov. 4th, O'Neill's McBride Corp. paid $2.5m to the AP-run Delta Fund.",
     ["O'Neill", "McBride Corp."]),
]


DOCUMENT = [
    "Halden Beats Norvik in Cup Final",
    "Coach Pia Halden praised the keeper of Norvik United on Sunday.",
    "HALDEN, who leads Norvik, said the club would move to Port Ellis.",
    "The final was played in the rain.",
]
"""Sentences of one document, for what the entity head remembers."""


def short(values) -> list[float]:
    """Numbers with six digits."""
    return [float(f"{v:.6g}") for v in values]


@torch.no_grad()
def parity_case(model: Model, tokenizer: Tokenizer, temperature: float, text: str, mentions) -> dict:
    """Everything another implementation should reproduce for one sentence."""
    ranges = [(text.index(m), text.index(m) + len(m)) for m in mentions]
    example = encode_all(tokenizer, [Sentence("parity", text, targets=[(a, b, 0) for a, b in ranges])])[0]
    batch, encoded = collate([example]), example.encoded
    hidden = model.states(batch)[-1]
    emissions = model.entities.scores(hidden, batch)
    tones = F.softmax(model.tone(hidden, batch) / temperature, -1)
    shown = [0, 1, len(encoded.ids) - 2]
    return {
        "text": text,
        "ids": encoded.ids,
        "types": encoded.types,
        "starts": encoded.starts,
        "spans": encoded.spans,
        "hidden": [{"token": i, "first8": short(hidden[i, :8].tolist())} for i in shown],
        "emissions_first": short(emissions[0].tolist()),
        "labels": [LABELS[i] for i in model.entities.decode(emissions)],
        "targets": [
            {"from": a, "to": b, "pieces": pieces, "probabilities": short(row)}
            for (a, b), (pieces, _), row in zip(ranges, example.targets, tones.tolist())
        ],
        "sentence_first8": short(model.sentence(model.mean(hidden, batch))[0, :8].tolist()),
    }


@torch.no_grad()
def parity_document(model: Model, tokenizer: Tokenizer) -> dict:
    """Labels and emissions of sentences that are read together."""
    examples = encode_all(tokenizer, [Sentence("parity", text, document="parity") for text in DOCUMENT])
    batch = collate(examples)
    emissions = model.entities.scores(model.states(batch)[-1], batch)
    rows = [emissions[row[row >= 0]] for row in batch.grid]
    return {
        "texts": DOCUMENT,
        "labels": [[LABELS[i] for i in model.entities.decode(row)] for row in rows],
        "emissions_first": [short(row[0].tolist()) for row in rows],
    }


def parity(args) -> None:
    """Write the parity file from the exported model."""
    model, config = load_model(args.out)
    tokenizer = Tokenizer.from_file(str(args.out / "tokenizer.json"))
    cases = [
        parity_case(model, tokenizer, config["tone"]["temperature"], text, mentions)
        for text, mentions in PARITY
    ]
    note = "f32 from the dequantised weights; character positions in code points, end exclusive"
    lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
    args.parity.write_text(
        f'{{"format":"parallax/parity/1","model":"news-en","version":"{config["version"]}",'
        f'"note":"{note}",\n"document":{json.dumps(parity_document(model, tokenizer))},\n'
        f'"cases":[\n{lines}\n]}}\n', encoding="utf8",
    )


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path)
    parser.add_argument("--encoder", type=Path)
    parser.add_argument("--checkpoint", type=Path, nargs="+")
    parser.add_argument("--mix", type=float, nargs="+", help="share of each checkpoint")
    parser.add_argument("--layers", choices=("int8", "f16"), default="int8")
    parser.add_argument("--version", default="0.2.0")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--parity", type=Path)
    args = parser.parse_args()
    torch.set_num_threads(1)
    if args.checkpoint:
        export(args)
    if args.parity:
        parity(args)


if __name__ == "__main__":
    main()
