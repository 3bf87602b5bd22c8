"""Pairs of a text and a proposition that train and test ``stance.py``.

Labels are 0 against, 1 for, 2 neither; 3 stands for "not entailed", where the set does
not say whether it is 0 or 2 (RTE).

Splits are cut with a stable hash, so that a post, an article or an IBM topic never stands
in two of them: fold 0 is ``check`` (never trained on, never selected on), fold 1 ``dev``.
"""
from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import random
import re
import zipfile
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

from data import fold, read_tone

AGAINST, FOR, NEITHER, NOT_FOR = 0, 1, 2, 3
LABELS = ["against", "for", "neither"]


@dataclass
class Pair:
    """One text, one proposition, its label; ``group`` is the post or topic it belongs to."""

    text: str
    proposition: str
    label: int
    source: str
    group: str = ""
    seen: bool = True
    """VAST: whether the topic occurs in the training part (few-shot) or not (zero-shot)."""
    lemma: str = ""
    """VAST: the topic as ``topic_str`` has it, which published models read."""
    target: str = ""
    """IBM: what the topic is about."""
    towards: int = 1
    """IBM: 1 if the topic is in favour of its target, -1 if not."""


# --- propositions -----------------------------------------------------------------

AUXILIARY = re.compile(r"\b(should|must|would|will|can|could|is|are|was|were|has|have)\b( not\b)?", re.I)


def negated(sentence: str) -> str | None:
    """The sentence with its first auxiliary negated, or un-negated if it was; None without one."""
    found = AUXILIARY.search(sentence)
    if not found or " never " in sentence:
        return None
    return f"{sentence[: found.start()]}{found[1]}{'' if found[2] else ' not'}{sentence[found.end():]}"


POSITIVE = [
    "{t} {be} good", "{t} {be} a good thing", "{t} {be} right", "{t} {be} beneficial", "{t} {be} worth supporting",
    "{t} should be supported", "{t} should be defended", "{t} deserves support", "We should support {t}",
    "We should be in favor of {t}", "People should support {t}", "In favor of {t}", "Support for {t} is justified",
    "The country should back {t}", "The world needs {t}", "{t} {do} more good than harm",
]
NEGATIVE = [
    "{t} {be} bad", "{t} {be} a bad thing", "{t} {be} wrong", "{t} {be} harmful", "{t} {be} not good",
    "{t} should be opposed", "{t} should be stopped", "{t} should not be supported", "We should oppose {t}",
    "We should not support {t}", "People should reject {t}", "Against {t}", "Opposition to {t} is justified",
    "The country should not back {t}", "The world would be better off without {t}", "{t} {do} more harm than good",
]


def is_plural(topic: str) -> bool:
    """A guess from the last letter."""
    last = topic.rsplit(" ", 1)[-1].lower()
    return last.endswith("s") and not last.endswith(("ss", "us", "is", "ics"))


def filled(template: str, topic: str, name: bool = False) -> str:
    """A template with its topic, first letter upper case, verb in number with the topic."""
    plural = not name and is_plural(topic)
    out = template.format(t=topic, be="are" if plural else "is", do="do" if plural else "does")
    return out[:1].upper() + out[1:]


def flipped(label: int) -> int:
    """The label towards the opposite proposition."""
    return {AGAINST: FOR, FOR: AGAINST}.get(label, label)


def as_proposition(topic: str, label: int, chance: random.Random, name: bool = False) -> tuple[str, int]:
    """A sentence that is for or against the topic, with the label towards that sentence."""
    if chance.random() < 0.6:
        return filled(chance.choice(POSITIVE), topic, name), label
    return filled(chance.choice(NEGATIVE), topic, name), flipped(label)


# --- VAST -------------------------------------------------------------------------

