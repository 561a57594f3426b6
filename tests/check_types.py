"""Run mypy and pyright over a user's program: what is right must pass and what is wrong must not.

In typed_program.py each line that ends in `# wrong` must be an error to both, and no other line.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

__all__ = ["errors_of_mypy", "errors_of_pyright", "main"]

ROOT = Path(__file__).parents[1]
PROGRAM = ROOT / "tests" / "typed_program.py"


def main() -> int:
    """Print each line on which a type checker is mistaken; return the exit status."""
    lines = PROGRAM.read_text(encoding="utf-8").splitlines()
    wrong = {number for number, line in enumerate(lines, 1) if line.endswith("# wrong")}
    mistaken = False
    for checker, errors in (("mypy", errors_of_mypy()), ("pyright", errors_of_pyright())):
        for number in sorted(wrong ^ errors.keys()):
            mistaken = True
            found = errors.get(number, "no error")
            print(f"{PROGRAM.relative_to(ROOT)}:{number}: {lines[number - 1]}\n{checker}: {found}")
    print(f"{PROGRAM.name}: {len(lines)} lines, of which {len(wrong)} are wrong on purpose")
    return mistaken


def errors_of_mypy() -> dict[int, str]:
    """Return the errors that mypy finds in the program, by their lines."""
    output = run("mypy", "--no-pretty")
    pattern = rf"{re.escape(str(PROGRAM.relative_to(ROOT)))}:(\d+): error: (.*)"
    return {int(number): text for number, text in re.findall(pattern, output)}


def errors_of_pyright() -> dict[int, str]:
    """Return the errors that pyright finds in the program, by their lines."""
    report = json.loads(run("basedpyright", "--outputjson"))
    return {
        found["range"]["start"]["line"] + 1: found["message"]
        for found in report["generalDiagnostics"]
        if found["severity"] == "error"
    }


def run(module: str, option: str) -> str:
    """Return what a type checker prints; CalledProcessError if it did not come to an end."""
    command = [sys.executable, "-m", module, option, str(PROGRAM.relative_to(ROOT))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode > 1:  # 1: there are errors
        raise subprocess.CalledProcessError(done.returncode, command, done.stdout, done.stderr)
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
