"""Writes a small region as a project folder of Plads: what was known at the origin, nothing of what came after."""

import csv
from datetime import date, timedelta

from small_regions.process import AREAS, FIRST_YEAR, MONTHS, ORIGIN_DAY, STREAMS, YEARS, month_start

AGE_SHARES = ((0, 17, 0.20), (18, 64, 0.59), (65, 79, 0.15), (80, 120, 0.06))


def write(region, folder):
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    (folder / "plads.toml").write_text(settings(region), encoding="utf-8")
    codes = [str(701 + m) for m in range(len(region.population))]
    table(data / "municipalities.csv", ("code", "name", "region", "group"), ((code, f"Kommune {code}", "Opdigtet", "") for code in codes))
    table(
        data / "population.csv", ("municipality", "year", "age_from", "age_to", "persons", "source"),
        (
            (code, year, low, high, round(persons * share), "observed")
            for code, persons in zip(codes, region.population)
            for year in range(FIRST_YEAR, FIRST_YEAR + YEARS + 1) for low, high, share in AGE_SHARES
        ))
    table(
        data / "offers.csv", ("offer", "name", "area", "region", "legal_basis", "kind"),
        ((stream.key, stream.key, stream.area, "Opdigtet", stream.section, "residential") for stream in STREAMS))
    table(
        data / "stays.csv", ("citizen", "payer", "offer", "legal_basis", "kind", "start", "end", "end_reason"),
        (row(stay, codes) for stay in region.stays if stay.end is None or stay.end >= month_start(0)))


def row(stay, codes):
    end = "" if stay.end is None else iso(stay.end)
    return (
        f"SYN-{stay.citizen:06}", codes[stay.municipality], stay.stream.key, stay.stream.section, "residential", iso(stay.start), end, stay.reason)


def iso(day):
    return date.fromordinal(day).isoformat()


def table(path, columns, rows):
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def settings(region):
    last = date.fromordinal(ORIGIN_DAY) - timedelta(days=1)
    lines = [
        "[project]", f'name = "Opdigtet region {region.kind} {region.seed}"', 'base_period = "quarter"', "synthetic = true",
        'region = "Opdigtet"', "", "[data]", f"from = \"{iso(month_start(0))}\"", f'to = "{last.isoformat()}"', "",
    ]
    for area in AREAS:
        own = [stream for stream in STREAMS if stream.area == area]
        low, high = min(stream.age_from for stream in own), max(stream.age_to for stream in own)
        lines += ["[[area]]", f'id = "{area}"', f'name = "{area.capitalize()}"', f"age_from = {low}", f"age_to = {high}", ""]
    return "\n".join(lines)
