"""The true process: citizens are admitted, stay, move and leave, month by month from a long burn-in to the origin.

Time is in days (proleptic ordinals, with fractions while simulating). A year is 365.25 days everywhere, also in the
monthly exposure of admissions. Rates are constant within a calendar month and do not depend on time since admission.
"""

import math
import random
from dataclasses import dataclass
from datetime import date

from region_example.catalogue import (
    AREAS, BATCHES, BURN_IN_MONTHS, FLOWS, HISTORY, HOME_REGION, MIDDLE, MONTHS, MOSEBAKKEN, MOSEBAKKEN_DECLINE,
    NO_BATCH_LEGAL_BASES, OFFERS, RISING_HOMECOMINGS, SD_MUNICIPALITY_TREND, SEED, STREAMS, TRANSFER,
    TRANSFER_DESTINATIONS, WINDOW_FIRST_DAY,
)

DAYS_A_YEAR = 365.25
EXIT_FLOWS = ("homecoming", "other_exit")


def generator(purpose):
    """A stream of random numbers of its own for each purpose, so that a change in one leaves the others alone."""
    return random.Random(f"{SEED}/{purpose}")


@dataclass
class Stay:
    citizen: int
    municipality: str
    stream: object
    offer: object
    start: int
    end: int | None = None  # first day absent
    reason: str = ""


@dataclass(frozen=True)
class Month:
    index: int  # 0 is the first month of the window, the burn-in is below zero
    first_day: int
    last_day: int  # the first day of the next month

    @property
    def years(self):
        return (self.last_day - self.first_day) / DAYS_A_YEAR

    @property
    def date(self):
        return date.fromordinal(self.first_day)

    @property
    def rate_index(self):
        return max(self.index, 0)  # the burn-in has the trends of the first month

    @property
    def from_middle(self):
        return (self.rate_index + 0.5 - MIDDLE) / 12

    @property
    def ramp(self):
        return max(0.0, self.from_middle)

    def season(self, flow):
        angle = 2 * math.pi * (self.date.month - 0.5) / 12
        return flow.season_sin * math.sin(angle) + flow.season_cos * math.cos(angle)


