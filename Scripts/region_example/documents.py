"""The region example's settings, scenarios, read-me and true parameters."""

import json

from region_example.catalogue import (
    AREAS, BATCHES, FLOWS, HISTORY, HOME_REGION, SD_MUNICIPALITY_TREND, SEED, STREAMS, TRANSFER, TRANSFER_DESTINATIONS,
    WINDOW_FIRST_DAY, WINDOW_LAST_DAY,
)

HEAD = f"""\
[project]
name = "Syntetisk Region Midt"
base_period = "month"
synthetic = true
notice_da = "Syntetisk region: opdigtede tilbud og borgere"
notice_en = "Synthetic region: invented offers and citizens"
region = "{HOME_REGION}"
attribution = "Befolkning: Danmarks Statistik (FOLK1A, FRKM126), CC BY 4.0. Resten er opdigtet."

[data]
# The observation window, both days included: earlier ends are unknown, later days have not happened.
from = "{WINDOW_FIRST_DAY}"
to = "{WINDOW_LAST_DAY}"
"""


def settings():
    tables = [
        f'\n[[area]]\nid = "{area.id}"\nname = "{area.name}"\nage_from = {area.age_from}\nage_to = {area.age_to}\n'
        for area in AREAS
    ]
    return HEAD + "".join(tables)


HOMECOMING_CHANGES = """\

[[change]]
what = "homecoming"
municipalities = ["Silkeborg", "Randers", "Horsens"]
areas = ["autisme", "udviklingshandicap"]
from = "2027-04"
multiply = [1.3, 1.8]
reason = "Egne botilbud og dagtilbud åbner"

[[change]]
what = "batch_homecoming"
municipality = "Aarhus"
area = "boern_og_unge"
number = 9
date = "2027-01"
notice = {notice}
realised = [0.6, 1]
delay_months = [0, 6]
reason = "Kommunen åbner sin egen døgninstitution"
"""

