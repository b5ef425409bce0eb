"""Renew the hashed locks: names, versions and hashes, no addresses.

Run: python3 scripts/lock.py [--upgrade]
"""

import subprocess
import sys

from console import give_up, say
from environments import RASA, find_python, find_uv
from paths import REQUIREMENTS


def main() -> None:
    """Compile each .in file."""
    uv = find_uv()
    rasa_python = find_python(uv, RASA.versions)
    common = [uv, "pip", "compile", "--quiet", "--generate-hashes", "--no-emit-index-url", "--no-header", "--no-annotate"]
    universal = ["--universal", "--python-version", "3.11"]
    for name, options in (
        ("service", universal),
        ("dev", universal),
        ("rasa", ["--python", rasa_python]),
        ("rasa-dev", ["--python", rasa_python]),
        ("tools", universal),
    ):
        say(f"verrouillage de requirements/{name}.txt…")
        command = [*common, *options, *sys.argv[1:], f"{name}.in", "--output-file", f"{name}.txt"]
        if subprocess.run(command, cwd=REQUIREMENTS).returncode != 0:
            give_up(f"requirements/{name}.in n'a pas pu être verrouillé.")


if __name__ == "__main__":
    main()
