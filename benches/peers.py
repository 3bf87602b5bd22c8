"""Parallax beside its Python peers: the same weights, sentences, texts and pages, interleaved.

    python benches/peers.py --measure target/release/measure --work out/peers [--rounds 5]

`make bench-peers` makes the virtual environment and calls this. Every engine is a process of its
own that waits for a line and does all the work once; a round asks each in turn, so that what else
the machine does falls on all of them. Figures are medians of the rounds.
"""
from __future__ import annotations

import argparse
import csv
import datetime
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
MODEL = REPOSITORY / "models/news-en"


# --- the shipped weights as other libraries want them ---------------------------------------------

def weights():
    """The encoder's tensors as f32, under the names of Hugging Face's BertModel."""
    import torch
    from safetensors import safe_open

    tensors = {}
    with safe_open(MODEL / "model.safetensors", "pt") as file:
        names = set(file.keys())
        for name in names:
            if not name.startswith("encoder.") or (name.endswith(".scale") and name[:-6] in names):
                continue
            value = file.get_tensor(name).to(torch.float32)
            if name + ".scale" in names:
                value = value * file.get_tensor(name + ".scale").unsqueeze(-1)
            tensors[name.removeprefix("encoder.")] = value
    return tensors


def bert():
    from transformers import BertConfig, BertModel

    sizes = json.loads((MODEL / "config.json").read_text())["encoder"]
    model = BertModel(BertConfig(**sizes, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0), add_pooling_layer=False)
    missing, unexpected = model.load_state_dict(weights(), strict=False)
    assert not unexpected and all("position_ids" in name for name in missing), (missing, unexpected)
    return model.eval()


def export(work: Path):
    """fp32.onnx and int8.onnx (dynamic, per channel), made once."""
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic

    full, quantised = work / "fp32.onnx", work / "int8.onnx"
    if not full.exists():
        model = bert()
        model.config._attn_implementation = "eager"
        example = torch.ones((2, 8), dtype=torch.long)
        axes = {name: {0: "batch", 1: "length"} for name in ["input_ids", "attention_mask", "token_type_ids", "hidden"]}
        torch.onnx.export(model, (example, example, torch.zeros_like(example)), str(full), opset_version=17,
                          input_names=["input_ids", "attention_mask", "token_type_ids"], output_names=["hidden"],
                          dynamic_axes=axes)
    if not quantised.exists():
        quantize_dynamic(str(full), str(quantised), weight_type=QuantType.QInt8, per_channel=True)


def closeness(options, path: str):
    """states.md: how far the hidden states of each number format are from those in f32 of the same engine."""
    import numpy
    import onnxruntime

    def ours(precision: str):
        command = [options.measure, "states", "native", precision, path]
        return numpy.frombuffer(subprocess.run(command, check=True, capture_output=True).stdout, "<f4")

    def onnx(name: str):
        session = onnxruntime.InferenceSession(str(options.work / name), providers=["CPUExecutionProvider"])
        names = ["input_ids", "attention_mask", "token_type_ids"]
        rows = [tuple([int(value) for value in part.split()] for part in line.split("|")) for line in open(path)]
        parts = []
        for ids, types in rows:
            inputs = [numpy.array([row], dtype=numpy.int64) for row in (ids, [1] * len(ids), types)]
            parts.append(session.run(None, dict(zip(names, inputs)))[0].reshape(-1))
        return numpy.concatenate(parts)

    exact, theirs = ours("f32"), onnx("fp32.onnx")
    rows = [("onnxruntime fp32", theirs), ("parallax native bf16", ours("bf16")), ("parallax native int8", ours("int8")),
            ("onnxruntime int8", onnx("int8.onnx"))]
    width = 384
    with open(options.results / "states.md", "w") as file:
        file.write(f"# How far from f32\n\n`make bench-peers`, {datetime.date.today()}, {processor()}. Hidden states of the "
                   f"{len(exact) // width:,} tokens of the sample corpus, one sentence at a time, against those of the native engine in f32: norm of "
                   "the difference over the norm, all tokens together; the mean and the least cosine of a token.\n\n"
                   "| | relative difference | mean cosine | least cosine |\n|---|---:|---:|---:|\n")
        for name, states in rows:
            far = numpy.linalg.norm(states - exact) / numpy.linalg.norm(exact)
            one, other = states.reshape(-1, width), exact.reshape(-1, width)
            cosines = (one * other).sum(1) / numpy.linalg.norm(one, axis=1) / numpy.linalg.norm(other, axis=1)
            line = f"| {name} | {far:.1e} | {cosines.mean():.5f} | {cosines.min():.4f} |"
            print(" ", line)
            file.write(line + "\n")