def read_vast(data: Path) -> dict[str, list[Pair]]:
    """VAST's training file as train, dev and check, cut by post.

    The synthetic neutral pairs (type 4) carry the topic that was swapped in only in
    ``topic_str``, lemmatised; ``new_topic`` is still the post's own.  So that the form does
    not give the label away, it is turned back into the commonest ``new_topic`` of that lemma.
    """
    csv.field_size_limit(10**9)
    with zipfile.ZipFile(data / "stance/vast/vast_train.zip") as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read("vast_train.csv").decode("utf8"))))
    forms: dict[str, Counter] = defaultdict(Counter)
    for row in rows:
        if row["type_idx"] != "4":
            forms[row["topic_str"]][row["new_topic"]] += 1
    parts: dict[str, list[Pair]] = {"train": [], "dev": [], "check": []}
    for row in rows:
        swapped = row["type_idx"] == "4"
        topic = row["new_topic"]
        if swapped:
            known = forms.get(row["topic_str"])
            topic = max(known, key=lambda form: (known[form], form)) if known else row["topic_str"]
        pair = Pair(row["post"], topic, int(row["label"]), "vast", row["post"], lemma=row["topic_str"])
        parts[{0: "check", 1: "dev"}.get(fold("vast", row["post"]), "train")].append(pair)
    trained = {pair.lemma for pair in parts["train"]}
    for name in ("dev", "check"):
        for pair in parts[name]:
            pair.seen = pair.lemma in trained
        parts[name] += swapped_in(parts[name], name)
    return parts


