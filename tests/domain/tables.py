"""Tables that people read and tests run through."""


def rows(table: str) -> list[list[str]]:
    """The cells of a text table: one line, one row; `|` between cells; words divided by single spaces."""
    lines = [line for line in table.strip().splitlines() if line.strip()]
    return [[" ".join(cell.split()) for cell in line.split("|")] for line in lines]