def month_start(index):
    months = WINDOW_FIRST_DAY.year * 12 + WINDOW_FIRST_DAY.month - 1 + index
    return date(months // 12, months % 12 + 1, 1).toordinal()


def all_months():
    return [Month(t, month_start(t), month_start(t + 1)) for t in range(-BURN_IN_MONTHS, MONTHS)]


class Population:
    """Persons in an area's age band at the middle of a month, between two 1 Januaries on a straight line."""

    def __init__(self, table):
        self.bands = {
            (code, year, area.id): sum(persons[age] for age in persons if area.age_from <= age <= area.age_to)
            for (code, year), (persons, _) in table.items() for area in AREAS
        }

    def band(self, municipality, year, area):
        return self.bands[municipality, year, area.id]

    def at(self, municipality, area, month):
        if month.index < 0:
            return self.band(municipality, 2016, area)
        year, part = month.date.year, (month.date.month - 0.5) / 12
        before, after = self.band(municipality, year, area), self.band(municipality, year + 1, area)
        return before + part * (after - before)


class Truth:
    """The true parameters: levels by stream, effects by municipality and by municipality and area."""

    def __init__(self, municipalities, population):
        self.codes = [code for code, _, _ in municipalities]
        self.home = {code for code, _, region in municipalities if region == HOME_REGION}
        random_numbers = generator("effects")
        self.municipality, self.municipality_area = {}, {}
        for name, flow in FLOWS.items():
            self.municipality[name] = {
                code: round(random_numbers.gauss(0, flow.sd_municipality), 4) for code in self.codes
            }
            self.municipality_area[name] = {
                (code, area.id): round(random_numbers.gauss(0, flow.sd_municipality_area), 4)
                for code in self.codes for area in AREAS
            }
        trend = {code: round(random_numbers.gauss(0, SD_MUNICIPALITY_TREND), 4) for code in self.codes}
        self.municipality_trend = trend | RISING_HOMECOMINGS
        self.level = {
            "admission": {stream.key: self.admission_level(stream, population) for stream in STREAMS},
            "homecoming": {stream.key: exit_level(stream.homecoming_share / stream.years) for stream in STREAMS},
            "other_exit": {stream.key: exit_level((1 - stream.homecoming_share) / stream.years) for stream in STREAMS},
        }

    def admission_level(self, stream, population):
        """The level that gives about the admissions a year aimed at, to two decimals."""
        flow, area = FLOWS["admission"], area_of(stream)
        weighted = sum(
            population.band(code, 2021, area) / 10_000 * math.exp(flow.own_region * (code in self.home))
            for code in self.codes
        )
        spread = (flow.sd_municipality**2 + flow.sd_municipality_area**2) / 2  # the mean of a lognormal is above 1
        return round(math.log(stream.admissions / weighted) - spread, 2)

    def log_rate(self, name, stream, code):
        """What does not change over time."""
        return (
            self.level[name][stream.key]
            + FLOWS[name].own_region * (code in self.home)
            + self.municipality[name][code]
            + self.municipality_area[name][code, stream.area]
        )


def area_of(stream):
    return next(area for area in AREAS if area.id == stream.area)


def exit_level(rate):
    return round(math.log(rate), 2)


def poisson(random_numbers, mean):
    """By inversion: the means here are far below ten."""
    count, left = 0, random_numbers.random()
    probability = math.exp(-mean)
    while left > probability and count < 1000:
        left -= probability
        count += 1
        probability *= mean / count
    return count


class Simulation:
    def __init__(self, truth, population):
        self.truth = truth
        self.population = population
        self.random = generator(f"process/{HISTORY}")
        self.stays = []
        self.present = []
        self.citizens = 0
        self.turned_away = 0
        self.streams = {stream.key: stream for stream in STREAMS}
        self.offers = {key: [offer for offer in OFFERS if offer.stream == key] for key in self.streams}
        self.in_offer = {offer.id: 0 for offer in OFFERS}
        self.taken_until = {}
        self.base_rate = {
            (name, stream.key, code): math.exp(truth.log_rate(name, stream, code))
            for name in FLOWS for stream in STREAMS for code in truth.codes
        }

    def run(self):
        for month in all_months():
            self.start_month(month)
            fetched = self.fetch_batches()
            for stay in [stay for stay in self.present if stay.citizen not in fetched]:
                self.live(stay, month.first_day)
            for moment, code, stream in self.arrivals():
                self.admit(moment, code, stream)
            self.present = [stay for stay in self.present if stay.end is None]
        return self.stays

    def start_month(self, month):
        self.month = month
        self.gamma = {}
        self.factor = {
            (name, area.id): math.exp(flow.slope[area.id] * month.from_middle + month.season(flow))
            for name, flow in FLOWS.items() for area in AREAS
        }

    # Admissions

    def arrivals(self):
        """The month's admissions (moment, municipality, stream) in order of time."""
        found = []
        for stream in STREAMS:
            area = area_of(stream)
            for code in self.truth.codes:
                for _ in range(self.admission_count(stream, area, code)):
                    moment = self.random.uniform(self.month.first_day, self.month.last_day)
                    found.append((moment, code, stream))
        return sorted(found, key=lambda arrival: arrival[0])

    def admission_count(self, stream, area, code):
        persons = self.population.at(code, area, self.month)
        rate = self.base_rate["admission", stream.key, code] * self.factor["admission", area.id]
        theta = FLOWS["admission"].theta
        mean = rate * persons / 10_000 * self.month.years
        return poisson(self.random, mean * self.random.gammavariate(theta, 1 / theta))

    def admit(self, moment, code, stream):
        if stream.kind == "single_person" and not self.is_free(stream, int(moment)):
            self.turned_away += 1  # a project for one citizen has no second place
            return
        self.citizens += 1
        self.enter(self.citizens, code, stream, moment, int(moment))

    def is_free(self, stream, day):
        offer = self.offers[stream.key][0]
        return self.in_offer[offer.id] == 0 and self.taken_until.get(offer.id, 0) <= day

    def enter(self, citizen, code, stream, moment, day):
        offer = self.pick_offer(stream, day)
        stay = Stay(citizen, code, stream, offer, day)
        self.in_offer[offer.id] += 1
        self.stays.append(stay)
        self.present.append(stay)
        self.live(stay, moment)

    def pick_offer(self, stream, day):
        """By weight; an offer that is fuller than its share of the stream draws fewer."""
        offers = [offer for offer in self.offers[stream.key] if date.fromisoformat(offer.opened).toordinal() <= day]
        weights = [current_weight(offer, day) for offer in offers]
        in_stream = sum(self.in_offer[offer.id] for offer in offers) + 1
        shares = [weight / sum(weights) for weight in weights]
        pull = [
            share * max(0.05, 1 + 3 * (1 - self.in_offer[offer.id] / (share * in_stream)))
            for offer, share in zip(offers, shares)
        ]
        return self.random.choices(offers, pull)[0]

    # Exits

    def live(self, stay, moment):
        """Follows a citizen from a moment to the end of the month, or to what happens before."""
        hazards = self.hazards(stay)
        moment += self.random.expovariate(sum(hazards.values())) * DAYS_A_YEAR
        if moment >= self.month.last_day:
            return
        event = self.random.choices(list(hazards), list(hazards.values()))[0]
        if event == "transfer":
            self.leave(stay, moment, "transfer")
            self.enter(stay.citizen, stay.municipality, self.destination(stay.stream), moment, stay.end)
        else:
            self.leave(stay, moment, "homecoming" if event == "homecoming" else self.other_reason(stay.stream))

    def hazards(self, stay):
        """A citizen-year's hazards in this month, by what may happen."""
        area, code = stay.stream.area, stay.municipality
        hazards = {
            name: self.base_rate[name, stay.stream.key, code] * self.factor[name, area] for name in EXIT_FLOWS
        }
        trend = math.exp(self.truth.municipality_trend[code] * self.month.ramp)
        hazards["homecoming"] *= trend * self.batch_factor(code, area)
        hazards["transfer"] = TRANSFER[area]
        return hazards

    def batch_factor(self, code, area):
        """One gamma factor for all citizens of a municipality and area in a month: homecomings come in batches."""
        if (code, area) not in self.gamma:
            theta = FLOWS["homecoming"].theta
            self.gamma[code, area] = self.random.gammavariate(theta, 1 / theta)
        return self.gamma[code, area]

    def leave(self, stay, moment, reason):
        stay.end = max(int(moment), stay.start + 1)  # a stay lasts at least a day
        stay.reason = reason
        self.in_offer[stay.offer.id] -= 1
        self.taken_until[stay.offer.id] = stay.end

    def destination(self, stream):
        choices = TRANSFER_DESTINATIONS[f"{stream.area}|{stream.kind}"]
        choices = {key: weight for key, weight in choices.items() if key != stream.key}
        return self.streams[self.random.choices(list(choices), list(choices.values()))[0]]

    def other_reason(self, stream):
        shares = {"death": stream.death_share, "age_out": stream.age_out_share}
        shares["discharge"] = 1 - sum(shares.values())
        return self.random.choices(list(shares), list(shares.values()))[0]

    def fetch_batches(self):
        """The explicit batches of this month, on top of the hazards; gives the citizens who are gone."""
        gone = set()
        for batch in BATCHES:
            if batch.month != f"{self.month.date:%Y-%m}":
                continue
            candidates = [stay for stay in self.present if can_be_fetched(stay, batch)]
            for stay in self.random.sample(candidates, batch.number):
                self.leave(stay, self.random.uniform(self.month.first_day + 1, self.month.last_day), "homecoming")
                gone.add(stay.citizen)
        return gone


def can_be_fetched(stay, batch):
    same = (stay.municipality, stay.stream.area) == (batch.municipality, batch.area)
    return same and stay.stream.legal_basis not in NO_BATCH_LEGAL_BASES


def current_weight(offer, day):
    if offer.id != MOSEBAKKEN:
        return offer.weight
    first, last, lowest = MOSEBAKKEN_DECLINE
    today = date.fromordinal(day)
    passed = (today.year + (today.month - 1) / 12 - first) / (last - first)
    return offer.weight * (1 - (1 - lowest) * min(1.0, max(0.0, passed)))
