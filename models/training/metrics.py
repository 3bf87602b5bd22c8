"""Entity F1 (as conlleval), macro-F1, calibration."""
from __future__ import annotations

import torch
from torch.nn import functional as F

from data import LABELS, Example


def chunks(tags: list[str]) -> set[tuple[int, int, str]]:
    """Entity spans of a tag sequence; an I- with nothing to join begins a span."""
    out, begin, kind = set(), 0, None
    for i, tag in enumerate(tags + ["O"]):
        if kind is not None and (tag == "O" or tag[0] == "B" or tag[2:] != kind):
            out.add((begin, i, kind))
            kind = None
        if tag != "O" and kind is None:
            begin, kind = i, tag[2:]
    return out


def word_tags(example: Example, labels: list[int]) -> list[str]:
    """Label of each data-set word: that of its first pre-token."""
    return ["O" if f < 0 else LABELS[labels[f]] for f in example.word_starts]


def f1(tp: int, found: int, gold: int) -> float:
    """F1 in per cent."""
    return 200.0 * tp / (found + gold) if found + gold else 0.0


def entity_scores(examples: list[Example], predictions) -> dict[str, float]:
    """Precision, recall, F1 in per cent, and F1 of each type."""
    count: dict[str, list[int]] = {}
    for example, (labels, _, _) in zip(examples, predictions):
        gold, found = chunks(example.sentence.tags), chunks(word_tags(example, labels))
        for name, part in (("tp", gold & found), ("found", found), ("gold", gold)):
            for span in part:
                for kind in ("all", span[2]):
                    row = count.setdefault(kind, [0, 0, 0])
                    row[("tp", "found", "gold").index(name)] += 1
    tp, found, gold = count["all"]
    out = {"precision": 100.0 * tp / max(1, found), "recall": 100.0 * tp / max(1, gold)}
    out["f1"] = f1(tp, found, gold)
    out.update({f"f1-{k}": f1(*count[k]) for k in sorted(count) if k != "all"})
    return out


def tone_pairs(examples: list[Example], predictions) -> tuple[torch.Tensor, torch.Tensor]:
    """All logits [targets, 3] and gold classes [targets]."""
    logits = torch.cat([p[1] for p in predictions])
    gold = torch.tensor([y for e in examples for _, y in e.targets])
    return logits, gold


def tone_scores(logits: torch.Tensor, gold: torch.Tensor, temperature: float = 1.0) -> dict:
    """Macro-F1 and accuracy in per cent, calibration error (ECE, 10 bins)."""
    guess = logits.argmax(-1)
    each = []
    for c in range(3):
        tp = int(((guess == c) & (gold == c)).sum())
        each.append(f1(tp, int((guess == c).sum()), int((gold == c).sum())))
    return {
        "macro-f1": sum(each) / 3,
        "accuracy": 100.0 * (guess == gold).float().mean().item(),
        "ece": calibration_error(logits, gold, temperature),
        "f1-negative": each[0], "f1-neutral": each[1], "f1-positive": each[2],
    }


def calibration_error(logits, gold, temperature: float, bins: int = 10) -> float:
    """Expected calibration error in per cent."""
    sure, guess = F.softmax(logits / temperature, -1).max(-1)
    right = (guess == gold).float()
    total = 0.0
    for b in range(bins):
        inside = (sure > b / bins) & (sure <= (b + 1) / bins)
        if inside.any():
            total += inside.float().mean().item() * abs(
                right[inside].mean().item() - sure[inside].mean().item()
            )
    return 100.0 * total


def fit_temperature(logits: torch.Tensor, gold: torch.Tensor) -> float:
    """The temperature with the lowest cross-entropy, on a grid of 0.01."""
    grid = [0.5 + 0.01 * k for k in range(251)]
    losses = [F.cross_entropy(logits / t, gold).item() for t in grid]
    return round(grid[losses.index(min(losses))], 2)


def differing(examples: list[Example], predictions) -> float:
    """Accuracy in per cent over the targets of sentences whose targets have different tones."""
    right = count = 0
    for example, (_, logits, _) in zip(examples, predictions):
        gold = [tone for _, tone in example.targets]
        if len(set(gold)) > 1:
            right += sum(int(a == b) for a, b in zip(logits.argmax(-1).tolist(), gold))
            count += len(gold)
    return 100.0 * right / max(1, count)
