#!/usr/bin/env bash
# Installs libtorch 2.4.0 (CPU part only) for `--features rust-bert`, out of the Python wheels of
# PyTorch, with the pip that is set up on this machine.
#
#   scripts/libtorch.sh DEST
#
# Linux on x86-64 and arm64, macOS on arm64. About 800 MB are downloaded on x86-64 (its wheel is
# the CUDA build), 500 MB stay on disk. Does nothing where DEST already holds this version.
set -euo pipefail

version=2.4.0
fail() { echo "libtorch.sh: $*" >&2; exit 1; }

[ $# -eq 1 ] || fail "give the folder to install to, for example: scripts/libtorch.sh libtorch"
dest=$1

how_to_use() {
    echo "To build with it:"
    echo "  export LIBTORCH=$(cd "$dest" && pwd) LIBTORCH_CXX11_ABI=$(cat "$dest/cxx11-abi")"
    echo "  export ${loader_path}=\$LIBTORCH/lib OMP_WAIT_POLICY=PASSIVE"
}

# The wheels are those of Python 3.11, whatever the local Python is: nothing of Python is kept.
extra=()
loader_path=LD_LIBRARY_PATH
case "$(uname -s)-$(uname -m)" in
    Linux-x86_64)
        platform=manylinux1_x86_64
        # libtorch_cpu.so of the CUDA build needs these two at load time, and no other.
        extra=(nvidia-cuda-runtime-cu12==12.1.105 nvidia-cuda-cupti-cu12==12.1.105) ;;
    Linux-aarch64) platform=manylinux2014_aarch64 ;;
    Darwin-arm64) platform=macosx_11_0_arm64; loader_path=DYLD_LIBRARY_PATH ;;
    *) fail "no wheel of libtorch $version is known for $(uname -s) on $(uname -m); install libtorch $version by hand and set LIBTORCH to its folder" ;;
esac

if [ "$(cat "$dest/build-version" 2>/dev/null || true)" = "$version" ] && [ -s "$dest/cxx11-abi" ]; then
    echo "libtorch $version is already in $dest."
    how_to_use
    exit 0
fi

command -v python3 >/dev/null || fail "python3 is needed to download and unpack libtorch; install it, or set LIBTORCH to a libtorch $version of your own"
python3 -m pip --version >/dev/null 2>&1 || fail "python3 has no pip; install it (python3 -m ensurepip, or your system's python3-pip)"

# Unpacked beside DEST and moved at the end, so that an interrupted run leaves nothing half done.
mkdir -p "$(dirname "$dest")"
work=$(mktemp -d "$(dirname "$dest")/libtorch-download.XXXXXX")
trap 'rm -rf "$work"' EXIT
echo "Downloading libtorch $version ($platform) ..."
python3 -m pip download --quiet --disable-pip-version-check --no-cache-dir --no-deps --only-binary=:all: \
    --implementation cp --python-version 3.11 --platform "$platform" --dest "$work/wheels" \
    "torch==$version" ${extra[@]+"${extra[@]}"} ||
    fail "pip could not download torch $version; its message is above (is there a network, or a package index in pip's settings?)"

python3 - "$work" "$version" <<'PYTHON'
import pathlib
import re
import shutil
import sys
import zipfile

work, version = pathlib.Path(sys.argv[1]), sys.argv[2]
root = work / "libtorch"
# Python bindings and everything CUDA stay out: torch-sys then links without CUDA.
unwanted = re.compile(r"lib(torch_python|torch_cuda|c10_cuda|caffe2_nvrtc|shm|torch_global_deps|nv|cudnn|cublas)")
library = re.compile(r"\.(so[.0-9]*|dylib)$")
abi = "1"
for wheel in sorted((work / "wheels").glob("*.whl")):
    with zipfile.ZipFile(wheel) as archive:
        for entry in archive.infolist():
            name = entry.filename
            base = name.rsplit("/", 1)[-1]
            if name == "torch/share/cmake/Torch/TorchConfig.cmake":
                found = re.search(r"_GLIBCXX_USE_CXX11_ABI=([01])", archive.read(entry).decode())
                abi = found.group(1) if found else abi
            if entry.is_dir():
                continue
            if name.startswith("torch/include/"):
                target = root / name.removeprefix("torch/")
            elif name.startswith(("torch/lib/", "torch.libs/")) and library.search(base) and not unwanted.match(base):
                target = root / "lib" / base
            elif base in ("libcudart.so.12", "libcupti.so.12"):
                target = root / "lib" / base
            else:
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(entry) as source, open(target, "wb") as copy:
                shutil.copyfileobj(source, copy)
if not list((root / "lib").glob("libtorch_cpu.*")):
    sys.exit("libtorch.sh: the wheel of torch holds no libtorch_cpu; is it another build?")
(root / "cxx11-abi").write_text(abi + "\n")
(root / "build-version").write_text(version + "\n")
PYTHON

if [ -e "$dest" ]; then
    # Only a folder that looks like a libtorch is replaced.
    if [ -d "$dest" ] && { [ -e "$dest/build-version" ] || [ -z "$(ls -A "$dest")" ]; }; then
        rm -rf "$dest"
    else
        fail "$dest is there and is no libtorch folder; name another one"
    fi
fi
mv "$work/libtorch" "$dest"
echo "libtorch $version is in $dest ($(du -sh "$dest" | cut -f1))."
how_to_use
