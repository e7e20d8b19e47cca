"""Reads the written example again: what must hold, and a summary for the eye."""

import csv
import re
from collections import Counter, defaultdict
from datetime import date

from region_example.catalogue import MOSEBAKKEN, MONTHS, OFFERS, STREAMS, WINDOW_FIRST_DAY
from region_example.process import month_start
from region_example.tables import ORIGIN, is_present, places_of, stock_by_offer

LOOKS_LIKE_CPR = re.compile(r"\d{6}-?\d{4}")


def verify(example):
    for path in sorted((example / "data").glob("*.csv")):
        refuse_cpr(path)
    refuse_impossible_stays(example / "data" / "stays.csv")


def refuse_cpr(path):
    with open(path, encoding="utf-8", newline="") as file:
        found = [cell for row in csv.reader(file) for cell in row if LOOKS_LIKE_CPR.fullmatch(cell)]
    if found:
        raise ValueError(f"{path.name}: {len(found)} values look like a CPR number")


def refuse_impossible_stays(path):
    """A stay lasts a day at least, and stays of a citizen do not overlap."""
    by_citizen = defaultdict(list)
    with open(path, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            by_citizen[row["citizen"]].append((row["start"], row["end"] or "9999-12-31"))
    for citizen, stays in by_citizen.items():
        stays.sort()
        overlaps = any(end > next_start for (_, end), (next_start, _) in zip(stays, stays[1:]))
        if overlaps or any(end <= start for start, end in stays):
            raise ValueError(f"stays.csv: the stays of {citizen} overlap or last no day")


def describe(stays, totals):
    print("Totals in the window:", totals)
    describe_streams(stays)
    describe_offers(stays)
    describe_years(stays)
    describe_municipalities(stays)
    describe_mosebakken(stays)


def present(stays, day):
    return [stay for stay in stays if is_present(stay, day)]


def describe_streams(stays):
    before = Counter(stay.stream.key for stay in present(stays, WINDOW_FIRST_DAY.toordinal() - 1))
    now = Counter(stay.stream.key for stay in present(stays, ORIGIN))
    print("\nStock by stream at the start and at the origin")
    for stream in STREAMS:
        print(f"  {stream.key:55} {before[stream.key]:4} {now[stream.key]:4}")
    print("  residential at the origin:", sum(count for key, count in now.items() if "|residential|" in key))


def describe_offers(stays):
    stock = stock_by_offer(stays, ORIGIN)
    print("\nOffers: places over time, citizens and occupancy at the origin")
    for offer in OFFERS:
        places = [number for _, number in places_of(offer, stays)]
        print(f"  {offer.id:30} {str(places):20} {stock[offer.id]:4} {stock[offer.id] / places[-1]:6.0%}")


def describe_years(stays):
    print("\nHomecomings by year:", dict(sorted(year_counts(stays, "homecoming").items())))
    print("End reasons:", dict(Counter(stay.reason or "present" for stay in stays)))


def year_counts(stays, reason):
    return Counter(date.fromordinal(stay.end).year for stay in stays if stay.reason == reason)


def describe_municipalities(stays):
    now = present(stays, ORIGIN)
    print("Most present at the origin:", Counter(stay.municipality for stay in now).most_common(20))
    print("By area:", Counter((stay.municipality, stay.stream.area) for stay in now).most_common(20))


def describe_mosebakken(stays):
    mine = [stay for stay in stays if stay.offer.id == MOSEBAKKEN]
    print("Mosebakken by month:", [len(present(mine, month_start(t + 1) - 1)) for t in range(MONTHS)])
