"""Five folds of the tone by article: macro-F1 of all held-out targets, and the gain of one recipe over another.

    for N in 0 1 2 3 4: python train.py ... --share tone=1,... --epochs 2 --tone-fold N --work WORK/N
    python tone_cv.py WORK [OTHER]

Reads those of WORK/0 .. WORK/4 that are there, and says which are not. Intervals: 2,000 bootstrap samples of targets, the same of both recipes.
"""
from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import torch

SAMPLES = 2000


def macro_f1(guess: np.ndarray, gold: np.ndarray) -> float:
    """In per cent, of three classes."""
    hits = np.bincount(gold[guess == gold], minlength=3)
    return float(100 * np.mean(2 * hits / (np.bincount(guess, minlength=3) + np.bincount(gold, minlength=3))))


def folds(work: Path) -> list[tuple[np.ndarray, np.ndarray]]:
    """Guesses and gold classes of every fold that was run."""
    files = [work / str(n) / "tone-cv.pt" for n in range(5)]
    missing = [str(file.parent) for file in files if not file.exists()]
    if missing:
        print("not run:", " ".join(missing))
    read = [torch.load(file, weights_only=True) for file in files if file.exists()]
    return [(logits.argmax(-1).numpy(), gold.numpy()) for logits, gold in read]


def main() -> None:
    """Command line."""
    recipes = [folds(Path(name)) for name in sys.argv[1:3]]
    gold = np.concatenate([g for _, g in recipes[0]])
    guesses = [np.concatenate([guess for guess, _ in recipe]) for recipe in recipes]
    assert all((np.concatenate([g for _, g in recipe]) == gold).all() for recipe in recipes), "other folds"
    rng = np.random.default_rng(0)
    rows = [rng.integers(0, len(gold), len(gold)) for _ in range(SAMPLES)]
    drawn = np.array([[macro_f1(guess[row], gold[row]) for guess in guesses] for row in rows])
    for name, recipe, guess, sample in zip(sys.argv[1:], recipes, guesses, drawn.T):
        each = " ".join(f"{macro_f1(*fold):.2f}" for fold in recipe)
        low, high = np.percentile(sample, [2.5, 97.5])
        print(f"{name}: macro-F1 {macro_f1(guess, gold):.2f} [{low:.2f}, {high:.2f}] (n {len(gold)}), folds {each}")
    if len(recipes) == 2:
        gain = drawn[:, 0] - drawn[:, 1]
        low, high = np.percentile(gain, [2.5, 97.5])
        print(f"gain {macro_f1(guesses[0], gold) - macro_f1(guesses[1], gold):+.2f} [{low:+.2f}, {high:+.2f}]")


if __name__ == "__main__":
    main()