# --- workers ----------------------------------------------------------------------------------------

def sequences(path: str, batch: int):
    """Padded batches, longest first: ids, mask, types."""
    import numpy

    rows = [tuple([int(value) for value in part.split()] for part in line.split("|")) for line in open(path)]
    rows.sort(key=lambda row: -len(row[0]))
    batches = []
    for start in range(0, len(rows), batch):
        chunk = rows[start:start + batch]
        ids, mask, types = (numpy.zeros((len(chunk), len(chunk[0][0])), dtype=numpy.int64) for _ in range(3))
        for at, (row_ids, row_types) in enumerate(chunk):
            ids[at, :len(row_ids)], mask[at, :len(row_ids)], types[at, :len(row_ids)] = row_ids, 1, row_types
        batches.append((ids, mask, types))
    return batches


def torch_engine(precision: str, threads: int, batch: int, path: str):
    import torch

    torch.set_num_threads(threads)
    torch.set_grad_enabled(False)
    model = bert()
    if precision == "bf16":
        model = model.to(torch.bfloat16)
    inputs = [tuple(torch.from_numpy(part) for part in one) for one in sequences(path, batch)]

    def work():
        for ids, mask, types in inputs:
            model(input_ids=ids, attention_mask=mask, token_type_ids=types).last_hidden_state.float().sum()
    return work


def onnx_engine(precision: str, threads: int, batch: int, path: str, work_folder: Path):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    name = "fp32.onnx" if precision == "f32" else "int8.onnx"
    session = onnxruntime.InferenceSession(str(work_folder / name), options, providers=["CPUExecutionProvider"])
    inputs = [dict(zip(["input_ids", "attention_mask", "token_type_ids"], one)) for one in sequences(path, batch)]

    def work():
        for one in inputs:
            session.run(None, one)
    return work


def spacy_splitter(path: str):
    import spacy

    pipeline = spacy.blank("en")
    pipeline.add_pipe("sentencizer")
    pipeline.max_length = 10**9
    texts = [json.loads(line) for line in open(path)]

    def work():
        for text in texts:
            sum(1 for _ in pipeline(text).sents)
    return work


def trafilatura_cleaner(path: str):
    import trafilatura

    pages = [json.loads(line) for line in open(path)]

    def work():
        for page in pages:
            trafilatura.extract(page)
    return work


def worker(arguments: list[str], work_folder: Path):
    kind, *rest = arguments
    if kind == "torch":
        work = torch_engine(rest[0], int(rest[1]), int(rest[2]), rest[3])
    elif kind == "onnxruntime":
        work = onnx_engine(rest[0], int(rest[1]), int(rest[2]), rest[3], work_folder)
    elif kind == "spacy":
        work = spacy_splitter(rest[0])
    else:
        work = trafilatura_cleaner(rest[0])
    for _ in sys.stdin:
        start, cpu = time.perf_counter(), time.process_time()
        work()
        seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
        peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
        print(json.dumps({"seconds": seconds, "cpu_seconds": cpu, "peak_mb": int(peak.split()[1]) / 1024}), flush=True)


