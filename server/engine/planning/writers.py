"""Writers: the function that writes the SQL of each kind of declaration, as README.md shows."""

from typing import Final

from server.engine import declarations as declared
from server.engine.planning import aggregates, guards, pages, rows, values
from server.engine.planning.builder import Writers

WRITERS: Final[Writers] = {
    declared.Aggregate: aggregates.write_aggregate,
    declared.ByAnyKey: rows.write_by_any_key,
    declared.ByFunction: values.write_by_function,
    declared.ByKey: rows.write_by_key,
    declared.Column: values.write_column,
    declared.Embedded: values.write_embedded,
    declared.Followed: rows.write_followed,
    declared.Guarded: guards.write_guarded,
    declared.Computed: values.write_computed,
    declared.SameRow: values.write_same_row,
    declared.Key: values.write_key,
    declared.Paged: pages.write_page,
    declared.Relation: rows.write_relation,
    declared.Rows: rows.write_rows,
    declared.ViewerObject: rows.write_viewer,
}
