"""Write manifest.toml over the model folders in DIR: names, versions, SHA-256 of every file.

    python manifest.py DIR

Each folder needs config.json (name, version); licences, data and metrics are in its MODEL_CARD.md.
"""
from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

FILES = ("config.json", "tokenizer.json", "model.safetensors")


def main(folder: Path) -> None:
    """Write FOLDER/manifest.toml."""
    lines = [
        "# The models of this folder, as the program checks them before it loads one.",
        "# Made by `make manifest`; the program takes the first model.",
    ]
    for config in sorted(folder.glob("*/config.json")):
        model = config.parent
        described = json.loads(config.read_text(encoding="utf-8"))
        lines += [
            "",
            "[[model]]",
            f'name = "{described["name"]}"',
            f'version = "{described["version"]}"',
            f'folder = "{model.name}"',
            'languages = ["en"]',
            'licence = "LICENSE-WEIGHTS.md"',
            f'card = "{model.name}/MODEL_CARD.md"',
            "files = [",
        ]
        for name in FILES:
            data = (model / name).read_bytes()
            lines.append(f'  {{ path = "{name}", bytes = {len(data)}, sha256 = "{hashlib.sha256(data).hexdigest()}" }},')
        lines.append("]")
    (folder / "manifest.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
