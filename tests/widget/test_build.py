"""The built file that is committed is what the source builds, small, and needs nobody else."""

import gzip
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.live import ROOT

SOURCE = ROOT / "widget"
BUILT = ROOT / "api" / "widget" / "widget.js"
MAX_GZIP_BYTES = 40_000


def test_the_built_file_is_what_the_source_builds(tmp_path: Path) -> None:
    if shutil.which("npm") is None:
        pytest.skip("Node is not here: the widget's source cannot be built.")
    work = tmp_path / "widget"
    shutil.copytree(SOURCE, work, ignore=shutil.ignore_patterns("node_modules"))
    environment = {**os.environ, "CHORISTE_WIDGET_OUT": str(tmp_path / "out")}
    for command in (["npm", "ci", "--no-audit", "--no-fund"], ["npm", "run", "build"]):
        run = subprocess.run(command, cwd=work, env=environment, capture_output=True, text=True, timeout=300)
        assert run.returncode == 0, f"{' '.join(command)}:\n{run.stdout[-3000:]}{run.stderr[-3000:]}"
    assert (tmp_path / "out" / "widget.js").read_bytes() == BUILT.read_bytes(), "run « npm run build » in widget/ and commit"


def test_the_built_file_is_small_and_calls_nobody_by_name() -> None:
    built = BUILT.read_bytes()
    assert len(gzip.compress(built)) <= MAX_GZIP_BYTES
    text = built.decode()
    assert set(re.findall(r"https?://[\w.-]+", text)) <= {"http://www.w3.org"}, "the name of SVG is not a call"
    assert not re.search(r"document\.cookie|\beval\(|\.innerHTML|new Function", text)


def test_the_lock_names_versions_and_digests_and_no_place() -> None:
    text = (SOURCE / "package-lock.json").read_text()
    assert "resolved" not in text
    packages = {name: package for name, package in json.loads(text)["packages"].items() if name}
    assert packages
    assert all(package["version"] and package["integrity"].startswith("sha512-") for package in packages.values())