def swapped_in(pairs: list[Pair], name: str) -> list[Pair]:
    """Neutral pairs of the zero-shot topics, made as VAST makes its own: a topic under another post.

    VAST's swapped-in topics are mostly frequent ones, so that hardly any falls among the
    zero-shot topics of a part cut here; a third of the official zero-shot test is neutral.
    """
    chance = random.Random(f"swapped {name}")
    fresh = [pair for pair in pairs if not pair.seen]
    posts = sorted({pair.text for pair in pairs})
    own = defaultdict(set)
    for pair in pairs:
        own[pair.text].add(pair.proposition)
    out = []
    for _ in range(len(fresh) // 2):
        source = chance.choice(fresh)
        text = chance.choice(posts)
        if not any(set(source.proposition.split()) & set(other.split()) for other in own[text]):
            out.append(Pair(text, source.proposition, NEITHER, "vast", text, False, source.lemma))
    return out


# --- IBM claims, NLI, P-Stance, news ----------------------------------------------------

RECORD = re.compile(
    r'^"(\d+),""(train|test)"",""(.*?)"",""(.*?)"",""(-?1)"",""\d+"",""(PRO|CON)"",""(.*?)"",""', re.S
)


def as_statement(topic: str) -> str:
    """An IBM topic without "This house"."""
    rest = re.sub(r"^This house ", "", topic)
    if rest.startswith("believes "):
        out = re.sub(r"^believes (that )?(in )?", lambda m: "We should believe in " if m[2] else "", rest)
    elif rest.startswith("would "):
        out = "We should " + rest[len("would "):]
    else:
        out = re.sub(r"^(\w+?)s ", r"We should \1 ", rest)
    return out[:1].upper() + out[1:]


def read_ibm(data: Path) -> dict[str, list[Pair]]:
    """IBM's claims: official test; of the official train by topic dev (fold 1 and 0) and train."""
    text = (data / "stance/ibm_claim/claim_stance_dataset_v1.csv").read_text(encoding="utf8")
    records = re.split(r'\n(?="\d+,"")', text)[1:]
    parts: dict[str, list[Pair]] = {"train": [], "dev": [], "test": []}
    for record in records:
        found = RECORD.match(record)
        if not found:
            raise ValueError(f"unreadable claim: {record[:80]}")
        claim = re.sub(r'";*\n"', "", found[7]).replace('";"', ";").replace('"', "").strip()
        part = "test" if found[2] == "test" else ("dev" if fold("stance", found[1]) < 2 else "train")
        label = FOR if found[6] == "PRO" else AGAINST
        parts[part].append(Pair(claim, found[3], label, "ibm", found[1], target=found[4], towards=int(found[5])))
    return parts


def read_nli(data: Path) -> dict[str, list[Pair]]:
    """JOCI, MPE and RTE; MPE's captions without the names of their pictures."""
    label_of = {"entailment": FOR, "contradiction": AGAINST, "neutral": NEITHER, "not_entailment": NOT_FOR}
    parts: dict[str, list[Pair]] = {"train": [], "dev": []}
    for name in ("joci", "mpe", "rte"):
        for part, pairs in parts.items():
            with (data / f"stance/nli/{name}/{part}.csv").open(encoding="utf8", newline="") as file:
                for row in csv.DictReader(file):
                    premise = re.sub(r"\s*\d+jpg\d", ". ", row["premise"]).strip(". ")
                    pairs.append(Pair(premise, row["hypothesis"], label_of[row["label"]], name, premise))
    return parts


def read_pstance(data: Path) -> list[Pair]:
    """Tweets about three candidates."""
    with (data / "stance/pstance/raw_train_all.csv").open(encoding="utf8", newline="") as file:
        return [
            Pair(row["Tweet"], row["Target"], FOR if row["Stance"] == "FAVOR" else AGAINST, "pstance")
            for row in csv.DictReader(file)
        ]


PRONOUNS = {"i", "me", "my", "he", "him", "his", "she", "her", "we", "us", "our", "they", "them", "their", "you", "it"}


def read_targets(data: Path) -> list[Pair]:
    """NewsMTSC's training sentences: the target as topic, its tone as stance."""
    out = []
    for sentence in read_tone(data / "sentiment/newsmtsc/train.jsonl", "train"):
        for begin, end, tone in sentence.targets:
            label = {0: AGAINST, 1: NEITHER, 2: FOR}[tone]
            if sentence.text[begin:end].lower() in PRONOUNS:
                continue
            out.append(Pair(sentence.text, sentence.text[begin:end], label, "newsmtsc"))
    return out


def read_news(data: Path, count: int) -> list[str]:
    """Sentences of unlabelled news, one of every seventh article."""
    out: list[str] = []
    with gzip.open(data / "corpus/us_news_2012_2020.jsonl.gz", "rt", encoding="utf8") as file:
        for number, line in enumerate(file):
            if number % 7 or len(out) >= count:
                continue
            sentences = re.split(r"(?<=[.!?])\s+(?=[A-Z])", json.loads(line)["text"])
            fitting = [s for s in sentences if 60 <= len(s) <= 260 and "\n" not in s]
            digest = int.from_bytes(hashlib.sha256(line.encode()).digest()[:4], "big")
            if fitting:
                out.append(fitting[digest % len(fitting)])
    return out


# --- sentences of our own about acts --------------------------------------------------

AGENTS = [
    "Mexico", "Canada", "France", "Germany", "Japan", "Brazil", "India", "Ukraine", "Turkey", "Kenya", "the United States",
    "Congress", "the Senate", "the House", "the White House", "the city", "the state", "California", "Texas", "Ohio",
    "the government", "the European Union", "NATO", "the United Nations", "the Supreme Court", "the school board",
    "the Federal Reserve", "the Pentagon", "the university", "the governor", "the president", "the mayor", "Britain",
    "South Korea", "Poland", "the company", "the police department", "the ministry",
]
ACTS = [
    ("accept", "accepting", "foreign troops"), ("accept", "accepting", "more refugees"),
    ("raise", "raising", "the minimum wage"), ("raise", "raising", "taxes on the rich"),
    ("ban", "banning", "plastic bags"), ("ban", "banning", "assault weapons"), ("ban", "banning", "the app"),
    ("build", "building", "the border wall"), ("build", "building", "new nuclear plants"),
    ("cut", "cutting", "aid to farmers"), ("cut", "cutting", "interest rates"), ("cut", "cutting", "the defense budget"),
    ("leave", "leaving", "the climate treaty"), ("sign", "signing", "the trade deal"), ("join", "joining", "the alliance"),
    ("send", "sending", "weapons to the rebels"), ("send", "sending", "troops to the border"),
    ("legalize", "legalizing", "marijuana"), ("legalize", "legalizing", "online gambling"),
    ("repeal", "repealing", "the health care law"), ("expand", "expanding", "Medicaid"), ("close", "closing", "the prison"),
    ("lift", "lifting", "the sanctions"), ("lift", "lifting", "the mask mandate"), ("require", "requiring", "vaccinations"),
    ("forgive", "forgiving", "student loans"), ("fund", "funding", "charter schools"), ("tax", "taxing", "sugary drinks"),
    ("abolish", "abolishing", "the death penalty"), ("recognize", "recognizing", "the new government"),
    ("approve", "approving", "the pipeline"), ("release", "releasing", "the report"), ("hire", "hiring", "more officers"),
    ("allow", "allowing", "same-sex marriage"), ("allow", "allowing", "drilling off the coast"),
    ("extradite", "extraditing", "the suspect"), ("withdraw", "withdrawing", "its soldiers"),
    ("regulate", "regulating", "social media"), ("subsidize", "subsidizing", "electric cars"), ("ease", "easing", "the lockdown"),
]
SPEAKERS = [
    "Senator Ilse Marrow", "Prime Minister Dario Venn", "protesters", "union leaders", "the opposition", "Rep. Cole Ansley",
    "business groups", "activists", "a spokesman for the party", "Governor Petra Lindahl", "economists", "residents",
    "human rights groups", "the foreign minister", "several Republicans", "House Democrats", "the archbishop", "critics",
]
FOR_ACT = [
    "{S} urged {a} to {v} {o}.", "{S} called on {a} to {v} {o}.", "{S} said it was time for {a} to {v} {o}.",
    "“{A} must {v} {o},” {s} said.", "{S} praised {a} for {g} {o}.", "{A} has agreed to {v} {o}, and rightly so, {s} said.",
    "{S} welcomed the decision of {a} to {v} {o}.", "By {g} {o}, {a} would save lives, {s} argued.",
    "{S} marched to demand that {a} {v} {o}.", "It would be a grave mistake for {a} not to {v} {o}.",
    "{S} blamed {a} for not {g} {o}.", "{A} cannot afford to delay {g} {o} any longer, said {s}.",
    "{A} vowed to {v} {o} despite the criticism.", "There is every reason for {a} to {v} {o}.",
    "{S} defended the plan of {a} to {v} {o} as long overdue.",
]
AGAINST_ACT = [
    "{S} warned {a} not to {v} {o}.", "{S} urged {a} not to {v} {o}.", "{A} refused to {v} {o}.",
    "{A} has ruled out {g} {o}.", "“{A} must never {v} {o},” {s} said.", "{S} condemned {a} for {g} {o}.",
    "{S} criticized the decision of {a} to {v} {o}.", "{A} rejected calls to {v} {o}.",
    "By {g} {o}, {a} would put lives at risk, {s} argued.", "It would be a grave mistake for {a} to {v} {o}.",
    "{S} marched to stop {a} from {g} {o}.", "{S} called the plan of {a} to {v} {o} a disgrace.",
    "{A} will not {v} {o}, {s} said.", "There is no reason for {a} to {v} {o}.", "{S} sued to keep {a} from {g} {o}.",
]
NEITHER_ACT = [
    "{A} will decide next week whether to {v} {o}.", "{S} asked whether {a} would {v} {o}.",
    "Reporters asked {s} whether {a} should {v} {o}.", "A hearing on {g} {o} is scheduled for Thursday.",
    "{A} last debated {g} {o} in 2009.", "Opinion is divided over whether {a} should {v} {o}.",
    "{S} declined to say whether {a} should {v} {o}.", "A poll asked 1,200 adults about {g} {o}.",
    "{A} has not yet decided whether to {v} {o}, {s} said.", "Talks about {g} {o} resumed on Monday in Geneva.",
    "{S} met officials of {a} on Tuesday to discuss {g} {o}.", "If {a} decided to {v} {o}, it would be the first since 1994.",
]
ACT_PROPOSITION = [
    "{A} should {v} {o}", "{A} should {v} {o}", "{A} must {v} {o}", "{A} ought to {v} {o}", "It is right for {a} to {v} {o}",
    "{A} {be} right to {v} {o}",
]
FOR_TOPIC = [
    "{S} said they support {t}.", "{S} praised {t} on Sunday.", "{S} called {t} a success.",
    "Thousands rallied in defense of {t}.", "“{T} must be protected,” {s} said.", "{S} defended {t} against its critics.",
    "{S} credited {t} with making the country safer.", "Without {t} we would all be worse off, {s} said.",
]
AGAINST_TOPIC = [
    "{S} said they oppose {t}.", "{S} denounced {t} on Sunday.", "{S} called {t} a disaster.",
    "Thousands rallied against {t}.", "“{T} must be stopped,” {s} said.", "{S} attacked {t} as a threat to families.",
    "{S} blamed {t} for the crisis.", "With {t} we are all worse off, {s} said.",
]
NEITHER_TOPIC = [
    "A panel on {t} will meet on Wednesday.", "{S} gave a statement about {t}.", "The report has a chapter on {t}.",
    "{S} said they had not made up their minds about {t}.", "Voters are split over {t}, a poll found.",
    "The committee will hear from experts on {t}.",
]


def large(text: str) -> str:
    """First letter upper case."""
    return text[:1].upper() + text[1:]


def act_pairs(chance: random.Random, count: int) -> list[Pair]:
    """Sentences and propositions about what somebody should do."""
    out = []
    while len(out) < count:
        agent, speaker, (verb, form, thing) = chance.choice(AGENTS), chance.choice(SPEAKERS), chance.choice(ACTS)
        label = chance.choice((AGAINST, FOR, NEITHER))
        sentence = chance.choice((AGAINST_ACT, FOR_ACT, NEITHER_ACT)[label])
        words = {"a": agent, "A": large(agent), "s": speaker, "S": large(speaker), "v": verb, "g": form, "o": thing}
        about = dict(words)
        if chance.random() < 0.15:
            # The same people, another act: nothing is said about it.
            verb, form, thing = chance.choice([act for act in ACTS if act[2] != thing])
            about |= {"v": verb, "g": form, "o": thing}
            label = NEITHER
        proposition = chance.choice(ACT_PROPOSITION).format(**about, be="is")
        if chance.random() < 0.35:
            opposite = negated(proposition) or proposition.replace(" ought to ", " ought not to ")
            if opposite != proposition:
                proposition, label = opposite, flipped(label)
        out.append(Pair(sentence.format(**words), proposition, label, "own"))
    return out


def topic_pairs(topics: list[str], chance: random.Random, count: int) -> list[Pair]:
    """Sentences of our own about topics of VAST."""
    out = []
    for _ in range(count):
        topic, speaker, label = chance.choice(topics), chance.choice(SPEAKERS), chance.choice((AGAINST, FOR, NEITHER))
        sentence = chance.choice((AGAINST_TOPIC, FOR_TOPIC, NEITHER_TOPIC)[label])
        text = large(sentence.format(t=topic, T=large(topic), s=speaker, S=large(speaker)))
        proposition = topic
        if chance.random() < 0.7:
            proposition, label = as_proposition(topic, label, chance)
        out.append(Pair(text, proposition, label, "own"))
    return out


# --- the same sentence under opposite propositions --------------------------------------

MORE_POSITIVE = [
    "{t} should be allowed", "{t} should be legal", "{t} should be kept", "{t} should be encouraged", "We need more of {t}",
    "It is wrong to oppose {t}", "{t} should not be banned", "We should not abandon {t}", "We support {t}",
]
MORE_NEGATIVE = [
    "{t} should be banned", "{t} should be illegal", "{t} should be abolished", "{t} should be discouraged",
    "We need less of {t}", "It is wrong to support {t}", "{t} should not be allowed", "We should abandon {t}", "We oppose {t}",
]
ACT_OPPOSED = [
    "{A} should not {v} {o}", "{A} should not {v} {o}", "{A} must not {v} {o}", "It would be wrong for {a} to {v} {o}",
    "{A} should refuse to {v} {o}", "{A} should stay away from {g} {o}", "{G} {o} would be a mistake", "We oppose {g} {o}",
]
ACT_BACKED = [
    "{A} should {v} {o}", "{A} should {v} {o}", "{A} must {v} {o}", "It would be right for {a} to {v} {o}",
    "{A} should agree to {v} {o}", "{A} should go ahead with {g} {o}", "{G} {o} would be a good idea", "We support {g} {o}",
]
DO_IT = ["We should {v}", "We must {v}", "It is right to {v}", "It would be wise to {v}"]
LEAVE_IT = ["We should not {v}", "We must not {v}", "It is wrong to {v}", "It would be foolish to {v}"]

HELD_FOR = [
    "{S} spoke warmly of {t}.", "{T} made this country what it is, {s} wrote.", "{S} thanked those who had fought for {t}.",
    "“I will stand up for {t} as long as I live,” {s} told the crowd.",
]
HELD_AGAINST = [
    "{S} spoke bitterly of {t}.", "{T} ruined this country, {s} wrote.", "{S} thanked those who had fought against {t}.",
    "“I will resist {t} as long as I live,” {s} told the crowd.",
]
HELD_POSITIVE = ["{t} {be} to be welcomed", "{t} ought to stay", "There is nothing wrong with {t}", "We should stand by {t}"]
HELD_NEGATIVE = ["{t} {be} to be feared", "{t} ought to be outlawed", "There is a lot wrong with {t}", "We should get rid of {t}"]
"""Sentences and propositions that only ``made_pairs`` uses; training has none of them."""


def made_pairs(data: Path) -> list[Pair]:
    """Made for selection: patterns that training lacks, about VAST's zero-shot topics of dev."""
    chance, out = random.Random("made dev"), []
    topics = sorted({pair.proposition for pair in read_vast(data)["dev"] if not pair.seen and len(pair.proposition) > 4})
    for topic in chance.sample(topics, min(60, len(topics))):
        for label, patterns in ((FOR, HELD_FOR), (AGAINST, HELD_AGAINST)):
            speaker = chance.choice(SPEAKERS)
            text = large(chance.choice(patterns).format(t=topic, T=large(topic), s=speaker, S=large(speaker)))
            out.append(Pair(text, filled(chance.choice(HELD_POSITIVE), topic), label, "made"))
            out.append(Pair(text, filled(chance.choice(HELD_NEGATIVE), topic), flipped(label), "made"))
    return out


def twins(text: str, positive: str, negative: str, label: int, source: str) -> list[Pair]:
    """One text under a proposition and under its opposite; ``label`` is towards the first."""
    return [Pair(text, positive, label, source), Pair(text, negative, flipped(label), source)]


def topic_twins(text: str, topic: str, label: int, chance: random.Random, source: str, name: bool = False) -> list[Pair]:
    """Twins about a thing named."""
    positive, negative = (POSITIVE, NEGATIVE) if chance.random() < 0.6 else (MORE_POSITIVE, MORE_NEGATIVE)
    return twins(
        text, filled(chance.choice(positive), topic, name), filled(chance.choice(negative), topic, name), label, source
    )


def claim_twins(pair: Pair, chance: random.Random) -> list[Pair]:
    """Twins of an IBM claim: its topic and the negation, or sentences for and against the topic's target."""
    about, label, kind = pair.target, pair.label, chance.random()
    clause = " should " in about or " have a right" in about
    if kind < 0.5 and not clause:
        towards = label if pair.towards > 0 else flipped(label)
        if re.search(rf"\b(would|should|never) {re.escape(about)}", pair.proposition):
            return twins(pair.text, chance.choice(DO_IT).format(v=about), chance.choice(LEAVE_IT).format(v=about), towards, "ibm")
        return topic_twins(pair.text, about, towards, chance, "ibm")
    topic = pair.proposition if kind > 0.85 else as_statement(pair.proposition)
    opposite = negated(topic)
    if opposite is None:
        opposite = f"It is not true that {topic[:1].lower()}{topic[1:]}"
    return twins(pair.text, topic, opposite, label, "ibm")


def act_twins(chance: random.Random) -> list[Pair]:
    """Twins about what somebody should do."""
    agent, speaker, (verb, form, thing) = chance.choice(AGENTS), chance.choice(SPEAKERS), chance.choice(ACTS)
    label = chance.choice((AGAINST, FOR, AGAINST, FOR, NEITHER))
    words = {"a": agent, "A": large(agent), "s": speaker, "S": large(speaker), "v": verb, "g": form, "o": thing, "G": large(form)}
    text = chance.choice((AGAINST_ACT, FOR_ACT, NEITHER_ACT)[label]).format(**words)
    return twins(text, chance.choice(ACT_BACKED).format(**words), chance.choice(ACT_OPPOSED).format(**words), label, "own")


def made_twins(topics: list[str], chance: random.Random) -> list[Pair]:
    """Twins of a sentence of our own about a topic of VAST; half of the sentences are themselves bare propositions."""
    topic, speaker, label = chance.choice(topics), chance.choice(SPEAKERS), chance.choice((AGAINST, FOR, AGAINST, FOR, NEITHER))
    if label != NEITHER and chance.random() < 0.5:
        text = filled(chance.choice(((NEGATIVE + MORE_NEGATIVE), (POSITIVE + MORE_POSITIVE))[label]), topic) + "."
    else:
        sentence = chance.choice((AGAINST_TOPIC, FOR_TOPIC, NEITHER_TOPIC)[label])
        text = large(sentence.format(t=topic, T=large(topic), s=speaker, S=large(speaker)))
    return topic_twins(text, topic, label, chance, "own")


# --- what one epoch reads ---------------------------------------------------------------

class Training:
    """The training parts; ``epoch`` draws the pairs of one epoch."""

    def __init__(self, data: Path):
        self.vast = read_vast(data)["train"]
        self.ibm = read_ibm(data)["train"]
        self.nli = read_nli(data)["train"]
        self.pstance = read_pstance(data)
        self.targets = read_targets(data)
        self.news = read_news(data, 4000)
        self.topics = sorted({pair.proposition for pair in self.vast if len(pair.proposition) > 4})

    def nli_epoch(self, chance: random.Random, count: int) -> list[Pair]:
        """Pairs of the first stage."""
        return [self.turned(pair, chance, 0.1) for pair in chance.sample(self.nli, min(count, len(self.nli)))]

    def epoch(self, chance: random.Random, share: float = 1.0, vast: float = 1.0, made: float = 0.3) -> list[Pair]:
        """Pairs of the second stage; ``share`` scales the sets beside VAST, ``vast`` VAST itself.

        ``made`` is the share of VAST's topics of which a proposition is made.
        """
        def drawn(pairs: list, count: int) -> list:
            return chance.sample(pairs, min(int(share * count), len(pairs)))

        out = [self.vast_form(pair, chance, made) for pair in self.vast if vast >= 1 or chance.random() < vast]
        for pair in self.ibm:
            out += [self.ibm_form(pair, chance) for _ in range(2)]
        out += [self.turned(pair, chance, 0.15) for pair in drawn(self.nli, 3000)]
        out += [self.topic_form(pair, chance) for pair in drawn(self.pstance, 1800)]
        plain = [pair for pair in self.targets if pair.label == NEITHER]
        toned = [pair for pair in self.targets if pair.label != NEITHER]
        out += [self.topic_form(pair, chance) for pair in drawn(plain, 1100) + drawn(toned, 900)]
        out += act_pairs(chance, int(share * 1800)) + topic_pairs(self.topics, chance, int(share * 900))
        out += [self.unrelated(text, chance) for text in drawn(self.news, 900)]
        out += [self.unrelated(pair.text, chance) for pair in drawn(self.ibm, 300)]
        chance.shuffle(out)
        return out

    def turning_epoch(self, chance: random.Random, share: float, vast: float, made: float) -> list[list[Pair]]:
        """Groups of pairs of the last stage: mostly one text under two opposite propositions, which stay in one batch."""
        def drawn(pairs: list, count: int) -> list:
            return chance.sample(pairs, min(int(share * count), len(pairs)))

        out: list[list[Pair]] = []
        for pair in self.vast:
            if chance.random() >= vast:
                continue
            if pair.label == NEITHER or chance.random() >= made:
                out.append([self.vast_form(pair, chance, made / 2 if pair.label == NEITHER else 0.0)])
            else:
                out.append(topic_twins(pair.text, pair.proposition, pair.label, chance, pair.source))
        for _ in range(2):
            out += [claim_twins(pair, chance) for pair in drawn(self.ibm, len(self.ibm))]
        for pair in drawn([pair for pair in self.nli if pair.label != NOT_FOR], 3000):
            opposite = negated(pair.proposition)
            out.append([pair] if opposite is None else twins(pair.text, pair.proposition, opposite, pair.label, pair.source))
        out += [topic_twins(p.text, p.proposition, p.label, chance, p.source, True) for p in drawn(self.pstance, 700)]
        toned = [pair for pair in self.targets if pair.label != NEITHER]
        plain = [pair for pair in self.targets if pair.label == NEITHER]
        out += [topic_twins(p.text, p.proposition, p.label, chance, p.source, True) for p in drawn(toned, 800)]
        out += [[self.topic_form(pair, chance)] for pair in drawn(plain, 800)]
        out += [act_twins(chance) for _ in range(int(share * 1600))]
        out += [made_twins(self.topics, chance) for _ in range(int(share * 1600))]
        out += [[self.unrelated(text, chance)] for text in drawn(self.news, 700)]
        out += [[self.unrelated(pair.text, chance)] for pair in drawn(self.ibm, 300)]
        chance.shuffle(out)
        return out

    def vast_form(self, pair: Pair, chance: random.Random, made: float) -> Pair:
        """Mostly the topic as it is, else its lemmas or a proposition made of it."""
        kind = chance.random()
        if kind >= made:
            return pair if kind >= 0.15 + made else Pair(pair.text, pair.lemma, pair.label, pair.source)
        proposition, label = as_proposition(pair.proposition, pair.label, chance)
        return Pair(pair.text, proposition, label, pair.source)

    def topic_form(self, pair: Pair, chance: random.Random) -> Pair:
        """Half of them the target as it is, half a proposition about it."""
        if chance.random() < 0.5:
            return pair
        proposition, label = as_proposition(pair.proposition, pair.label, chance, name=True)
        return Pair(pair.text, proposition, label, pair.source)

    def ibm_form(self, pair: Pair, chance: random.Random) -> Pair:
        """The topic as it is or as a statement, sometimes the opposite one."""
        proposition = pair.proposition if chance.random() < 0.3 else as_statement(pair.proposition)
        return self.turned(Pair(pair.text, proposition, pair.label, pair.source), chance, 0.35)

    def turned(self, pair: Pair, chance: random.Random, share: float) -> Pair:
        """A share of the pairs with the proposition negated and the label flipped."""
        if pair.label == NOT_FOR or chance.random() >= share:
            return pair
        opposite = negated(pair.proposition)
        return pair if opposite is None else Pair(pair.text, opposite, flipped(pair.label), pair.source)

    def unrelated(self, text: str, chance: random.Random) -> Pair:
        """A text under a proposition from elsewhere."""
        kind = chance.random()
        if kind < 0.4:
            proposition = chance.choice(self.topics)
        elif kind < 0.7:
            proposition = as_proposition(chance.choice(self.topics), NEITHER, chance)[0]
        elif kind < 0.85:
            proposition = as_statement(chance.choice(self.ibm).proposition)
        else:
            proposition = act_pairs(chance, 1)[0].proposition
        return Pair(text, proposition, NEITHER, "unrelated")


# --- a small test of our own ------------------------------------------------------------

OWN = [
    ("Mexico’s president dismissed the offer of American soldiers, saying her country would never give up its sovereignty.",
     [("Mexico should accept US troops", AGAINST), ("Mexico should not accept US troops", FOR),
      ("The minimum wage should be raised", NEITHER)]),
    ("Trump offered to send troops across the border to fight the cartels, and said Mexico would be foolish to say no.",
     [("Mexico should accept US troops", FOR), ("US troops should stay out of Mexico", AGAINST)]),
    ("The two leaders spoke by telephone on Friday about the drug cartels, officials on both sides confirmed.",
     [("Mexico should accept US troops", NEITHER), ("The drug cartels are dangerous", NEITHER)]),
    ("“Every rifle we take off the street is a child who comes home from school,” Mayor Lindqvist told the crowd.",
     [("gun control", FOR), ("Assault rifles should be legal", AGAINST)]),
    ("Gun owners packed the statehouse, chanting that they would not comply with the new permit rule.",
     [("gun control", AGAINST), ("Gun permits should be required", AGAINST)]),
    ("The bill, which would require a permit to buy a rifle, goes to the floor next Tuesday.",
     [("gun control", NEITHER), ("Gun permits should be required", NEITHER)]),
    ("Studies in four countries found no link between the vaccine and autism, the ministry's chief doctor stressed.",
     [("The vaccine causes autism", AGAINST), ("The vaccine is safe", FOR)]),
    ("A higher wage floor would shutter the diners and corner shops that hire our teenagers, the trade group's head wrote.",
     [("The minimum wage should be raised", AGAINST), ("raising the minimum wage", AGAINST)]),
    ("Cashiers walked out in six cities, demanding fifteen dollars an hour.",
     [("The minimum wage should be raised", FOR), ("Mexico should accept US troops", NEITHER)]),
    ("The Supreme Court will hear arguments over the abortion law in March.",
     [("Abortion should be legal", NEITHER), ("The Supreme Court should be expanded", NEITHER)]),
    ("Bishop Anselm called abortion the gravest injustice of our age.",
     [("Abortion should be legal", AGAINST), ("abortion", AGAINST)]),
    ("After the spill, even oil-state senators conceded that the pipeline had been a costly error.",
     [("The pipeline should be built", AGAINST), ("The pipeline was a mistake", FOR)]),
    ("Few of the refugees have found work, and the hostels are full, but Kesten’s mayor says her city is richer for them.",
     [("The city should take in refugees", FOR), ("Refugees are a burden", AGAINST)]),
    ("Prime Minister Venn has not said whether she will back the carbon tax.",
     [("There should be a carbon tax", NEITHER), ("Prime Minister Venn supports the carbon tax", NEITHER)]),
    ("Nobody who has read the treaty could want it torn up, argued the former envoy.",
     [("The treaty should be kept", FOR), ("We should leave the treaty", AGAINST)]),
]


def own_pairs() -> list[Pair]:
    """Sentences and propositions we wrote before any model was trained; nothing is chosen on them."""
    return [Pair(text, about, label, "own") for text, propositions in OWN for about, label in propositions]
