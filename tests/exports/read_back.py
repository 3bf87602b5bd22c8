"""Reads every export of a result with a reader of its format, and compares what it finds with
annotations.jsonl. Usage: read_back.py RESULTS. Fails loudly; prints a line a format."""

import json
import logging
import sys
from pathlib import Path

import bioc.brat
import cassis
import conllu
import krippendorff
import numpy as np
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
from pyld import jsonld
from spacy.tokens import Doc
from spacy.training.converters import conll_ner_to_docs
from udapi.core.document import Document

# udapi warns of every token without syntax.
logging.disable(logging.WARNING)
results = Path(sys.argv[1])
with open(results / "annotations.jsonl", encoding="utf-8") as file:
    records = [json.loads(line) for line in file]
by_id = {record["doc_id"]: record for record in records}
NAMED = {"name", "short_name", "title"}


def file_name(doc_id):
    return doc_id.replace(" ", "%20").replace("/", "%2F")


def named(record):
    """The names that fit into columns: the longest, none inside another."""
    found, covered = [], 0
    mentions = [m for m in record["mentions"] if m["form"] in NAMED]
    for mention in sorted(mentions, key=lambda m: (m["start"], -m["end"])):
        if mention["start"] >= covered:
            found.append(mention)
            covered = mention["end"]
    return found


def read_csv(name):
    text = {"doc_id": str, "id": str, "words": str, "story": str}
    return pd.read_csv(results / "csv" / name, dtype=text, keep_default_na=False, na_values=[""])


def check_csv():
    names = sorted(path.name for path in (results / "csv").glob("*.csv"))
    for name in ("sentences.csv", "mentions.csv", "quotes.csv"):
        table = read_csv(name)
        for row in table.itertuples():
            assert by_id[row.doc_id]["text"][row.start : row.end] == row.text, (name, row)
    measurements, evidence = read_csv("measurements.csv"), read_csv("evidence.csv")
    joined = evidence.merge(read_csv("sentences.csv"), left_on="sentence", right_on="id")
    assert len(joined) == len(evidence) > 0
    assert set(evidence["measurement"]) <= set(measurements["id"])
    print(f"csv: {len(names)} tables, {len(measurements)} measurements (pandas)")


def check_parquet():
    files = sorted((results / "parquet").glob("*.parquet"))
    assert {path.stem for path in files} == {path.stem for path in (results / "csv").glob("*.csv")}
    for path in files:
        arrow = pq.read_table(path)
        frame, lazy = pd.read_parquet(path), pl.read_parquet(path)
        csv = pl.read_csv(results / "csv" / f"{path.stem}.csv", schema=lazy.schema)
        assert arrow.num_rows == len(frame) == lazy.height == csv.height, path
        for column in lazy.columns:
            one, two = lazy[column].to_list(), csv[column].to_list()
            # An empty text and none are one in CSV.
            one = [None if value == "" else value for value in one]
            assert one == [None if value == "" else value for value in two], (path, column)
            assert arrow[column].to_pylist() == lazy[column].to_list(), (path, column)
    print(f"parquet: {len(files)} tables (pyarrow, pandas, polars)")


def check_conllu():
    path = results / "conllu" / "articles.conllu"
    sentences = conllu.parse(path.read_text(encoding="utf-8"))
    tokens, text, doc = 0, None, -1
    for sentence in sentences:
        if "newdoc id" in sentence.metadata:
            doc += 1
            record = records[doc]
            assert sentence.metadata["newdoc id"] == file_name(record["doc_id"])
            text = record["text"]
        line = ""
        for token in sentence:
            misc = token["misc"]
            assert text[int(misc["start_char"]) : int(misc["end_char"])] == token["form"]
            line += token["form"] + ("" if misc.get("SpaceAfter") == "No" else " ")
            tokens += 1
        assert line.strip() == sentence.metadata["text"]
    assert doc + 1 == len(records)
    found = Document(str(path))
    mentions = [mention for entity in found.coref_entities for mention in entity.mentions]
    texts = sorted(" ".join(word.form for word in mention.words).replace(" ", "") for mention in mentions)
    assert texts == sorted("".join(m["text"].split()) for r in records for m in r["mentions"])
    entities = sum(1 for r in records for e in r["entities"])
    alone = sum(1 for r in records for m in r["mentions"] if m["entity"] is None)
    assert len(found.coref_entities) == entities + alone
    print(f"conllu: {len(sentences)} sentences, {tokens} tokens, {len(mentions)} mentions (conllu, udapi)")


def check_conll():
    text = (results / "conll" / "articles.conll").read_text(encoding="utf-8")
    docs: list[Doc] = list(conll_ner_to_docs(text, n_sents=0, no_print=True))
    assert len(docs) == len(records)
    for doc, record in zip(docs, records):
        found = [("".join(word.text for word in entity), entity.label_) for entity in doc.ents]
        expected = [("".join(m["text"].split()), m["kind"]) for m in named(record)]
        assert found == expected, (found, expected)
    print(f"conll: {sum(len(doc.ents) for doc in docs)} names (spaCy)")


def check_brat():
    count = 0
    for record in records:
        stem = results / "brat" / file_name(record["doc_id"])
        with open(f"{stem}.txt", encoding="utf-8") as text, open(f"{stem}.ann", encoding="utf-8") as ann:
            document = bioc.brat.load(text, ann)
        assert document.text == record["text"]
        kinds = {}
        for entity in document.entities:
            parts = [document.text[part.begin : part.end] for part in sorted(entity.locations)]
            assert " ".join(parts) == entity.text, (parts, entity.text)
            kinds[entity.type] = kinds.get(entity.type, 0) + 1
        assert sum(kinds.get(kind, 0) for kind in ("PER", "ORG", "LOC", "MISC")) == len(record["mentions"])
        said = sum(1 for quote in record["quotes"] if quote["speaker"])
        assert sum(1 for relation in document.relations if relation.type == "SaidBy") == said
        count += len(document.entities)
    print(f"brat: {count} marks (bioc)")


