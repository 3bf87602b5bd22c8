"""Scores the facts of an analysis against a gold of lines and sentences.

    parallax analyze tests/corpus --out out
    python3 scripts/evaluate_coverage.py out tests/corpus tests/gold/sample_coverage.csv

For every fact of the gold, every article that tells it and every sentence that is mainly about it: the
fact of the analysis that holds the sentence is looked up, and its cells of the other articles are
compared with the gold. Cells the gold calls `unsure` are left out. One row a split: `tune` is the half
that thresholds and weights were chosen on, `test` the half that was kept from it.
"""
import collections
import csv
import html
import json
import pathlib
import re
import sys


def places(record, folder):
    """Sentence index of every (line of the page, sentence on that line)."""
    page = html.unescape((folder / record["source"]).read_text(encoding="utf-8-sig"))
    if record["source"].endswith("html"):
        page = re.sub(r"<[^>\n]*>", "", page)
    found, counts, at = {}, collections.Counter(), 0
    for index, sentence in enumerate(record["sentences"]):
        words = record["text"][sentence["start"]:sentence["end"]]
        start = page.find(words[:80], at)
        if start < 0:
            start = page.find(words[:40])
        if start < 0:
            start = page.find(words[15:60])
        if start < 0:
            continue
        line = page.count("\n", 0, start) + 1
        counts[line] += 1
        found[(line, counts[line])] = f"{record['doc_id']}#{index}"
        at = max(at, start)
    return found


def read_gold(path, ids):
    """Per fact: its split, and per article its status with the sentences that are mainly about it."""
    facts = {}
    for row in csv.DictReader(open(path, encoding="utf8")):
        split, cells = facts.setdefault(row["fact"], (row["split"], {}))
        status, main = cells.setdefault(row["doc_id"], (row["status"], []))
        if row["main"] == "yes":
            sentence = ids[row["doc_id"]].get((int(row["line"]), int(row["sentence"])))
            if sentence is None:
                sys.exit(f"{row['doc_id']}: no sentence {row['sentence']} on line {row['line']}")
            main.append(sentence)
    return facts


def main(out, folder, gold):
    out, folder = pathlib.Path(out), pathlib.Path(folder)
    records = map(json.loads, open(out / "annotations.jsonl", encoding="utf8"))
    gold = read_gold(gold, {record["doc_id"]: places(record, folder) for record in records})
    stories = json.load(open(out / "summary.json", encoding="utf8"))["stories"]
    holding = collections.defaultdict(list)
    for number, fact in enumerate(fact for story in stories for fact in story["facts"]):
        for cell in fact["cells"]:
            if cell["status"] in ("told", "contradicted"):
                for place, sentence in enumerate(cell["evidence"]):
                    # The fact whose own sentence it is, then one it is the first sentence of.
                    key = (fact["sentence"] != sentence, place > 0, -fact["outlets_telling"], number)
                    holding[sentence].append((key, fact))
    counts = {split: collections.Counter() for split in ("tune", "test")}
    for split, cells in gold.values():
        for doc_id, (_, sentences) in cells.items():
            for sentence in sentences:
                if sentence not in holding:
                    counts[split]["no fact"] += 1
                    continue
                fact = min(holding[sentence], key=lambda found: found[0])[1]
                for cell in fact["cells"]:
                    known = cells.get(cell["doc_id"], ("unsure", []))[0]
                    if cell["doc_id"] != doc_id and known != "unsure":
                        counts[split][(known, cell["status"])] += 1
    print(f"{'split':6}{'cells':>7}{'absent right':>18}{'absent found':>18}{'told right':>18}{'told found':>18}{'no fact':>9}")
    for split, found in counts.items():
        def share(known, status, of):
            hits = found[(known, status)]
            total = sum(n for key, n in found.items() if key != "no fact" and of(key))
            return f"{hits}/{total} {100 * hits / max(1, total):.1f} %"
        row = [share(s, s, lambda key, s=s, side=side: key[side] == s) for s in ("absent", "told") for side in (1, 0)]
        cells = sum(n for key, n in found.items() if key != "no fact")
        print(f"{split:6}{cells:>7}" + "".join(f"{text:>18}" for text in row) + f"{found['no fact']:>9}")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
