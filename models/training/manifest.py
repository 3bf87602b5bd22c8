"""Write manifest.toml over the model folders in DIR: names, versions, SHA-256 of every file.

    python manifest.py DIR

An encoder with its heads is a ``[[model]]``; a head that was trained apart, bound to an
encoder by ``encoder_sha256``, is a ``[[head]]``; upper layers of its own with their heads, bound
likewise, a ``[[branch]]``; layers of their own that share an encoder's word embeddings are a
``[[pair]]``.

errors.toml, what a model got wrong on texts it never saw, names the weights itself and is not listed.
Each folder needs config.json (name, version); licences, data and metrics are in its MODEL_CARD.md.
"""
from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

FILES = {
    "model": ("config.json", "tokenizer.json", "model.safetensors"),
    "head": ("config.json", "model.safetensors"),
    "branch": ("config.json", "policy-frames.toml", "model.safetensors"),
    "pair": ("config.json", "model.safetensors"),
}


def sha256(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main(folder: Path) -> None:
    """Write FOLDER/manifest.toml."""
    lines = [
        "# The models of this folder, as the program checks them before it loads one.",
        "# Made by `make manifest`; the program takes the first model, and the heads and branches trained on it.",
    ]
    found = []
    for config in sorted(folder.glob("*/config.json")):
        described = json.loads(config.read_text(encoding="utf-8"))
        found.append((described["format"].split("/")[1], config.parent, described))
    for kind, model, described in sorted(found, key=lambda one: (list(FILES).index(one[0]), one[1])):
        lines += [
            "",
            f"[[{kind}]]",
            f'name = "{described["name"]}"',
            f'version = "{described["version"]}"',
            f'folder = "{model.name}"',
            *([f'encoder_sha256 = "{described["encoder_sha256"]}"'] if "encoder_sha256" in described else []),
            'languages = ["en"]',
            'licence = "LICENSE-WEIGHTS.md"',
            f'card = "{model.name}/MODEL_CARD.md"',
            "files = [",
        ]
        for name in FILES[kind]:
            data = (model / name).read_bytes()
            lines.append(f'  {{ path = "{name}", bytes = {len(data)}, sha256 = "{hashlib.sha256(data).hexdigest()}" }},')
        lines.append("]")
    (folder / "manifest.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
