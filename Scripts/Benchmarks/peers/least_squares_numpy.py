#!/usr/bin/env python3
"""Dense least squares with numpy: least_squares_numpy.py dense.f64 lstsq|normal-equations

Coefficients alone, no standard errors. Prints one JSON object; reading is not timed.
"""

import json
import os
import sys
import time

import numpy as np

RUNS = 3
COLUMNS = 50


def main():
    path, name = sys.argv[1:]
    values = np.fromfile(path).reshape(1 + COLUMNS, -1)
    response, design = values[0], values[1:].T
    runs = []
    for _ in range(RUNS):
        start, used = time.perf_counter(), sum(os.times()[:2])
        if name == "lstsq":
            found = np.linalg.lstsq(design, response)[0]
        else:
            found = np.linalg.solve(design.T @ design, design.T @ response)
        runs.append({"wall": time.perf_counter() - start, "processor": sum(os.times()[:2]) - used})
    report = {
        "peer": f"numpy {np.__version__} {name}",
        "runs": runs,
        "estimates": {"coefficients": {f"x{j + 1}": float(value) for j, value in enumerate(found)}},
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
