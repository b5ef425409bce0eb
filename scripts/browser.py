"""Make sure that a Chromium is there for the browser tests: the system's, Playwright's, else try to install one.

Without one the browser tests skip with a plain sentence, except when CI=true, where they fail.
"""

import os
import shutil
import subprocess

from console import say
from paths import tool


def main() -> None:
    """Find or install; never fails by itself."""
    if shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome"):
        return
    if _playwright_has_one():
        return
    say("aucun Chromium : essai du téléchargement de Playwright…")
    download = subprocess.run([tool("service", "playwright"), "install", "chromium"], capture_output=True, text=True, timeout=600)
    if download.returncode == 0:
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        say("Playwright n'a pas pu télécharger : installation du paquet Debian « chromium »…")
        subprocess.run(["apt-get", "update", "-qq"], capture_output=True)
        subprocess.run(
            ["apt-get", "install", "-y", "-qq", "chromium"],
            capture_output=True,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        )
    if not shutil.which("chromium"):
        say("aucun navigateur : les tests de page seront passés (ou échoueront si CI=true).")


def _playwright_has_one() -> bool:
    asked = subprocess.run(
        [
            tool("service", "python"),
            "-c",
            "from pathlib import Path\n"
            "from playwright.sync_api import sync_playwright\n"
            "with sync_playwright() as p: raise SystemExit(not Path(p.chromium.executable_path).exists())",
        ],
        capture_output=True,
    )
    return asked.returncode == 0


if __name__ == "__main__":
    main()
