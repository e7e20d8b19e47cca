#!/usr/bin/env python3
"""Makes the synthetic example project Data/examples/region: invented offers and citizens, real population.

Run it from anywhere: python3 Scripts/make_region_example.py [--check]. The same input gives the same bytes. --check
also prints what the data look like. The parts are in region_example/: catalogue.py says what there is, process.py lets
it happen, tables.py and documents.py write it down, checks.py reads it again.
"""

import sys

from denmark import (
    ROOT, read_municipalities, read_population, write_municipalities, write_population, write_table, write_text,
)
from region_example import checks, documents, tables
from region_example.process import Population, Simulation, Truth

EXAMPLE = ROOT / "Data" / "examples" / "region"


def simulate(municipalities, population):
    """The true parameters and the stays of the extract."""
    bands = Population(population)
    truth = Truth(municipalities, bands)
    stays = Simulation(truth, bands).run()
    tables.forget_future(stays)
    return truth, tables.observed(stays)


def write_tables(stays, municipalities, population):
    data = EXAMPLE / "data"
    amounts = tables.tariffs()
    write_municipalities(data / "municipalities.csv")
    write_population(data / "population.csv", population)
    write_table(data / "offers.csv", tables.OFFER_COLUMNS, tables.offer_rows())
    write_table(data / "capacity.csv", tables.CAPACITY_COLUMNS, tables.capacity_rows(stays))
    write_table(data / "tariffs.csv", tables.TARIFF_COLUMNS, tables.tariff_rows(amounts))
    write_table(data / "economy.csv", tables.ECONOMY_COLUMNS, tables.economy_rows(amounts, stays))
    write_table(data / "indices.csv", tables.INDEX_COLUMNS, tables.index_rows())
    write_table(data / "stays.csv", tables.STAY_COLUMNS, tables.stay_rows(stays, amounts, municipalities))


def write_documents(truth, totals, municipalities):
    names = {code: name for code, name, _ in municipalities}
    write_text(EXAMPLE / "plads.toml", documents.settings())
    write_text(EXAMPLE / "README.md", documents.readme(totals, names))
    write_text(EXAMPLE / "truth.json", documents.true_parameters(truth, totals))
    for name, text in documents.SCENARIOS.items():
        write_text(EXAMPLE / "scenarios" / name, text)


def main():
    municipalities, population = read_municipalities(), read_population()
    truth, stays = simulate(municipalities, population)
    totals = tables.flow_totals(stays)
    write_tables(stays, municipalities, population)
    write_documents(truth, totals, municipalities)
    checks.verify(EXAMPLE)
    if "--check" in sys.argv[1:]:
        checks.describe(stays, totals)


if __name__ == "__main__":
    main()
