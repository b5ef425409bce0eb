"""Make the two Python environments from their hashed lock files. Does nothing when they are up to date.

Run: python3 scripts/environments.py [--dev]
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from console import give_up, say
from paths import REQUIREMENTS, ROOT, VENVS

Version = tuple[int, int]


@dataclass(frozen=True)
class Side:
    """One environment: the Python versions it runs on (best first) and its lock files."""

    name: str
    versions: tuple[Version, ...]
    runtime: str
    dev: str


RASA = Side("rasa", ((3, 10),), "rasa.txt", "rasa-dev.txt")
SERVICE = Side("service", ((3, 12), (3, 13), (3, 11)), "service.txt", "dev.txt")


def ensure(side: Side, dev: bool) -> None:
    """Create or update one environment; the dev lock holds the runtime's, so a dev environment also serves."""
    wanted = REQUIREMENTS / (side.dev if dev else side.runtime)
    accepted = {_digest(REQUIREMENTS / side.dev), _digest(wanted)}
    stamp = VENVS / side.name / ".choriste-lock"
    if stamp.is_file() and stamp.read_text() in accepted and (VENVS / side.name / "bin" / "python").exists():
        return
    uv = find_uv()
    python = find_python(uv, side.versions)
    say(f"environnement « {side.name} » : installation avec {python} (plusieurs minutes la première fois)…")
    directory = VENVS / side.name
    if stamp.is_file():
        stamp.unlink()
    _run([uv, "venv", "--quiet", "--clear", "--python", python, str(directory)])
    _run([uv, "pip", "sync", "--require-hashes", "--python", str(directory / "bin" / "python"), str(wanted)])
    stamp.write_text(_digest(wanted))
    say(f"environnement « {side.name} » : prêt.")


def find_uv() -> str:
    """uv from the PATH, else our own, installed with pip from a hashed lock."""
    found = shutil.which("uv")
    if found:
        return found
    own = VENVS / "tools" / "bin" / "uv"
    if not own.exists():
        say("installation de uv…")
        try:
            subprocess.run([sys.executable, "-m", "venv", str(VENVS / "tools")], check=True)
        except subprocess.CalledProcessError:
            give_up("Python ne sait pas créer d'environnement ici. Sur Debian : apt-get install python3-venv.")
        pip = str(VENVS / "tools" / "bin" / "pip")
        _run([pip, "install", "--quiet", "--require-hashes", "--requirement", str(REQUIREMENTS / "tools.txt")])
    return str(own)


def find_python(uv: str, versions: tuple[Version, ...]) -> str:
    """An interpreter of one of these versions: the PATH's, uv's, pyenv's (active or not), the system's, else downloaded by uv."""
    for version in versions:
        for candidate in _candidates(uv, version):
            if _version_of(candidate) == version:
                return candidate
    for version in versions:
        name = ".".join(map(str, version))
        say(f"Python {name} n'est pas là : uv essaie de le télécharger…")
        if subprocess.run([uv, "python", "install", name]).returncode == 0:
            installed = _uv_find(uv, version)
            if installed:
                return installed
    names = " ou ".join(".".join(map(str, version)) for version in versions)
    return give_up(f"Python {names} est introuvable et n'a pas pu être téléchargé. Installez-le (pyenv, uv ou votre système).")


def _candidates(uv: str, version: Version) -> Iterator[str]:
    name = f"python{version[0]}.{version[1]}"
    on_path = shutil.which(name)
    if on_path:
        yield on_path
    found = _uv_find(uv, version)
    if found:
        yield found
    roots = [Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"]
    for root in roots:
        if root.is_dir():
            for directory in sorted(root.glob(f"{version[0]}.{version[1]}*"), reverse=True):
                yield str(directory / "bin" / "python")
    for directory in ("/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"):
        yield f"{directory}/{name}"


def _uv_find(uv: str, version: Version) -> str | None:
    asked = subprocess.run(
        [uv, "python", "find", "--no-project", f"{version[0]}.{version[1]}"], capture_output=True, text=True, cwd="/"
    )
    return asked.stdout.strip() if asked.returncode == 0 else None


def _version_of(python: str) -> Version | None:
    """(major, minor), None when it does not run: a pyenv shim of a version that is not active, for one."""
    if not Path(python).exists():
        return None
    asked = subprocess.run([python, "-c", "import sys; print(*sys.version_info[:2])"], capture_output=True, text=True)
    if asked.returncode != 0:
        return None
    major, minor = asked.stdout.split()
    return int(major), int(minor)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _run(command: list[str]) -> None:
    """Run quietly, with a sign of life every ten seconds; on failure show what the command said."""
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    started = time.monotonic()
    while True:
        try:
            output, _ = process.communicate(timeout=10)
            break
        except subprocess.TimeoutExpired:
            say(f"  … {time.monotonic() - started:.0f} s")
    if process.returncode != 0:
        give_up(f"cette commande a échoué : {' '.join(command)}\n{output[-3000:]}")


def main() -> None:
    """Make both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", action="store_true", help="with what the tests need")
    dev = parser.parse_args().dev
    for side in (SERVICE, RASA):
        ensure(side, dev)


if __name__ == "__main__":
    main()
