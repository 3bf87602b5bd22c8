"""Word shapes ("word-shape/1") and the encoding of one text.

The encoder is uncased.  What letter case tells comes in through BERT's token
type ids: 0 for [CLS] and [SEP], else ``shape + 8 * context``.  The unit is the
*pre-token*: what BERT's pre-tokeniser cuts (at white space and at every
punctuation character).  White space carries no meaning, so raw text and
pre-tokenised text joined by spaces give identical input.
"""
from __future__ import annotations

import unicodedata
from dataclasses import dataclass

TYPE_COUNT = 25
"""0 plus 8 shapes in each of 3 contexts."""


@dataclass
class Encoded:
    """One text as the encoder sees it."""

    ids: list[int]
    types: list[int]
    offsets: list[tuple[int, int]]
    """Code-point range of each word piece in the text; (0, 0) for [CLS], [SEP]."""
    word_of: list[int]
    """Pre-token number of each word piece; -1 for [CLS] and [SEP]."""
    starts: list[int]
    """Index of the first word piece of each pre-token."""
    spans: list[tuple[int, int]]
    """Code-point range of each pre-token in the text."""


def is_digit(char: str) -> bool:
    """Unicode general category N*, as Rust's ``char::is_numeric``."""
    return unicodedata.category(char)[0] == "N"


def shape_of(word: str) -> int:
    """Shape 1-8 of one pre-token, from its original characters."""
    letters = [c for c in word if c.isalpha()]
    if any(map(is_digit, word)):
        return 7 if letters else 6
    if not letters:
        return 8
    upper = sum(c.isupper() for c in letters)
    if upper == 0:
        return 1
    if len(letters) == 1:
        return 4
    if upper == 1 and letters[0].isupper():
        return 2
    if not any(c.islower() for c in letters):
        return 3
    return 5


def context_of(words: list[str], shapes: list[int]) -> int:
    """Context of a sentence: 1 headline case or shouting, 2 no capitals, else 0."""
    long = [s for w, s in zip(words, shapes) if sum(c.isalpha() for c in w) >= 4]
    raised = sum(s in (2, 3, 5) for s in long)
    if len(long) >= 3 and raised * 10 >= len(long) * 7:
        return 1
    if shapes.count(1) >= 3 and not any(c.isupper() for w in words for c in w):
        return 2
    return 0


def encode(tokenizer, text: str) -> Encoded:
    """Word pieces, type ids and pre-tokens of one text."""
    return from_encoding(tokenizer.encode(text), text)


def encode_batch(tokenizer, texts: list[str]) -> list[Encoded]:
    """``encode`` for many texts at once."""
    return [from_encoding(e, t) for e, t in zip(tokenizer.encode_batch(texts), texts)]


def from_encoding(encoding, text: str) -> Encoded:
    """Turn the output of ``tokenizers`` into an ``Encoded``."""
    word_of = [-1 if w is None else w for w in encoding.word_ids]
    offsets = list(encoding.offsets)
    starts, spans = [], []
    for piece, word in enumerate(word_of):
        if word < 0:
            continue
        begin, end = offsets[piece]
        if word == len(starts):
            starts.append(piece)
            spans.append((begin, end))
        else:
            spans[word] = (spans[word][0], max(end, spans[word][1]))
    words = [text[a:b] for a, b in spans]
    shapes = [shape_of(w) for w in words]
    context = context_of(words, shapes)
    types = [0 if w < 0 else shapes[w] + 8 * context for w in word_of]
    return Encoded(list(encoding.ids), types, offsets, word_of, starts, spans)


# --- changes of letter case that keep every character's position -------------

SMALL_WORDS = frozenset("a an the of in on to for and but or nor at by as with from".split())


def _one(char: str, changed: str) -> str:
    """The changed character if it is still one character, else the old one."""
    return changed if len(changed) == 1 else char


def lower_case(text: str) -> str:
    """All letters lower, same length."""
    return "".join(_one(c, c.lower()) for c in text)


def upper_case(text: str) -> str:
    """All letters upper, same length."""
    return "".join(_one(c, c.upper()) for c in text)


def title_case(text: str, keep_small: bool = False) -> str:
    """First letter of every word upper, the others untouched, same length.

    With ``keep_small``, short function words stay lower except at the start.
    """
    words = text.split(" ")
    out = []
    for i, word in enumerate(words):
        small = keep_small and i > 0 and word.lower() in SMALL_WORDS
        out.append(word if small or not word else _one(word[0], word[0].upper()) + word[1:])
    return " ".join(out)


def curly_quotes(text: str) -> str:
    """Straight quotation marks to typographic ones, same length."""
    out, opened = [], False
    for char in text:
        if char == "'":
            out.append("\u2019")
        elif char == '"':
            opened = not opened
            out.append("\u201c" if opened else "\u201d")
        else:
            out.append(char)
    return "".join(out)


CASES = {"lower": lower_case, "upper": upper_case, "title": title_case}
