#!/usr/bin/env python3
"""The Poisson model of a million rows with glum: glm_glum.py counts.f64 glum|glum-exact

glum stops where its own default lets it, glum-exact at a gradient of 1e-9. Both factors are pandas categories already, and the
numbers columns of a data frame: making those is not timed, turning them into glum's matrices is. Prints one JSON object.
"""

import json
import os
import sys
import time

import glum
import numpy as np
import pandas as pd

RUNS = 5
NUMBERS = 5


def main():
    path, name = sys.argv[1:]
    columns = np.fromfile(path).reshape(3 + NUMBERS, -1)
    frame = pd.DataFrame({f"x{j + 1}": columns[3 + j] for j in range(NUMBERS)})
    for column, prefix, base, codes in (("m", "m", 100, columns[1]), ("area", "a", 10, columns[2])):
        levels = [f"{prefix}{base + code}" for code in range(int(codes.max()) + 1)]
        frame[column] = pd.Categorical.from_codes(codes.astype(int), levels)
    tolerance = {"gradient_tol": 1e-9} if name == "glum-exact" else {}
    runs = []
    for _ in range(RUNS):
        model = glum.GeneralizedLinearRegressor(family="poisson", alpha=0, drop_first=True, **tolerance)
        start, used = time.perf_counter(), sum(os.times()[:2])
        model.fit(frame, columns[0])
        runs.append({"wall": time.perf_counter() - start, "processor": sum(os.times()[:2]) - used})
    names = [term.replace("[", "").replace("]", "") for term in model.feature_names_]
    coefficients = {"(Intercept)": model.intercept_, **dict(zip(names, model.coef_))}
    report = {
        "peer": f"glum {glum.__version__}" + (", gradient below 1e-9" if tolerance else ""),
        "runs": runs,
        "estimates": {"coefficients": {term: float(value) for term, value in coefficients.items()}},
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
