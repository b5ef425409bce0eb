"""Which Python is found: the one that runs, not the one that only has the name."""

import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def scripts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))


def shim(path: Path, line: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)
    return path


def test_a_shim_of_a_version_that_is_not_active_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import environments

    broken = shim(tmp_path / "bin" / "python3.10", "echo 'pyenv: python3.10: command not found' >&2; exit 127")
    real = shim(tmp_path / "pyenv" / "versions" / "3.10.99" / "bin" / "python", "echo 3 10")
    no_uv = shim(tmp_path / "bin" / "uv", "exit 1")
    monkeypatch.setenv("PATH", f"{broken.parent}{os.pathsep}/usr/bin{os.pathsep}/bin")
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    assert environments.find_python(str(no_uv), ((3, 10),)) == str(real)


def test_without_any_python_the_error_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import environments

    no_uv = shim(tmp_path / "bin" / "uv", "exit 1")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "nothing"))
    with pytest.raises(SystemExit) as stopped:
        environments.find_python(str(no_uv), ((3, 99),))
    assert stopped.value.code == 1
    assert "3.99" in capsys.readouterr().err


def test_the_version_of_this_very_python_is_read() -> None:
    import environments

    assert environments._version_of(sys.executable) == sys.version_info[:2]
