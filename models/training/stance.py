r"""Trains the pair model of ``models/stance``: is a sentence for or against a proposition?

    S=stance.py D="--data DATA --encoder ENCODER --work WORK"
    python $S --step prepare  $D                     what is read, counted
    python $S --step train    $D --stage nli         the NLI-only baseline, from which the next starts
    python $S --step train    $D --stage stance
    python $S --step evaluate $D --weights WORK/stance2.pt
    python $S --step export   $D --weights WORK/stance2.pt --out ../stance --parity parity-stance.json
    python $S --step evaluate $D --out ../stance     the shipped int8 weights
    python $S --step bind     $D --out ../stance     after news-en was trained anew

    [CLS] sentence [SEP] proposition [SEP], token types 0 and 1, through six layers of its own
    h       last hidden states
    z       [h of [CLS] ; mean of h over the sentence's pieces ; mean over the proposition's]
    logits  out(z)

The word embeddings are those of ``news-en`` as shipped, and stay fixed.
"""
from __future__ import annotations

import argparse
import copy
import json
import random
import time
from collections import Counter
from pathlib import Path

import torch
from safetensors.torch import load_file, save
from tokenizers import Tokenizer
from torch import nn
from torch.nn import functional as F
from transformers import BertConfig, BertModel

from export import short, write_json
from manifest import sha256
from metrics import calibration_error, fit_temperature, tone_scores
from model import padded
from stance_pairs import (
    LABELS, NOT_FOR, Pair, Training, as_statement, filled, flipped, made_pairs, negated, own_pairs, read_ibm, read_nli,
    read_vast,
)
from storage import bert_config, pack, quantise, unpack
from train import RunningMean

NEWS = Path(__file__).resolve().parent.parent / "news-en"
SHARED = "encoder.embeddings.word_embeddings.weight"
WIDTH = 384
LONGEST = 256
"""Pieces of a pair when it is read; training cuts shorter."""
LONGEST_PROPOSITION = 64
FORMULA = (
    "ids = [CLS] sentence [SEP] proposition [SEP], token types 0 up to the first [SEP] and 1 behind it; "
    "the proposition keeps its first 64 pieces, the sentence its first 256 - 3 - (pieces of the proposition); "
    "h = last hidden states; z = [h of [CLS] ; mean of h over the sentence's pieces ; mean of h over the "
    "proposition's pieces], a mean over nothing is 0; probabilities = softmax((out.weight z + out.bias) / temperature)"
)


# --- model ------------------------------------------------------------------------

class LockedDropout(nn.Module):
    """Dropout with one mask for all positions of a row: cheap on a CPU."""

    def __init__(self, share: float):
        super().__init__()
        self.share = share

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        if not self.training or self.share == 0 or states.dim() != 3:
            return states
        kept = torch.rand(states.shape[0], 1, states.shape[2]) >= self.share
        return states * (kept.to(states.dtype) / (1 - self.share))


class StanceHead(nn.Module):
    """Linear layer over [CLS] and the two means."""

    def __init__(self):
        super().__init__()
        self.out = nn.Linear(3 * WIDTH, len(LABELS))

    def forward(self, hidden: torch.Tensor, types: torch.Tensor, inside: torch.Tensor) -> torch.Tensor:
        parts = [hidden[:, 0]]
        for kind in (0, 1):
            mask = (inside & (types == kind)).unsqueeze(-1).to(hidden.dtype)
            parts.append((hidden * mask).sum(1) / mask.sum(1).clamp(min=1))
        return self.out(torch.cat(parts, -1)).float()


