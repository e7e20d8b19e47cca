"""The region's extracts as Plads reads them, made from the simulated stays."""

import math
from collections import defaultdict
from datetime import date

from region_example.catalogue import (
    HOME_REGION, KIND_TERMS, LEVEL_STEP, MOSEBAKKEN, MOSEBAKKEN_PLACES, NATION_WIDE, OFFERS, SECURE_LEGAL_BASIS, SECURE_TERMS,
    STREAMS, WINDOW_FIRST_DAY, WINDOW_LAST_DAY,
)
from region_example.process import generator

OPERATOR = "Syntetisk region"
TARIFF_YEARS = range(2016, 2027)
ORIGIN = WINDOW_LAST_DAY.toordinal()  # the last day observed
ANOTHER_ACTING_MUNICIPALITY = 0.04  # part of the stays
STREAM_BY_KEY = {stream.key: stream for stream in STREAMS}

OFFER_COLUMNS = [
    "offer", "name", "area", "region", "legal_basis", "kind", "operator", "host_municipality", "valid_from",
    "valid_to", "p_number", "nation_wide", "financing",
]
CAPACITY_COLUMNS = [
    "offer", "from", "places", "approved_places", "staffed_places", "fte", "assumed_occupancy", "days_per_year",
    "reason",
]
STAY_COLUMNS = [
    "citizen", "payer", "acting", "offer", "legal_basis", "kind", "start", "end", "end_reason", "support_level",
    "price",
]
ECONOMY_COLUMNS = ("offer", "period", "original_budget", "revised_budget", "costs", "income")
INDEX_COLUMNS = ("year", "pl_index")
ECONOMY_YEARS = range(2023, 2027)
TARIFF_COLUMNS = ["offer", "service", "level", "amount", "price_year", "from", "to"]


def terms(offer):
    stream = STREAM_BY_KEY[offer.stream]
    return SECURE_TERMS if stream.legal_basis == SECURE_LEGAL_BASIS else KIND_TERMS[stream.kind]


def observed(stays):
    """The stays of an extract of the window: those that ended before it are unknown, whoever was present is kept."""
    first = WINDOW_FIRST_DAY.toordinal()
    kept = [stay for stay in stays if stay.end is None or stay.end > first]
    return sorted(kept, key=lambda stay: (stay.start, stay.citizen))


def is_present(stay, day):
    return stay.start <= day and (stay.end is None or stay.end > day)


def stock_by_offer(stays, day):
    stock = defaultdict(int)
    for stay in stays:
        stock[stay.offer.id] += is_present(stay, day)
    return stock


def offer_rows():
    for offer in OFFERS:
        stream = STREAM_BY_KEY[offer.stream]
        yield (
            offer.id, offer.name, stream.area, HOME_REGION, stream.legal_basis, stream.kind, OPERATOR, offer.host,
            offer.opened, "", "", "yes" if offer.id in NATION_WIDE else "no",
            "key" if stream.legal_basis == SECURE_LEGAL_BASIS else "tariff",
        )


# Capacity

def capacity_steps(offer):
    """First days of the numbers of places: 1 January, or the day the offer opened."""
    return [max(f"{year}-01-01", offer.opened) for year in offer.capacity_from]


def monthly_stock(stays, offer, first, last):
    """Citizens present on the middle day of each month from the first day up to the last."""
    days = [day for day in range(first, last) if date.fromordinal(day).day == 15]
    mine = [stay for stay in stays if stay.offer.id == offer.id]
    return [sum(is_present(stay, day) for stay in mine) for day in days]


def places_for(stock):
    """Filled to 93 per cent on average, and hardly ever above 110."""
    return max(1, round(sum(stock) / len(stock) / 0.93), math.ceil(max(stock) / 1.1))


def places_of(offer, stays):
    """(first day, places): what was needed; the last step fits the origin. Steps that change nothing are left out."""
    steps = capacity_steps(offer)
    firsts = [max(date.fromisoformat(step), WINDOW_FIRST_DAY).toordinal() for step in steps]
    stocks = [monthly_stock(stays, offer, first, last) for first, last in zip(firsts, firsts[1:])]
    places = [places_for(stock) for stock in stocks] + [places_at_origin(offer, stays)]
    kept = [index for index in range(len(steps)) if index == 0 or places[index] != places[index - 1]]
    return [(steps[index], places[index]) for index in kept]


def places_at_origin(offer, stays):
    if offer.id == MOSEBAKKEN:
        return MOSEBAKKEN_PLACES
    if STREAM_BY_KEY[offer.stream].kind == "single_person":
        return 1
    return max(1, round(stock_by_offer(stays, ORIGIN)[offer.id] / offer.occupancy_at_origin))


# Why places were used so little: what `plads check` asks for below 50 per cent.
OCCUPANCY_REASONS = {("sikret_afdeling_ulvkaerborg", "2016-01-01"): "Under ombygning i 2019"}


def capacity_rows(stays):
    random_numbers = generator("capacity")
    for offer in OFFERS:
        own = terms(offer)
        low, high = own.assumed_occupancy
        assumed = f"{random_numbers.uniform(low, high):.2f}"
        for step, places in places_of(offer, stays):
            approved = places + random_numbers.choice((0, 0, 1, 2)) if places > 1 else places
            staffed = places - random_numbers.choice((0, 0, 0, 1)) if places > 4 else places
            fte = f"{staffed * own.staff_per_place * random_numbers.uniform(0.95, 1.05):.1f}"
            days = own.days_per_year or ""
            yield offer.id, step, places, approved, staffed, fte, assumed, days, OCCUPANCY_REASONS.get((offer.id, step), "")


