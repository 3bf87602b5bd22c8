"""Print the part of NewsMTSC's training file that was set aside as ``check``.

    python tone_check.py DATA/sentiment/newsmtsc/train.jsonl > check.jsonl
"""
from __future__ import annotations

import json
import sys
from pathlib import Path

from data import article_of_gid, split_of


def main() -> None:
    """Command line."""
    for line in Path(sys.argv[1]).read_text(encoding="utf8").split("\n"):
        if line.strip() and split_of("tone", article_of_gid(json.loads(line)["primary_gid"])) == "check":
            print(line)


if __name__ == "__main__":
    main()