# --- rounds -----------------------------------------------------------------------------------------

class Engine:
    def __init__(self, name: str, command: list[str], threads: int):
        environment = {**os.environ, "OMP_NUM_THREADS": str(threads), "MKL_NUM_THREADS": str(threads),
                       "OMP_WAIT_POLICY": "PASSIVE", "TOKENIZERS_PARALLELISM": "false"}
        self.name, self.seconds, self.cpu, self.peak = name, [], [], 0.0
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True, env=environment)

    def run(self, keep: bool):
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.name} ended without an answer; run its worker by hand to see why")
        answer = json.loads(line)
        self.peak = max(self.peak, answer["peak_mb"])
        if keep:
            self.seconds.append(answer["seconds"])
            self.cpu.append(answer["cpu_seconds"])

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def compare(title: str, engines: list[Engine], amount: float, unit: str, rounds: int, reference: str, rows: list):
    for turn in range(rounds + 1):  # the first is a warm-up
        for engine in engines:
            engine.run(keep=turn > 0)
    rates = {engine.name: amount / statistics.median(engine.seconds) for engine in engines}
    print(f"\n{title} (medians of {rounds} interleaved runs; ratio to {reference})")
    for engine in engines:
        spread = f"{amount / max(engine.seconds):,.0f} to {amount / min(engine.seconds):,.0f}"
        ratio = rates[engine.name] / rates[reference]
        # The system counts processor time in hundredths of a second.
        cpu = statistics.median(engine.cpu)
        per_cpu = round(amount / cpu, 1) if cpu >= 0.1 else None
        shown = f"{per_cpu:,.0f} a second of processor time; " if per_cpu else ""
        print(f"  {engine.name:34} {rates[engine.name]:>12,.0f} {unit}/s  {ratio:6.2f} x  ({spread}; "
              f"{shown}peak {engine.peak:,.0f} MB)")
        rows.append({"table": title, "name": engine.name, "rate": round(rates[engine.name], 1), "unit": f"{unit}/s",
                     "ratio": round(ratio, 3), "reference": reference, "slowest": round(amount / max(engine.seconds), 1),
                     "fastest": round(amount / min(engine.seconds), 1), "per_cpu_second": per_cpu, "peak_mb": round(engine.peak), "rounds": rounds})
        engine.close()
    return rates


