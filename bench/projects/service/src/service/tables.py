"""Sums over a table, by two engines."""

import duckdb
import polars as pl


def totals(rows: int = 1000) -> dict[str, int]:
    table = pl.DataFrame({"key": [row % 3 for row in range(rows)], "value": range(rows)})
    found = duckdb.sql("select key, sum(value)::bigint from table group by key order by key").fetchall()
    return {str(key): total for key, total in found}
