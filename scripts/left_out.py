"""List the skipped tests with their reasons, from the JUnit files named on the command line."""
# ruff: noqa: INP001, T201 - a script, which prints

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET


def main() -> None:
    """Print one line for each reason, or say that everything ran."""
    skipped = Counter(skip for file in sys.argv[1:] for skip in skips(Path(file)))
    if not skipped:
        print("Everything ran.")
        return
    print("Passed, but not all of it ran:")
    for (database, reason), tests in skipped.items():
        print(f"  {tests} skipped on {database}: {reason}")


def skips(file: Path) -> Iterator[tuple[str, str]]:
    """Yield the database and the reason of each skipped test. pytest wrote the file, so its XML is trusted."""
    for skip in ET.parse(file).iter("skipped"):  # noqa: S314
        yield file.stem, skip.get("message", "no reason given")


if __name__ == "__main__":
    main()
