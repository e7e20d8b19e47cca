#!/usr/bin/env python3
"""The national simulation as one writes it with numpy, vectorised over the paths of a cell.

Each cell and period: admissions are negative binomial (a Poisson count with a gamma factor), leavers are binomial among
those present with competing hazards, homecomings share a gamma factor within their municipality and period. Rates are
drawn for each path. Sums by area, period and path are kept. Prints one JSON object; reading is not timed.
"""

import argparse
import json
import multiprocessing
import os
import time

import numpy as np

# Standard deviation of the drawn log rates of a cell; its size does not change the work.
RATE_DEVIATION = 0.1


def simulate(task):
    """Sums by flow, area, period and path of some municipalities' cells."""
    cells, areas, options, seed = task
    rng = np.random.default_rng(seed)
    paths, periods = options.paths, options.periods
    totals = np.zeros((4, areas, periods, paths), dtype=np.int32)
    for municipality in np.unique(cells["municipality"]):
        own = cells[cells["municipality"] == municipality]
        factor = rng.standard_gamma(options.homecoming_theta, (periods, paths)) / options.homecoming_theta
        for cell in own:
            admission, homecoming, other = (
                rate * np.exp(RATE_DEVIATION * rng.standard_normal(paths) - RATE_DEVIATION**2 / 2)
                for rate in (cell["admissions_a_quarter"], cell["homecoming_a_year"] / 4, cell["other_exit_a_year"] / 4)
            )
            stock = np.full(paths, cell["stock"], dtype=np.int64)
            for t in range(periods):
                theta = options.admission_theta
                admitted = rng.poisson(admission * rng.standard_gamma(theta, paths) / theta)
                home = homecoming * factor[t]
                rate = home + other
                leavers = rng.binomial(stock, -np.expm1(-rate))
                homecomings = rng.binomial(leavers, home / rate)
                stock += admitted - leavers
                area = cell["area"]
                totals[0, area, t] += admitted
                totals[1, area, t] += homecomings
                totals[2, area, t] += leavers - homecomings
                totals[3, area, t] += stock
    return totals


def processor_seconds():
    """Processor time of this process and those that it has started and that have ended."""
    return sum(os.times()[:4])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cells")
    parser.add_argument("--periods", type=int, required=True)
    parser.add_argument("--paths", type=int, required=True)
    parser.add_argument("--admission-theta", type=float, required=True)
    parser.add_argument("--homecoming-theta", type=float, required=True)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    cells = np.genfromtxt(options.cells, delimiter=",", names=True, dtype=None)
    areas = int(cells["area"].max()) + 1
    shares = np.array_split(np.unique(cells["municipality"]), options.processes)
    tasks = [
        (cells[np.isin(cells["municipality"], share)], areas, options, [options.seed, number])
        for number, share in enumerate(shares)
    ]
    start, used = time.perf_counter(), processor_seconds()
    if options.processes == 1:
        parts = [simulate(tasks[0])]
    else:
        with multiprocessing.Pool(options.processes) as pool:
            parts = pool.map(simulate, tasks, chunksize=1)
            pool.close()
            pool.join()
    totals = sum(parts)
    run = {"wall": time.perf_counter() - start, "processor": processor_seconds() - used}
    flows = totals[:3].sum(axis=(1, 2)).mean(axis=1)
    means = {
        "admissions": flows[0],
        "homecomings": flows[1],
        "other exits": flows[2],
        "closing stock": totals[3, :, -1].sum(axis=0).mean(),
    }
    report = {
        "peer": f"numpy {np.__version__}, {options.processes} process" + ("es" if options.processes > 1 else ""),
        "runs": [run],
        "estimates": {"means of a path:": {name: float(value) for name, value in means.items()}},
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