class PairModel(nn.Module):
    """Encoder and head; attribute names are the tensor names of the export."""

    def __init__(self, config: BertConfig, dropout: float = 0.1):
        super().__init__()
        config.type_vocab_size = 2
        config.hidden_dropout_prob = 0.0
        config.attention_probs_dropout_prob = 0.0
        self.encoder = BertModel(config, add_pooling_layer=False)
        self.encoder.embeddings.dropout = LockedDropout(dropout)
        for layer in self.encoder.encoder.layer:
            layer.attention.output.dropout = LockedDropout(dropout)
            layer.output.dropout = LockedDropout(dropout)
        self.stance = StanceHead()

    def forward(self, batch: dict) -> torch.Tensor:
        """Logits.  The layers are run here and not by transformers, which would widen scores and mask to f32."""
        hidden = self.encoder.embeddings(input_ids=batch["ids"], token_type_ids=batch["types"])
        live = batch["attention"]
        mask = None if bool(live.all()) else ((1 - live) * -1e4).to(hidden.dtype)[:, None, None, :]
        for layer in self.encoder.encoder.layer:
            mixed = self.attended(layer.attention.self, hidden, mask)
            middle = layer.attention.output(mixed, hidden)
            hidden = layer.output(layer.intermediate(middle), middle)
        return self.stance(hidden, batch["types"], batch["inside"])

    @staticmethod
    def attended(layer: nn.Module, hidden: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
        """Self-attention, softmax over all pieces of the pair."""
        rows, count, width = hidden.shape
        shape = (rows, count, layer.num_attention_heads, layer.attention_head_size)
        scale = layer.attention_head_size**-0.5
        query = (layer.query(hidden) * scale).view(shape).transpose(1, 2)
        key, value = layer.key(hidden).view(shape).transpose(1, 2), layer.value(hidden).view(shape).transpose(1, 2)
        scores = query @ key.transpose(-1, -2)
        share = F.softmax(scores if mask is None else scores + mask, -1)
        return (share @ value).transpose(1, 2).reshape(rows, count, width)


def shared_words() -> torch.Tensor:
    """The word embeddings of the shipped ``news-en``, dequantised."""
    return unpack(load_file(NEWS / "model.safetensors"))[SHARED]


def fresh_model(encoder: Path) -> PairModel:
    """all-MiniLM-L6-v2 with the word embeddings of ``news-en``."""
    model = PairModel(BertConfig.from_pretrained(encoder))
    base = BertModel.from_pretrained(encoder, add_pooling_layer=False).state_dict()
    base["embeddings.word_embeddings.weight"] = shared_words()
    model.encoder.load_state_dict(base)
    model.encoder.embeddings.word_embeddings.weight.requires_grad_(False)
    return model


# --- encoding ---------------------------------------------------------------------

def load_tokenizer() -> Tokenizer:
    """The tokenizer of ``news-en``."""
    tokenizer = Tokenizer.from_file(str(NEWS / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


class Encoder:
    """Turns pairs into ids and token types; remembers the pieces of a text."""

    def __init__(self):
        self.tokenizer = load_tokenizer()
        self.begin, self.end = (self.tokenizer.token_to_id(name) for name in ("[CLS]", "[SEP]"))
        self.known: dict[str, list[int]] = {}

    def pieces(self, text: str) -> list[int]:
        """Ids of the word pieces."""
        if text not in self.known:
            self.known[text] = self.tokenizer.encode(text, add_special_tokens=False).ids
        return self.known[text]

    def pair(self, text: str, proposition: str, longest: int = LONGEST) -> tuple[list[int], list[int]]:
        """Ids and token types; the sentence is cut, the proposition only if it is very long."""
        about = self.pieces(proposition)[:LONGEST_PROPOSITION]
        read = self.pieces(text)[: longest - 3 - len(about)]
        ids = [self.begin, *read, self.end, *about, self.end]
        return ids, [0] * (len(read) + 2) + [1] * (len(about) + 1)

    def batch(self, rows: list[tuple[list[int], list[int]]]) -> dict:
        """Tensors of one batch; ``inside`` marks all pieces but the three that frame the two parts."""
        inside = padded([[1] * len(row[0]) for row in rows], 0).bool()
        batch = {
            "ids": padded([row[0] for row in rows], 0),
            "types": padded([row[1] for row in rows], 0),
            "attention": inside.long(),
        }
        for number, (ids, types) in enumerate(rows):
            inside[number, [0, types.index(1) - 1, len(ids) - 1]] = False
        return batch | {"inside": inside}


def batches(lengths: list[int], budget: int, most: int) -> list[list[int]]:
    """Rows of like length together, at most ``budget`` padded pieces and ``most`` rows each."""
    order = sorted(range(len(lengths)), key=lambda row: lengths[row])
    out: list[list[int]] = []
    for row in order:
        if not out or len(out[-1]) >= most or lengths[row] * (len(out[-1]) + 1) > budget:
            out.append([])
        out[-1].append(row)
    return out


@torch.no_grad()
def logits_of(model: PairModel, encoder: Encoder, pairs: list[Pair], longest: int = LONGEST, exact: bool = False):
    """Logits [pairs, 3]; ``exact`` computes in f32 instead of bf16."""
    model = model.eval() if exact else copy.deepcopy(model).bfloat16().eval()
    rows = [encoder.pair(pair.text, pair.proposition, longest) for pair in pairs]
    out = torch.zeros(len(pairs), len(LABELS))
    for members in batches([len(row[0]) for row in rows], 4000, 64):
        out[members] = model(encoder.batch([rows[i] for i in members])).float()
    return out


# --- training ---------------------------------------------------------------------

def loss_of(logits: torch.Tensor, labels: torch.Tensor, smoothing: float) -> torch.Tensor:
    """Cross-entropy; label 3 asks only for "against or neither"."""
    likely = F.log_softmax(logits, -1)
    known = labels != NOT_FOR
    picked = likely.gather(1, labels.clamp(max=2).unsqueeze(1)).squeeze(1)
    exact = -(1 - smoothing) * picked - smoothing * likely.mean(-1)
    return torch.where(known, exact, -torch.logsumexp(likely[:, [0, 2]], -1)).mean()


def drawn_groups(training: Training, chance: random.Random, args) -> list[list[Pair]]:
    """The pairs of one epoch, those together that should stay in one batch."""
    if args.stage == "turn":
        return training.turning_epoch(chance, args.share, args.vast, args.made)
    if args.stage == "nli":
        return [[pair] for pair in training.nli_epoch(chance, args.nli_pairs)]
    return [[pair] for pair in training.epoch(chance, args.share, args.vast, args.made)]


def train(args) -> None:
    """One stage; writes WORK/STAGEn.pt after every epoch and a line to WORK/log.jsonl."""
    torch.manual_seed(args.seed)
    chance = random.Random(args.seed)
    args.work.mkdir(parents=True, exist_ok=True)
    encoder, training, dev = Encoder(), Training(args.data), dev_sets(args.data)
    model = fresh_model(args.encoder)
    if args.start:
        model.load_state_dict(torch.load(args.start, weights_only=True))
    plans = []
    for groups in [drawn_groups(training, chance, args) for _ in range(args.epochs)]:
        pairs, rows, lengths = [pair for group in groups for pair in group], [], []
        for group in groups:
            rows += [encoder.pair(pair.text, pair.proposition, args.longest) for pair in group]
            # All of a group count as long as its longest, so that they stay side by side when sorted.
            lengths += [max(len(row[0]) for row in rows[-len(group):])] * len(group)
        plan = batches(lengths, args.budget, args.rows)
        chance.shuffle(plan)
        plans.append((pairs, rows, plan))
    total = sum(len(plan) for _, _, plan in plans)
    trained = {name: p for name, p in model.named_parameters() if p.requires_grad}
    optimiser = torch.optim.AdamW([
        {"params": [p for name, p in trained.items() if not name.startswith("stance.")]},
        {"params": list(model.stance.parameters())},
    ], weight_decay=0.01, fused=True)
    # Forwards and backwards in bf16 throughout; the optimiser's weights are f32.
    narrow = copy.deepcopy(model).bfloat16()
    copies = {name: p for name, p in narrow.named_parameters() if p.requires_grad}
    warm = max(1, total // 15)
    mean = RunningMean(model, args.decay)
    began, step, pieces = time.time(), 0, 0
    for epoch, (pairs, rows, plan) in enumerate(plans, 1):
        running = 0.0
        for members in plan:
            spent = max(step / total, (time.time() - began) / (60 * args.minutes))
            if spent >= 1:
                break
            for group, rate in zip(optimiser.param_groups, (args.rate, args.head_rate)):
                group["lr"] = rate * min((step + 1) / warm, 1 - spent)
            narrow.train()
            batch = encoder.batch([rows[i] for i in members])
            labels = torch.tensor([pairs[i].label for i in members])
            loss = loss_of(narrow(batch), labels, args.smoothing)
            loss.backward()
            for name, parameter in trained.items():
                parameter.grad = copies[name].grad.float()
                copies[name].grad = None
            nn.utils.clip_grad_norm_(trained.values(), 1.0)
            optimiser.step()
            with torch.no_grad():
                for name, parameter in trained.items():
                    copies[name].copy_(parameter)
            if step % 4 == 0:
                mean.update(model)
            step, pieces = step + 1, pieces + batch["ids"].numel()
            running = loss.item() if running == 0.0 else 0.98 * running + 0.02 * loss.item()
            if step % 25 == 0:
                passed = time.time() - began
                print(f"{args.stage} {step}/{total} loss {running:.3f} {pieces / passed:.0f} pieces/s "
                      f"{passed / 60:.1f} min, to go {passed / step * (total - step) / 60:.1f}", flush=True)
        print(f"epoch {epoch}: {step} steps", flush=True)
        state = mean.state(model)
        torch.save(state, args.work / f"{args.stage}{epoch}.pt")
        averaged = copy.deepcopy(model)
        averaged.load_state_dict(state)
        scores = {name: scores_of(averaged, encoder, pairs) for name, pairs in dev.items()}
        line = {"stage": args.stage, "epoch": epoch, "seed": args.seed, "minutes": round((time.time() - began) / 60, 1),
                "scores": scores, "options": {k: str(v) for k, v in vars(args).items()}}
        with (args.work / "log.jsonl").open("a", encoding="utf8") as log:
            log.write(json.dumps(line) + "\n")
        print(json.dumps(scores, indent=1), flush=True)


# --- evaluation -------------------------------------------------------------------

def dev_sets(data: Path) -> dict[str, list[Pair]]:
    """What choices are made on."""
    vast = read_vast(data)["dev"]
    return {
        "vast-zero": [pair for pair in vast if not pair.seen],
        "vast-few": [pair for pair in vast if pair.seen],
        "ibm-dev": read_ibm(data)["dev"],
        "ibm-turned": opposed(read_ibm(data)["dev"]),
        "made": made_pairs(data),
        "nli-dev": [pair for pair in read_nli(data)["dev"] if pair.label != NOT_FOR][::4],
    }


def opposed(pairs: list[Pair]) -> list[Pair]:
    """IBM's claims under the opposite of their topic."""
    out = []
    for pair in pairs:
        statement = as_statement(pair.proposition)
        opposite = negated(statement) or f"It is not true that {statement[:1].lower()}{statement[1:]}"
        out.append(Pair(pair.text, opposite, flipped(pair.label), pair.source, pair.group))
    return out


def held_out_sets(data: Path) -> dict[str, list[Pair]]:
    """What nothing is chosen on."""
    vast = read_vast(data)["check"]
    return {
        "check-zero": [pair for pair in vast if not pair.seen],
        "check-few": [pair for pair in vast if pair.seen],
        "ibm-test": read_ibm(data)["test"],
        "own": own_pairs(),
    }


def in_form(pairs: list[Pair], form: str) -> list[Pair]:
    """VAST topics as ``lemma``, or as the proposition ``good``."""
    turn = {"lemma": lambda pair: pair.lemma, "good": lambda pair: filled("{t} {be} good", pair.proposition)}[form]
    return [Pair(pair.text, turn(pair), pair.label, pair.source, pair.group, pair.seen) for pair in pairs]


def measured(logits: torch.Tensor, pairs: list[Pair]) -> dict[str, float]:
    """Macro-F1, F1 of each label and accuracy; for IBM accuracy of for against against alone, too."""
    gold = torch.tensor([pair.label for pair in pairs])
    found = tone_scores(logits, gold)
    out = {"n": len(pairs), "macro-f1": found["macro-f1"], "accuracy": found["accuracy"]}
    out |= {f"f1-{label}": found[f"f1-{tone}"] for label, tone in zip(LABELS, ("negative", "neutral", "positive"))}
    if pairs and pairs[0].source in ("ibm", "made"):
        two = logits[:, :2].argmax(-1)
        out["accuracy-two"] = 100.0 * (two == gold).float().mean().item()
        out["macro-f1-two"] = 50.0 * sum(
            2 * ((two == c) & (gold == c)).sum().item() / ((two == c).sum().item() + (gold == c).sum().item())
            for c in (0, 1)
        )
        out["for-or-against"] = 100.0 * (logits.argmax(-1) != 2).float().mean().item()
    return {name: round(value, 2) for name, value in out.items()}


def scores_of(model: PairModel, encoder: Encoder, pairs: list[Pair], longest: int = LONGEST, exact: bool = False):
    """Scores of one set."""
    return measured(logits_of(model, encoder, pairs, longest, exact), pairs)


def calibration(model: PairModel, encoder: Encoder, data: Path) -> dict:
    """Temperature from all of dev (VAST and IBM), and what it does on the half of the posts it was not fitted on."""
    sets = dev_sets(data)
    pairs = sets["vast-zero"] + sets["vast-few"] + sets["ibm-dev"]
    logits = logits_of(model, encoder, pairs)
    gold = torch.tensor([pair.label for pair in pairs])
    groups = sorted({pair.group for pair in pairs})
    half = torch.tensor([groups.index(pair.group) % 2 for pair in pairs])
    scaled = logits.clone()
    for part in (0, 1):
        scaled[half == part] /= fit_temperature(logits[half != part], gold[half != part])

    def shown(values: torch.Tensor) -> dict[str, float]:
        share = F.softmax(values, -1)
        return {
            "ece": round(calibration_error(values, gold, 1.0), 2),
            "log-loss": round(F.cross_entropy(values, gold).item(), 4),
            "brier": round(((share - F.one_hot(gold, 3)) ** 2).sum(-1).mean().item(), 4),
        }

    return {"temperature": fit_temperature(logits, gold), "without": shown(logits), "cross-fitted": shown(scaled)}


def evaluate(args) -> None:
    """Scores of weights: of a checkpoint, or of the export."""
    encoder = Encoder()
    model = load_export(args.out)[0] if args.weights is None else load_checkpoint(args)
    sets = dev_sets(args.data)
    if args.held_out:
        sets |= held_out_sets(args.data)
    if args.sets:
        sets = {name: sets[name] for name in args.sets}
    for name, pairs in sets.items():
        print(name, json.dumps(scores_of(model, encoder, pairs, args.longest, args.exact)), flush=True)
        for form in args.forms if pairs[0].source == "vast" else ():
            scores = scores_of(model, encoder, in_form(pairs, form), args.longest, args.exact)
            print(name, form, json.dumps(scores), flush=True)
    if not args.sets:
        print("calibration on dev", json.dumps(calibration(model, encoder, args.data)), flush=True)


# --- export -----------------------------------------------------------------------

def load_checkpoint(args) -> PairModel:
    """Mean of the weights of the checkpoints named."""
    model = fresh_model(args.encoder)
    states = [torch.load(path, weights_only=True) for path in args.weights]
    model.load_state_dict({name: sum(state[name] for state in states) / len(states) for name in states[0]})
    return model.eval()


def load_export(folder: Path) -> tuple[PairModel, dict]:
    """The shipped model with dequantised weights and the word embeddings of ``news-en``."""
    config = json.loads((folder / "config.json").read_text(encoding="utf8"))
    model = PairModel(bert_config(config["encoder"]))
    model.load_state_dict(unpack(load_file(folder / "model.safetensors")) | {SHARED: shared_words()})
    return model.eval(), config


def config_json(temperature: float, version: str) -> dict:
    """config.json of the export."""
    news = json.loads((NEWS / "config.json").read_text(encoding="utf8"))
    return {
        "format": "parallax/pair/1",
        "name": "stance-en",
        "version": version,
        "shares": SHARED,
        "encoder_sha256": sha256(NEWS / "model.safetensors"),
        "token_types": "segments/1",
        "longest": LONGEST,
        "longest_proposition": LONGEST_PROPOSITION,
        "encoder": news["encoder"] | {"type_vocab_size": 2},
        "stance": {"head": "cls-means/1", "labels": LABELS, "temperature": temperature, "formula": FORMULA},
    }


def export(args) -> None:
    """Weights and configuration; the temperature is fitted on what was written. Then the parity file."""
    if args.weights:
        args.out.mkdir(parents=True, exist_ok=True)
        state = {name: tensor for name, tensor in load_checkpoint(args).state_dict().items() if name != SHARED}
        (args.out / "model.safetensors").write_bytes(save(pack(state)))
        write_json(args.out / "config.json", config_json(1.0, args.version))
        found = calibration(load_export(args.out)[0], Encoder(), args.data)
        print("calibration", json.dumps(found))
        write_json(args.out / "config.json", config_json(found["temperature"], args.version))
    if args.parity:
        parity(args)


def bind(args) -> None:
    """Binds the shipped model to a ``news-en`` that was trained anew, whose word embeddings are still the fixed ones."""
    base = BertModel.from_pretrained(args.encoder, add_pooling_layer=False)
    fixed, scale = quantise(base.embeddings.word_embeddings.weight.detach())
    stored = load_file(NEWS / "model.safetensors")
    if not (torch.equal(stored[SHARED], fixed) and torch.equal(stored[SHARED + ".scale"], scale)):
        raise SystemExit("the word embeddings of news-en are others: train the pair model anew")
    path = args.out / "config.json"
    config = json.loads(path.read_text(encoding="utf8")) | {"encoder_sha256": sha256(NEWS / "model.safetensors")}
    write_json(path, config)


PARITY = [
    ("Mexico's president refused on Monday to let foreign soldiers cross the border.", "Mexico should accept US troops"),
    ("Senator Elena Marchetti urged Congress to pass the flood relief bill at once.", "Congress should pass the bill"),
    ("Senator Elena Marchetti urged Congress to pass the flood relief bill at once.", "Congress should not pass the bill"),
    ("The committee will hear from experts on the new harbor on Thursday.", "The harbor should be built"),
    ("José Peña criticó… no: he called the Fundación Río’s plan “a naïve, costly café dream”.", "the Fundación Río’s plan"),
    ("Rain is expected over Port Ellis tonight.", "gun control"),
    ("", "Taxes should be cut"),
    ("MINISTER VARGA HAILS BAN ON COAL!", ""),
    (" ".join(
        f"In town number {n} the mayor, who had long favored the levee, said once more that the levee must be built, "
        f"while farmers near mile {3 * n} shrugged and went back to their fields." for n in range(1, 13)
    ), "The levee should be built before the next season of storms, whatever it costs"),
    ("Farmers welcomed the levee.", " ".join(["The levee should be built, and the road beside it should be paved,"] * 8)),
]


@torch.no_grad()
def parity(args) -> None:
    """What another implementation should reproduce, from the exported model in f32."""
    model, config = load_export(args.out)
    encoder, cases = Encoder(), []
    for text, proposition in PARITY:
        ids, types = encoder.pair(text, proposition)
        logits = model(encoder.batch([(ids, types)]))[0]
        share = F.softmax(logits / config["stance"]["temperature"], -1)
        cases.append({
            "text": text, "proposition": proposition, "ids": ids, "types": types,
            "logits": short(logits.tolist()), "probabilities": short(share.tolist()),
        })
    lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
    args.parity.write_text(
        f'{{"format":"parallax/parity/1","model":"stance-en","version":"{config["version"]}",'
        f'"note":"f32 from the dequantised weights; probabilities in the order against, for, neither",'
        f'"cases":[\n{lines}\n]}}\n', encoding="utf8",
    )


# --- command line -----------------------------------------------------------------

def prepare(args) -> None:
    """Counts of every part by source and label."""
    training, chance = Training(args.data), random.Random(args.seed)
    epoch = [pair for group in drawn_groups(training, chance, args) for pair in group]
    parts = {"train (one epoch)": epoch} | dev_sets(args.data) | held_out_sets(args.data)
    for name, pairs in parts.items():
        count = Counter((pair.source, (LABELS + ["not entailed"])[pair.label]) for pair in pairs)
        print(f"{name}: {len(pairs)}", ", ".join(f"{s} {l} {n}" for (s, l), n in sorted(count.items())))


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--step", choices=("prepare", "train", "evaluate", "export", "bind"), required=True)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--encoder", type=Path)
    parser.add_argument("--work", type=Path)
    parser.add_argument("--stage", choices=("nli", "stance", "turn"), default="stance")
    parser.add_argument("--start", type=Path, help="weights to start from")
    parser.add_argument("--weights", type=Path, nargs="+", help="checkpoints; of several the mean")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--parity", type=Path)
    parser.add_argument("--version", default="0.1.0")
    parser.add_argument("--held-out", action="store_true", help="evaluate check and IBM's test as well")
    parser.add_argument("--sets", nargs="+", help="evaluate these only")
    parser.add_argument("--forms", nargs="*", default=["lemma", "good"], help="VAST's topics in these forms, too")
    parser.add_argument("--exact", action="store_true", help="evaluate in f32")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--nli-pairs", type=int, default=12000)
    parser.add_argument("--share", type=float, default=1.0, help="of the sets beside VAST and IBM")
    parser.add_argument("--vast", type=float, default=1.0, help="of VAST")
    parser.add_argument("--made", type=float, default=0.3, help="of VAST's topics, made into propositions")
    parser.add_argument("--longest", type=int, default=None, help="pieces of a pair: 256, in training 128")
    parser.add_argument("--rate", type=float, default=8e-5)
    parser.add_argument("--head-rate", type=float, default=5e-4)
    parser.add_argument("--smoothing", type=float, default=0.05)
    parser.add_argument("--minutes", type=float, default=600, help="the rate falls to 0 by then at the latest")
    parser.add_argument("--decay", type=float, default=0.96, help="of the running mean of the weights, every fourth step")
    parser.add_argument("--budget", type=int, default=3800, help="padded pieces of a batch")
    parser.add_argument("--rows", type=int, default=48, help="pairs of a batch at most")
    args = parser.parse_args()
    torch.set_num_threads(1)
    if args.longest is None:
        args.longest = 128 if args.step == "train" else LONGEST
    {"prepare": prepare, "train": train, "evaluate": evaluate, "export": export, "bind": bind}[args.step](args)


if __name__ == "__main__":
    main()