def check_xmi():
    with open(results / "xmi" / "TypeSystem.xml", "rb") as file:
        types = cassis.load_typesystem(file)
    count = 0
    for record in records:
        with open(results / "xmi" / f"{file_name(record['doc_id'])}.xmi", "rb") as file:
            cas = cassis.load_cas_from_xmi(file, typesystem=types)
        assert cas.sofa_string == record["text"]
        names = cas.select("de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity")
        expected = sorted((m["text"], m["kind"]) for m in record["mentions"] if m["form"] in NAMED)
        assert sorted((name.get_covered_text(), name.value) for name in names) == expected
        quotes = cas.select("webanno.custom.Quote")
        cut = sorted(record["text"][quote["start"] : quote["end"]] for quote in record["quotes"])
        assert sorted(quote.get_covered_text() for quote in quotes) == cut
        sentences = cas.select("de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.Sentence")
        assert len(sentences) == len(record["sentences"])
        count += len(names) + len(quotes)
    print(f"xmi: {count} annotations (cassis)")


# The terms of the W3C context that annotations use, so that no network is needed.
OA, DC, AS, RDF = (
    "http://www.w3.org/ns/oa#",
    "http://purl.org/dc/elements/1.1/",
    "http://www.w3.org/ns/activitystreams#",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
)
CONTEXT = {
    "id": {"@id": "@id", "@type": "@id"},
    "type": {"@id": "@type", "@type": "@vocab"},
    **{name: OA + name for name in ("Annotation", "TextualBody", "TextPositionSelector", "TextQuoteSelector")},
    "AnnotationPage": AS + "OrderedCollectionPage",
    "items": {"@id": AS + "items", "@type": "@id", "@container": "@list"},
    **{name: OA + name for name in ("classifying", "identifying", "assessing", "describing")},
    "motivation": {"@id": OA + "motivatedBy", "@type": "@vocab"},
    "purpose": {"@id": OA + "hasPurpose", "@type": "@vocab"},
    "body": {"@id": OA + "hasBody", "@type": "@id"},
    "target": {"@id": OA + "hasTarget", "@type": "@id"},
    "source": {"@id": OA + "hasSource", "@type": "@id"},
    "scope": {"@id": OA + "hasScope", "@type": "@id"},
    "selector": {"@id": OA + "hasSelector", "@type": "@id"},
    "value": RDF + "value",
    "format": DC + "format",
    "start": OA + "start",
    "end": OA + "end",
    "exact": OA + "exact",
    "prefix": OA + "prefix",
    "suffix": OA + "suffix",
}


def load_context(url, options):
    assert url == "http://www.w3.org/ns/anno.jsonld", url
    return {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": url, "document": {"@context": CONTEXT}}


def check_web_annotation():
    folder = results / "web-annotation"
    page = json.loads((folder / "annotations.jsonld").read_text(encoding="utf-8"))
    base = "http://base.test/annotations.jsonld"
    (expanded,) = jsonld.expand(page, {"documentLoader": load_context, "base": base})
    items = expanded[AS + "items"][0]["@list"]
    assert len(items) == sum(len(r["mentions"]) + len(r["tones"]) + len(r["quotes"]) for r in records)
    ids = {item["@id"] for item in items}
    assert len(ids) == len(items) and all(name.startswith(base + "#") for name in ids)
    for item, written in zip(items, page["items"]):
        # Expansion drops what the context does not know: nothing may be lost.
        assert len(item) == len(written), written
        (target,) = item[OA + "hasTarget"]
        source = target[OA + "hasSource"][0]["@id"].removeprefix("http://base.test/").replace("%25", "%")
        text = (folder / source).read_text(encoding="utf-8")
        position, quote = target[OA + "hasSelector"]
        start, end = (position[OA + name][0]["@value"] for name in ("start", "end"))
        parts = [quote[OA + name][0]["@value"] for name in ("prefix", "exact", "suffix")]
        assert text[start:end] == parts[1] and "".join(parts) in text
        for body in item[OA + "hasBody"]:
            assert set(body) <= {"@type", RDF + "value", OA + "hasPurpose", DC + "format"}, body
    print(f"web-annotation: {len(items)} annotations (pyld)")


def check_coders():
    for name in ("tone", "voice", "kind"):
        matrix = np.loadtxt(results / "coders" / f"{name}.csv", delimiter=",", dtype=int)
        units = pd.read_csv(results / "coders" / f"{name}_units.csv", keep_default_na=False)
        assert matrix.shape == (len(units), 2), matrix.shape
        codes = pd.read_csv(results / "coders" / "codes.csv")
        of = codes[codes["variable"] == name].set_index("code")["label"]
        assert [f"{of[a]}|{of[b]}" for a, b in matrix] == list(units["labels"])
        if len(set(matrix.flat)) > 1:
            assert krippendorff.alpha(matrix.T, level_of_measurement="nominal") == 1.0
    print(f"coders: {matrix.shape[1]} coders (numpy, krippendorff)")


for check in (
    check_csv,
    check_parquet,
    check_conllu,
    check_conll,
    check_brat,
    check_xmi,
    check_web_annotation,
    check_coders,
):
    check()