# Tariffs

def price_index():
    """{year: price level}, 2026 is 1; between 2 and 3 per cent a year."""
    random_numbers = generator("prices")
    index = {TARIFF_YEARS[-1]: 1.0}
    for year in reversed(TARIFF_YEARS[:-1]):
        index[year] = index[year + 1] / (1 + random_numbers.uniform(0.02, 0.03))
    return index


def tariffs():
    """{(offer, level, year): amount in kr. a day, as text}."""
    random_numbers, index = generator("tariffs"), price_index()
    amounts = {}
    for offer in OFFERS:
        own = terms(offer)
        base = random_numbers.uniform(*own.daily_price)
        for year in TARIFF_YEARS:
            for level in range(1, own.levels + 1):
                amounts[offer.id, level, year] = f"{base * (1 + LEVEL_STEP * (level - 1)) * index[year]:.2f}"
    return amounts


def tariff_rows(amounts):
    opened = {offer.id: int(offer.opened[:4]) for offer in OFFERS}
    kinds = {offer.id: STREAM_BY_KEY[offer.stream].kind for offer in OFFERS}
    for (offer, level, year), amount in amounts.items():
        if year >= opened[offer]:
            yield offer, kinds[offer], level, amount, year, f"{year}-01-01", f"{year}-12-31"


# Economy

def index_rows():
    """The price level of every year of tariffs, 2016 is 100."""
    index = price_index()
    for year in TARIFF_YEARS:
        yield year, f"{100 * index[year] / index[TARIFF_YEARS[0]]:.2f}"


def economy_rows(amounts, stays):
    """A year's budget is what the tariffs bring in at the assumed occupancy; costs follow it within a few per cent.

    Only offers whose days a year are known. Accounts end before the year of the origin, whose budget alone is known.
    """
    random_numbers = generator("economy")
    assumed = {row[0]: float(row[6]) for row in capacity_rows(stays)}
    for offer in OFFERS:
        own = terms(offer)
        if own.days_per_year is None:
            continue
        steps = sorted(places_of(offer, stays))
        for year in ECONOMY_YEARS:
            places = [count for step, count in steps if int(str(step)[:4]) <= year]
            if year < int(offer.opened[:4]) or not places:
                continue
            middle = [float(amounts[offer.id, level, year]) for level in range(1, own.levels + 1)]
            price = sum(middle) / len(middle)
            budget = 1000 * round(places[-1] * own.days_per_year * assumed[offer.id] * price / 1000)
            revised = 1000 * round(budget * random_numbers.uniform(0.98, 1.02) / 1000)
            costs = 1000 * round(revised * random_numbers.uniform(0.95, 1.04) / 1000)
            yield offer.id, year, budget, revised, costs if year < ECONOMY_YEARS[-1] else "", ""


# Stays

def pseudonyms(stays):
    """SYN- and six digits by first appearance: nothing that could be taken for a CPR number."""
    citizens = dict.fromkeys(stay.citizen for stay in stays)
    return {citizen: f"SYN-{number:06d}" for number, citizen in enumerate(citizens, start=1)}


def stay_rows(stays, amounts, municipalities):
    random_numbers, names = generator("stays"), pseudonyms(stays)
    home = [code for code, _, region in municipalities if region == HOME_REGION]
    for stay in stays:
        start = date.fromordinal(stay.start)
        level = random_numbers.randint(1, terms(stay.offer).levels)
        elsewhere = random_numbers.random() < ANOTHER_ACTING_MUNICIPALITY
        acting = random_numbers.choice(home) if elsewhere else stay.municipality
        yield (
            names[stay.citizen], stay.municipality, acting, stay.offer.id, stay.stream.legal_basis, stay.stream.kind,
            start, date.fromordinal(stay.end) if stay.end else "", stay.reason, level,
            amounts.get((stay.offer.id, level, start.year), ""),  # tariffs before the first year are unknown
        )


def forget_future(stays):
    """A stay of one day that began on the last day ends after the window: still open as far as the extract knows."""
    for stay in stays:
        if stay.end is not None and stay.end > ORIGIN:
            stay.end, stay.reason = None, ""


def flow_totals(stays):
    """Counts in the window, the way a reader of stays.csv finds them."""
    first = WINDOW_FIRST_DAY.toordinal()
    moved_in = {(stay.citizen, stay.end) for stay in stays if stay.reason == "transfer"}
    ends = [stay for stay in stays if stay.end is not None]
    transfers = sum(stay.reason == "transfer" for stay in ends)
    homecomings = sum(stay.reason == "homecoming" for stay in ends)
    started = [stay for stay in stays if stay.start >= first]
    return {
        "admission": sum((stay.citizen, stay.start) not in moved_in for stay in started),
        "homecoming": homecomings,
        "other_exit": len(ends) - transfers - homecomings,
        "transfer": transfers,
        "stock_at_start": sum(is_present(stay, first - 1) for stay in stays),
        "stock_at_origin": sum(is_present(stay, ORIGIN) for stay in stays),
    }
