"""How time and memory grow with the number of articles:

    python benches/growth.py --parallax target/release/parallax --data ../shared/data [--counts 10,100,1000]

Annotates the first N articles of the corpus and writes time, rate and peak memory of each run to
`benches/results/growth.md` and `.csv`.
"""
from __future__ import annotations

import argparse
import csv
import datetime
import gzip
import os
import subprocess
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent


def run(command: list[str]) -> tuple[float, float, float]:
    """Seconds, processor seconds, and peak memory in MB of a program."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    # 3: done, but some documents failed.
    if os.waitstatus_to_exitcode(status) not in (0, 3):
        raise SystemExit(f"{command} failed")
    return seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def processor() -> str:
    names = [line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")]
    return names[0] if names else "unknown processor"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--parallax", default=str(REPOSITORY / "target/release/parallax"))
    parser.add_argument("--data", type=Path, default=REPOSITORY / "../shared/data")
    parser.add_argument("--counts", default="10,100,1000")
    parser.add_argument("--precision", default="f32,auto")
    parser.add_argument("--threads", default="2")
    parser.add_argument("--work", type=Path, default=REPOSITORY / "out/growth")
    parser.add_argument("--results", type=Path, default=REPOSITORY / "benches/results")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    with gzip.open(options.data / "corpus/us_news_2012_2020.jsonl.gz", "rt", encoding="utf-8") as file:
        lines = [line for _, line in zip(range(max(map(int, options.counts.split(",")))), file)]
    rows = []
    for precision in options.precision.split(","):
        for count in map(int, options.counts.split(",")):
            part = options.work / f"{count}.jsonl"
            part.write_text("".join(lines[:count]), encoding="utf-8")
            seconds, processor_seconds, peak = run([options.parallax, "annotate", str(part), "--no-clean", "--quiet", "--threads",
                                          options.threads, "--precision", precision, "--models", str(REPOSITORY / "models")])
            taken = min(count, len(lines))
            rows.append({"precision": precision, "articles": taken, "seconds": round(seconds, 2),
                         "articles_per_second": round(taken / seconds, 2),
                         "processor_seconds": round(processor_seconds, 2), "peak_mb": round(peak)})
            print(rows[-1], flush=True)
    results = options.results
    results.mkdir(parents=True, exist_ok=True)
    with open(results / "growth.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    with open(results / "growth.md", "w") as file:
        file.write(f"# How cost grows\n\n`make bench-growth`, {datetime.date.today()}, {processor()}, {os.cpu_count()} cores, "
                   f"{options.threads} threads; load of the machine at the end {os.getloadavg()[0]:.1f}. `parallax annotate --no-clean` on the "
                   "first articles of the corpus; loading the model is part of the time.\n\n"
                   "| precision | articles | seconds | articles/s | processor seconds | peak MB |\n|---|---:|---:|---:|---:|---:|\n")
        for row in rows:
            file.write("| " + " | ".join(f"{value:,}" if isinstance(value, (int, float)) else value for value in row.values()) + " |\n")


if __name__ == "__main__":
    main()