SCENARIOS = {
    "basis.toml": """\
title  = "Basis: udviklingen fortsætter"
reason = "Ingen ændringer: den statistiske fremskrivning alene"
""",
    "hjemtagning.toml": """\
title  = "Tre kommuner hjemtager fra april 2027, og Aarhus henter ni børn og unge hjem"
base   = "basis"
reason = "Opdigtet: udmeldt på dialogmødet 12. november, med tre måneders varsel"
""" + HOMECOMING_CHANGES.format(notice=3),
    "kort_varsel.toml": """\
title  = "Samme hjemtagning med én måneds varsel"
base   = "basis"
reason = "Opdigtet: samme udmelding som i hjemtagning, men pladserne opsiges med kort varsel"
""" + HOMECOMING_CHANGES.format(notice=1),
    "vigende.toml": """\
title  = "Vigende efterspørgsel efter døgnpladser fra 2027"
base   = "basis"
reason = "Kommunerne bruger flere egne tilbud og støtte i eget hjem"

[[change]]
what = "admission"
areas = [
    "autisme", "boern_og_unge", "hjerneskade", "socialpsykiatri_voksne", "udviklingshandicap",
    "kriminalitetstruede_boern_og_unge", "dobbeltdiagnose",
]
from = "2027-01"
multiply = [0.75, 0.95]
reason = "5 til 25 procent færre indskrivninger i områder med døgntilbud"
""",
    "takststop.toml": """\
title  = "Takststop 2027-2030"
base   = "basis"
reason = "Opdigtet: kommuner og region aftaler, at takster ikke må stige realt, som i Midtjyllands rammeaftale 2025-26"

[[change]]
what = "rule_set"
rules = "nordjylland_socialaftale"
reason = "Efterregulering efter to år, så der er stigninger at stoppe (antagelse)"

[[change]]
what = "tariff_stop"
from = 2027
to = 2030
growth = 0
reason = "0 procent realvækst; underskud ud over det opkræves ikke"
""",
    "besparelse.toml": """\
title  = "Besparelse på 2 procent fra 2027"
base   = "basis"
reason = "Opdigtet: kommunerne beder om billigere pladser"

[[change]]
what = "savings"
percent = 2
from = 2027
ramp_months = 12
tariff_share = 1
reason = "Udgifter, budgetter og takster sænkes hen over et år"
""",
    "kompleksitet.toml": """\
title  = "Borgernes støttebehov vokser"
base   = "basis"
reason = "Færre henvendelser, men de enkelte sager bliver tungere"

[[change]]
what = "complexity"
percent_a_year = [1, 3]
from = 2027
tariff_share = 0.5
reason = "Udgiften pr. borger vokser 1-3 procent om året, og halvdelen kommer i takst og budget (antagelse)"
""",
    "nyt_tilbud.toml": """\
title  = "Nyt tilbud til borgere med dobbeltdiagnose fra september 2027"
base   = "basis"
reason = "Opdigtet: kommunerne melder om flere borgere med dobbeltdiagnose, og de to tilbud er næsten fulde"

[[change]]
what = "new_offer"
id = "skovskadehuset"
name = "Skovskadehuset"
area = "dobbeltdiagnose"
kind = "residential"
legal_basis = "SEL_107"
places = 12
from = "2027-09"
ramp_months = 9
share = 0.3
reason = "Opdigtet tilbud: 12 pladser, der fyldes over ni måneder og får 30 procent af områdets indskrivninger"

[[change]]
what = "admission"
areas = ["dobbeltdiagnose"]
from = "2027-09"
multiply = 1.15
reason = "Flere kommuner henviser, når der er ledige pladser"
""",
    "lukning.toml": """\
title  = "Mosebakken lukker i juni 2027 efter fire måneders afvikling"
base   = "basis"
reason = "Opdigtet: støt faldende brug gennem flere år og for få indskrevne til 20 pladser"

[[change]]
what = "closure"
offer = "mosebakken"
date = "2027-06"
stop_admissions = "2027-01"
wind_down_months = 4
to = ["kildespringhus", "brombaergaarden", "havbrisehuset"]
shares = [0.4, 0.4, 0.2]
reason = "Indskrivningen stopper ved nytår; de indskrevne flytter jævnt fra februar til tre andre tilbud i området"
""",
    "enkeltmand_samling.toml": """\
title  = "Enkeltmandsprojektet samles i et botilbud i maj 2027"
base   = "basis"
reason = "Opdigtet: projektet er dyrt, og borgeren kan bo med andre"

[[change]]
what = "merge"
offers = ["projekt_fyrrekoglehus"]
to = "humlekaerparken"
date = "2027-05"
reason = "Borgeren flytter ind i Humlekærparken, som også tager imod, hvem projektet ellers ville få"
""",
    "ompakning.toml": """\
title  = "Dagpladser bliver til timer fra juli 2027"
base   = "basis"
reason = "Opdigtet: kommunerne vil købe støtte i timer i stedet for hele dagpladser"

[[change]]
what = "repackage"
offer = "dagtilbud_tegnspiret"
to = "stoetteteam_ordbroen"
from = "2027-07"
ramp_months = 12
share = [0.3, 0.5]
reason = "30 til 50 procent af borgerne får støtte fra Støtteteam Ordbroen i stedet, de første over et år"
""",
    "reform.toml": """\
title  = "Reform af botilbud fra januar 2028"
base   = "basis"
reason = "Opdigtet lov, som ingen har foreslået: flere borgere får midlertidige ophold og støtte i egen bolig"

[[change]]
what = "reform"
areas = ["autisme", "hjerneskade", "socialpsykiatri_voksne"]
kind = "residential"
announced = "2027-03-01"
from = "2028-01"
ramp_months = 12
admission = [0.85, 0.95]
homecoming = [1, 1.2]
from_section = "SEL_108"
to_section = "SEL_107"
share = 0.15
reason = "Færre indskrivninger, flere hjemtagninger, og 15 procent af borgerne efter § 108 kommer efter § 107 i løbet af 2028"
""",
    "domstilgang.toml": """\
title  = "Domme giver flere anbringelser på den sikrede afdeling fra 2027"
base   = "basis"
reason = "Opdigtet: domstolene anbringer flere på én gang, og regionen kan ikke sige nej"

[[change]]
what = "court_admissions"
offer = "sikret_afdeling_ulvkaerborg"
from = "2027-01"
per_year = [2, 5]
size = [1, 4]
reason = "To til fem gange om året kommer én til fire på samme dag"
""",
}


