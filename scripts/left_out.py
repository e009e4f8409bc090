"""List what `make test` left out, from the JUnit files named on the command line: skipped tests, and short forms."""
# ruff: noqa: INP001, T201 - a script, which prints

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET


def main() -> None:
    """Print one line for each reason, or say that everything ran."""
    left_out = Counter(line for file in sys.argv[1:] for line in lines(Path(file)))
    if not left_out:
        print("Everything ran.")
        return
    print("Passed, but not all of it ran:")
    for (database, what), tests in left_out.items():
        print(f"  {tests} on {database}: {what}")


def lines(file: Path) -> Iterator[tuple[str, str]]:
    """Yield the database and the reason of each test that did not run in full. pytest wrote the file: it is trusted.

    The file is named after the database, and after what was chosen: `sqlite-outside.xml`.
    """
    database = file.stem.partition("-")[0]
    for test in ET.parse(file).iter("testcase"):  # noqa: S314
        for skip in test.iter("skipped"):
            yield database, f"skipped: {skip.get('message', 'no reason given')}"
        for said in test.iter("property"):
            if said.get("name") == "scaled":
                yield database, "ran in their short form; `make test-long` runs the long one"


if __name__ == "__main__":
    main()