def processor() -> str:
    for line in open("/proc/cpuinfo"):
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--measure", default=str(REPOSITORY / "target/release/measure"))
    parser.add_argument("--work", type=Path, default=REPOSITORY / "out/peers")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--results", type=Path, default=REPOSITORY / "benches/results")
    parser.add_argument("--only", default="", help="names of tables to run, by their first word")
    parser.add_argument("worker", nargs="*")
    options = parser.parse_args()
    if options.worker:
        return worker(options.worker, options.work)

    options.work.mkdir(parents=True, exist_ok=True)
    files = {}
    for what in ["sequences", "texts", "pages"]:
        files[what] = str(options.work / f"{what}.txt")
        subprocess.run([options.measure, "write", what, files[what]], check=True)
    once = Path(files["sequences"]).read_text()
    many = str(options.work / "sequences-4.txt")
    Path(many).write_text(once * 4)
    tokens = sum(len(line.split("|")[0].split()) for line in once.splitlines())
    print(f"{len(once.splitlines())} sentences of {tokens} tokens; {processor()}, {os.cpu_count()} cores")
    export(options.work)

    def ours(precision: str, threads: int, batch: int, path: str) -> Engine:
        command = [options.measure, "serve", "engine", "native", precision, str(threads), str(batch), path]
        return Engine(f"parallax native {precision}", command, threads)

    def theirs(name: str, threads: int, *rest: str) -> Engine:
        command = [sys.executable, str(Path(__file__).resolve()), "--work", str(options.work), "--", *rest]
        return Engine(name, command, threads)

    def engines(threads: int, batch: int, path: str) -> list[Engine]:
        place = [str(threads), str(batch), path]
        return [
            ours("f32", threads, batch, path),
            theirs("onnxruntime fp32", threads, "onnxruntime", "f32", *place),
            theirs("transformers + PyTorch f32", threads, "torch", "f32", *place),
            ours("bf16", threads, batch, path),
            theirs("transformers + PyTorch bf16", threads, "torch", "bf16", *place),
            ours("int8", threads, batch, path),
            theirs("onnxruntime int8", threads, "onnxruntime", "int8", *place),
        ]

    rows: list[dict] = []
    wanted = lambda word: not options.only or word in options.only.split(",")
    if wanted("encoder"):
        rates = compare(f"encoder, batch {options.batch}, {options.threads} threads",
                        engines(options.threads, options.batch, many), 4 * tokens, "tokens", options.rounds,
                        "onnxruntime fp32", rows)
        best = max(rates["transformers + PyTorch bf16"], rates["onnxruntime int8"])
        print(f"  f32 is {rates['parallax native f32'] / rates['onnxruntime fp32']:.2f} x ONNX Runtime fp32 (target 1.2), "
              f"bf16 {rates['parallax native bf16'] / best:.2f} x the best peer (target 1.3), "
              f"int8 {rates['parallax native int8'] / rates['onnxruntime int8']:.2f} x ONNX Runtime int8 (target 1.0)")
    if wanted("single"):
        compare("encoder, one sentence at a time, 1 thread", engines(1, 1, files["sequences"]), tokens, "tokens",
                options.rounds, "onnxruntime fp32", rows)
    if wanted("split"):
        characters = sum(len(json.loads(line)) for line in open(files["texts"]))
        compare("sentence splitting, 1 thread",
                [Engine("parallax split", [options.measure, "serve", "split", files["texts"]], 1),
                 theirs("spaCy sentencizer", 1, "spacy", files["texts"])],
                characters, "characters", options.rounds, "spaCy sentencizer", rows)
    if wanted("clean"):
        pages = [json.loads(line) for line in open(files["pages"])]
        if pages:
            compare("cleaning of HTML, 1 thread",
                    [Engine("parallax clean", [options.measure, "serve", "clean", files["pages"]], 1),
                     theirs("trafilatura", 1, "trafilatura", files["pages"])],
                    sum(map(len, pages)), "characters", options.rounds, "trafilatura", rows)

    options.results.mkdir(parents=True, exist_ok=True)
    if wanted("states"):
        closeness(options, files["sequences"])
    if not rows:
        return
    with open(options.results / "peers.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, ["table", "name", "rate", "unit", "ratio", "reference", "slowest", "fastest", "per_cpu_second", "peak_mb", "rounds"])
        writer.writeheader()
        writer.writerows(rows)
    with open(options.results / "peers.md", "w") as file:
        load = os.getloadavg()
        file.write(f"# Beside Python peers\n\n`make bench-peers`, {datetime.date.today()}, {processor()}, {os.cpu_count()} cores; "
                   f"load of the machine at the end {load[0]:.1f}. Medians of {options.rounds} interleaved runs, the same weights.\n")
        for title in dict.fromkeys(row["table"] for row in rows):
            mine = [row for row in rows if row["table"] == title]
            file.write(f"\n## {title}\n\n| | {mine[0]['unit']} | x {mine[0]['reference']} | slowest to fastest run | a second of processor time | peak MB |\n|---|---:|---:|---:|---:|---:|\n")
            for row in mine:
                per_cpu = f"{row['per_cpu_second']:,.0f}" if row["per_cpu_second"] else "-"
                file.write(f"| {row['name']} | {row['rate']:,.0f} | {row['ratio']:.2f} | {row['slowest']:,.0f} to {row['fastest']:,.0f} | {per_cpu} | {row['peak_mb']:,} |\n")


if __name__ == "__main__":
    main()