def batch_text(batch, names):
    return f"{names[batch.municipality]} {batch.month} ({batch.number}, {batch.area})"


def readme(totals, names):
    batches = ",\n  ".join(batch_text(batch, names) for batch in BATCHES)
    return f"""\
# Syntetisk Region Midt: opdigtet / synthetic

**Syntetisk region: opdigtede tilbud og borgere.** Ingen oplysning her handler om en virkelig borger eller et virkeligt
tilbud. **Synthetic region: invented offers and citizens.** Nothing here is about a real citizen or a real offer.

- Made by `python3 Scripts/make_region_example.py` (seed {SEED}, history {HISTORY}); the same command gives the same bytes.
- Real: the 98 municipalities and their population in age bands (Danmarks Statistik, FOLK1A and FRKM126, CC BY 4.0), and
  the names of seven areas of Region Midtjylland. The codes of legal sections are those of 2026, also for older stays.
- Invented: every offer, citizen, stay, place, price and account, and the area "Dobbeltdiagnose (opdigtet)".
- The window is {WINDOW_FIRST_DAY} to {WINDOW_LAST_DAY}. `stays.csv` has everyone present at its start, with their true
  earlier start date, and of the window {totals["admission"]} admissions, {totals["homecoming"]} homecomings, {totals["other_exit"]} other exits and
  {totals["transfer"]} transfers.
- `end` is the first day absent. A transfer ends one stay and starts the next on the same day, for the same citizen.
- Four batches of homecomings come on top of the process:
  {batches}.
- Amounts in `tariffs.csv` are kr. a day of enrolment for every kind, in that year's prices; `to` is the last day. The
  secure unit costs about 1.5 million kr. a year, which in reality is split among municipalities by a key.
- Amounts in `economy.csv` are kr. a year: the budget is what the tariffs bring in at the assumed occupancy, costs follow it
  within a few per cent; income is left blank. `indices.csv` has the price level that the tariffs follow.
- The project for a single citizen turns an admission away while its place is taken; no other offer does.
- Blank is unknown: days a year of day offers and hours, prices of stays that began before 2016.
- `truth.json` has the true parameters, so that a fit can be held against them.
"""


def flow_truth(name, truth):
    flow = FLOWS[name]
    found = {
        "level": truth.level[name],
        "own_region": flow.own_region,
        "slope": flow.slope,
        "season_sin": flow.season_sin,
        "season_cos": flow.season_cos,
        "sd_municipality": flow.sd_municipality,
        "sd_municipality_area": flow.sd_municipality_area,
    }
    if flow.theta is not None:
        found["theta"] = flow.theta
    found["municipality"] = truth.municipality[name]
    found["municipality_area"] = {
        f"{code}|{area}": value for (code, area), value in truth.municipality_area[name].items()
    }
    return found


def true_parameters(truth, totals):
    everything = {
        "synthetic": True,
        "seed": SEED,
        "history": HISTORY,
        "window": {"from": str(WINDOW_FIRST_DAY), "to": str(WINDOW_LAST_DAY)},
        "time": {
            "unit": "log rates a year of 365.25 days; a month's exposure is its days / 365.25",
            "c": "(t + 0.5 - 60) / 12 for month t = 0 ... 119, t = 0 is 2016-11",
            "r": "max(0, c)",
            "season": "sin and cos of 2 pi (k - 0.5) / 12 for calendar month k",
            "admission_exposure": "persons in the area's age band / 10000, linear between 1 Januaries, mid-month",
        },
    }
    everything |= {name: flow_truth(name, truth) for name in FLOWS}
    everything["homecoming"] |= {
        "sd_municipality_trend": SD_MUNICIPALITY_TREND,
        "municipality_trend": truth.municipality_trend,
    }
    everything["other_exit"]["age_out_share"] = {stream.key: stream.age_out_share for stream in STREAMS}
    everything["transfer"] = TRANSFER
    everything["transfer_destinations"] = TRANSFER_DESTINATIONS
    everything["batches"] = [vars(batch) for batch in BATCHES]
    everything["totals"] = totals
    return json.dumps(everything, ensure_ascii=False, indent=1) + "\n"
