#!/usr/bin/env python3
"""Makes the example project Data/examples/denmark from the published figures in Data/denmark.

Run it from anywhere: python3 Scripts/make_denmark_example.py. The same input gives the same bytes.
"""

from decimal import Decimal

from denmark import (
    ROOT, read_municipalities, read_population, read_rows, write_municipalities, write_population, write_table,
    write_text,
)

EXAMPLE = ROOT / "Data" / "examples" / "denmark"
AREA = "stoettede_boern_unge"
YEARS = range(2015, 2026)

SETTINGS = """\
[project]
name = "Danmark: støttede børn og unge (BU43)"
base_period = "year"
synthetic = false
notice_da = "Støttede børn og unge efter BU43 (Danmarks Statistik): ikke anbringelser i regionale tilbud."
notice_en = "Supported children and young people, BU43 (Statistics Denmark): not placements in regional offers."
attribution = "Danmarks Statistik (BU43, FOLK1A, FRKM126), CC BY 4.0"
horizon = 10

[[area]]
id = "stoettede_boern_unge"
name = "Støttede børn og unge"
age_from = 0
age_to = 22

[[assumption]]
text_da = "Befolkningen på 0-22 år er sat til alderen 0-19 år plus 3/15 af de 20-34-årige, fordi kilden har aldersgrupper."
text_en = "The population aged 0-22 is taken as ages 0-19 plus 3/15 of those aged 20-34, because the source has age bands."

[[assumption]]
text_da = "Et år betyder 31. december i året; derfor er befolkningen 1. januar året efter brugt."
text_en = "A year means 31 December of that year, so the population of 1 January of the next year is used."

[[assumption]]
text_da = "Antal er udledt af procenter med én decimal og er derfor grove, mest i små kommuner."
text_en = "Counts come from per cents with one decimal and are therefore coarse, most of all in small municipalities."
"""

SCENARIOS = {
    "basis.toml": """\
title  = "Basis: udviklingen fortsætter"
reason = "Ingen ændringer: den statistiske fremskrivning alene"
""",
    "flere_stoettes.toml": """\
title  = "Flere børn og unge får støtte fra 2028"
base   = "basis"
reason = "Antallet af underretninger er steget hvert år siden 2020 (Danmarks Statistik, UND2)"

[[change]]
what = "stock"
from = "2028"
multiply = [1.05, 1.15]
reason = "5 til 15 procent flere støttede end i basis"
""",
    "hoejere_boernetal.toml": """\
title  = "Højere børnetal fra 2028"
base   = "basis"
reason = "Befolkningsfremskrivningen er usikker: flere fødsler og større tilflytning end ventet"

[[change]]
what = "population"
from = "2028"
multiply = 1.03
reason = "3 procent flere 0-22-årige end i fremskrivningen"
""",
}

README = """\
# Støttede børn og unge i Danmark (BU43)

Eksempelprojekt med offentliggjorte tal fra Danmarks Statistik: andelen af 0-22-årige, der får støtte (anbringelse eller
forebyggende hjælp) pr. 31. december 2015-2025, omregnet til antal i de 98 kommuner. Det er **ikke** anbringelser i
regionale tilbud. Antallene er grove, for kilden har én decimal. Fanø 2023 mangler i kilden og står tom.

Example project with published figures of Statistics Denmark: the share of those aged 0-22 who receive support (placement
outside the home or preventive help) on 31 December 2015-2025, as counts in the 98 municipalities. These are **not**
placements in regional offers. The counts are coarse: the source has one decimal. Fanø 2023 is missing and left blank.

Kilde / source: Danmarks Statistik (BU43, FOLK1A, FRKM126), CC BY 4.0; see `Data/denmark/PROVENANCE.md`.
Lavet af / made by: `python3 Scripts/make_denmark_example.py`.
"""


def read_percents():
    """{(municipality, year): per cent as the source prints it}; a missing row has no key."""
    rows = read_rows("bu43_supported_children_pct_2015_2025.csv")
    return {(row["kommune_kode"], int(row["aar"])): row["udsatte_boern_pct_0_22"] for row in rows}


def supported(percent, persons):
    """Per cent of the population aged 0-22, rounded half up. In whole numbers, so that no machine rounds otherwise."""
    tenths_of_percent = int(Decimal(percent) * 10)
    fifths_of_persons = 5 * (persons[0] + persons[6] + persons[17]) + persons[20]
    return (2 * tenths_of_percent * fifths_of_persons + 5000) // 10000


def activity_rows(percents, population):
    for code, _, _ in read_municipalities():
        for year in YEARS:
            percent = percents.get((code, year))
            persons, _ = population[code, year + 1]
            stock = supported(percent, persons) if percent else ""  # a gap stays a gap, never zero
            yield AREA, year, code, stock


def main():
    population = read_population()
    write_municipalities(EXAMPLE / "data" / "municipalities.csv")
    write_population(EXAMPLE / "data" / "population.csv", population)
    rows = activity_rows(read_percents(), population)
    write_table(EXAMPLE / "data" / "activity.csv", ["area", "period", "payer", "stock"], rows)
    write_text(EXAMPLE / "plads.toml", SETTINGS)
    write_text(EXAMPLE / "README.md", README)
    for name, text in SCENARIOS.items():
        write_text(EXAMPLE / "scenarios" / name, text)


if __name__ == "__main__":
    main()
