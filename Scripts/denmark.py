"""Reads the published Danish figures in Data/denmark and writes tables the way Plads reads them."""

import csv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DENMARK = ROOT / "Data" / "denmark"

# Column of the DST files, first age, last age. 120 closes the open band 80+.
AGE_BANDS = [
    ("age_0_5", 0, 5),
    ("age_6_16", 6, 16),
    ("age_17_19", 17, 19),
    ("age_20_34", 20, 34),
    ("age_35_64", 35, 64),
    ("age_65_79", 65, 79),
    ("age_80_plus", 80, 120),
]
FIRST_PROJECTED_YEAR = 2027  # 2026 is in both files; the observed figure wins


def read_rows(name):
    with open(DENMARK / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_table(path, columns, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def write_text(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def read_municipalities():
    """(code, name, region) of the 98 municipalities, by code."""
    rows = read_rows("municipalities.csv")
    return sorted((row["kommune_kode"], row["kommune_navn"], row["region"]) for row in rows)


def read_population():
    """{(municipality, year): ({first age: persons}, source)}, observed to 2026 and projected from 2027."""
    observed = read_rows("population_observed_2016_2026.csv")
    projected = read_rows("population_projection_2026_2040.csv")
    kept = [(row, "observed") for row in observed]
    kept += [(row, "projection") for row in projected if int(row["year"]) >= FIRST_PROJECTED_YEAR]
    return {
        (row["municipality"], int(row["year"])): ({first: int(row[column]) for column, first, _ in AGE_BANDS}, source)
        for row, source in kept
    }


def write_municipalities(path):
    rows = [(code, name, region, "") for code, name, region in read_municipalities()]
    write_table(path, ["code", "name", "region", "group"], rows)


def write_population(path, population):
    rows = [
        (code, year, first, last, persons[first], source)
        for (code, year), (persons, source) in sorted(population.items())
        for _, first, last in AGE_BANDS
    ]
    write_table(path, ["municipality", "year", "age_from", "age_to", "persons", "source"], rows)
