"""Trains a classifier on a made-up table and prints how good it is."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from sklearn.linear_model import LogisticRegression


def main() -> None:
    random = np.random.default_rng(0)
    table = pd.DataFrame({"a": random.normal(size=1000), "b": random.normal(size=1000)})
    table["label"] = (table.a + table.b > 0).astype(int)
    model = LogisticRegression().fit(table[["a", "b"]], table.label)
    pq.write_table(pa.Table.from_pandas(table), "/tmp/table.parquet")
    print(f"accuracy {model.score(table[['a', 'b']], table.label):.3f}")


if __name__ == "__main__":
    main()
