"""Small synthetic regions by the dozen, to see how often forecasts' intervals hold the truth.

Two generators. `well`: what Plads' model of flows assumes: pooled municipalities, damped trends, season, walks and shocks
that municipalities share, homecomings in batches and by time since admission, transfers. `mismatched`: the same, and on
purpose what it does not know: municipalities imitate each other, much happens on 1 January, batches are announced and
cancelled or carried through, a fifth of the end reasons is wrong or unknown.

Months are the steps; rates are constant within them. Everything follows from the seed.
"""

import math
import random
from dataclasses import dataclass, field
from datetime import date

KINDS = ("well", "mismatched")
FIRST_YEAR, YEARS, FUTURE_YEARS, BURN_IN_YEARS = 2015, 10, 3, 12
MONTHS = 12 * YEARS
FUTURE = 12 * FUTURE_YEARS
DAMPING = 0.8  # a year's slope a year later, as the model assumes
BAND_DAYS = (183, 731, 1826)
MUNICIPALITIES = 24
REASONS = ("homecoming", "discharge", "death", "transfer")


@dataclass(frozen=True)
class Stream:
    """One area and legal section: what is expected of it when nothing wanders."""

    area: str
    section: str
    age_from: int
    age_to: int
    admissions: float  # a year, all municipalities
    homecoming: float  # a year and citizen
    other_exit: float
    tenure: tuple  # factors of homecomings by band of time since admission

    @property
    def key(self):
        return f"{self.area}_{self.section.lower()}"


STREAMS = (
    Stream("autisme", "SEL_107", 18, 64, 18, 0.16, 0.10, (1.3, 1.1, 0.9, 0.7)),
    Stream("autisme", "SEL_108", 18, 64, 4, 0.04, 0.05, (1.0, 1.0, 1.0, 1.0)),
    Stream("psykiatri", "SEL_107", 18, 64, 22, 0.22, 0.16, (1.5, 1.2, 0.7, 0.5)),
    Stream("udviklingshandicap", "SEL_108", 18, 79, 9, 0.05, 0.07, (1.0, 1.0, 1.0, 1.0)),
    Stream("boern", "BL_43", 0, 17, 20, 0.18, 0.22, (1.2, 1.2, 0.8, 0.6)),
)
AREAS = tuple(dict.fromkeys(stream.area for stream in STREAMS))
FLOWS = ("admission", "homecoming", "other_exit")
TRANSFER = 0.02  # a year and citizen, to any other stream of adults

# Standard deviations of logarithms: of municipalities, of municipality and area, of a year's slope by area.
SPREAD, OWN_SPREAD, SLOPE = 0.35, 0.25, 0.02
# A month's step of walks is the year's over the root of 12; shocks last half a year.
YEAR_WALK, YEAR_AREA_WALK, SHOCK = 0.06, 0.08, 0.06
ADMISSION_CLUSTERS, BATCHES = 1.0, 0.8  # theta a month, of a municipality's stream and of its area


@dataclass
class Stay:
    citizen: int
    municipality: int
    stream: Stream
    start: int
    admitted: int
    end: int | None = None
    reason: str = ""


@dataclass
class Region:
    kind: str
    seed: int
    population: list = field(default_factory=list)
    stays: list = field(default_factory=list)
    # By area: citizens at the ends of the months from the origin on, the first is the origin's.
    future_stock: dict = field(default_factory=dict)


def month_start(index):
    return date(FIRST_YEAR + index // 12, index % 12 + 1, 1).toordinal()


ORIGIN_DAY = month_start(MONTHS)  # the first day that is not in the data


def poisson(numbers, mean):
    count, left, probability = 0, numbers.random(), math.exp(-mean)
    while left > probability and count < 200:
        left -= probability
        count += 1
        probability *= mean / count
    return count


class Rates:
    """Factors of rates by flow, area and month from the first of the data; the burn-in has those of the first month."""

    def __init__(self, numbers):
        self.factor = {}
        for flow in FLOWS:
            common = self.path(numbers, YEAR_WALK, SHOCK)
            phase, height = numbers.uniform(0, 2 * math.pi), 0.08
            for area in AREAS:
                slope = numbers.gauss(0, SLOPE)
                own = self.path(numbers, YEAR_AREA_WALK, SHOCK)
                self.factor[flow, area] = [
                    math.exp(
                        common[t] + own[t] + slope * years_from_middle(t) + height * math.sin(phase + 2 * math.pi * (t % 12) / 12)
                    )
                    for t in range(MONTHS + FUTURE)
                ]

    def path(self, numbers, year_walk, shock):
        """A walk through zero in the middle of the data, and what passes."""
        level, passing, values = 0.0, 0.0, []
        for t in range(MONTHS + FUTURE):
            if t % 6 == 0:
                passing = numbers.gauss(0, shock)
            level += numbers.gauss(0, year_walk / math.sqrt(12))
            values.append((level, passing))
        middle = values[MONTHS // 2][0]
        return [level - middle + passing for level, passing in values]

    def at(self, flow, area, month):
        return self.factor[flow, area][max(0, month)]


def years_from_middle(month):
    past = (min(month, MONTHS) - MONTHS / 2) / 12
    ahead = max(0, month - MONTHS + 0.5) / 12
    return past + (1 - DAMPING**ahead) / -math.log(DAMPING)


class Simulation:
    def __init__(self, kind, seed):
        self.region = Region(kind, seed)
        self.mismatched = kind == "mismatched"
        self.numbers = numbers = random.Random(f"{kind}/{seed}")
        self.region.population = [round(math.exp(numbers.gauss(math.log(35_000), 0.6))) for _ in range(MUNICIPALITIES)]
        self.rates = Rates(numbers)
        self.effect = {
            (flow, m): math.exp(numbers.gauss(0, SPREAD) - SPREAD**2 / 2) for flow in FLOWS for m in range(MUNICIPALITIES)
        }
        self.own_effect = {
            (flow, m, area): math.exp(numbers.gauss(0, OWN_SPREAD) - OWN_SPREAD**2 / 2)
            for flow in FLOWS for m in range(MUNICIPALITIES) for area in AREAS
        }
        self.total = sum(self.region.population)
        self.stays, self.present = [], []
        self.citizens = 0
        self.imitation = dict.fromkeys(AREAS, 1.0)

    def run(self):
        for month in range(-12 * BURN_IN_YEARS, MONTHS + FUTURE):
            if month == MONTHS:
                self.region.stays = [self.seen(stay) for stay in self.stays]
            self.step(month)
            if month >= MONTHS - 1:
                for area in AREAS:
                    count = sum(1 for stay in self.present if stay.stream.area == area)
                    self.region.future_stock.setdefault(area, []).append(count)
        return self.region

    def seen(self, stay):
        """A stay as the extract has it: ended in the data or going on."""
        return Stay(stay.citizen, stay.municipality, stay.stream, stay.start, stay.admitted, stay.end, self.recorded(stay.reason))

    def recorded(self, reason):
        """A fifth of the reasons is wrong or unknown where the generator is mismatched; transfers show in the next stay."""
        if not self.mismatched or not reason or reason == "transfer" or self.numbers.random() >= 0.2:
            return reason
        return "unknown" if self.numbers.random() < 0.5 else self.numbers.choice(["homecoming", "discharge", "other"])

    def step(self, month):
        self.first, self.last = month_start(month), month_start(month + 1)
        new_year = self.mismatched and date.fromordinal(self.first).month == 1
        exits = 2.0 if new_year else (10 / 11 if self.mismatched else 1.0)  # the year's total is kept
        self.batch = {}
        fetched = self.fetch_batch(month) if self.mismatched else set()
        left = []
        for stay in self.present:
            if stay.citizen in fetched:
                continue
            left += self.live(stay, month, exits, new_year)
        for stream in STREAMS:
            for m in range(MUNICIPALITIES):
                for _ in range(self.admissions(stream, m, month)):
                    start = self.first if new_year and self.numbers.random() < 0.5 else self.numbers.randrange(self.first, self.last)
                    self.citizens += 1
                    left.append(self.enter(self.citizens, m, stream, start, start))
        self.present = left
        if self.mismatched:
            self.imitation = {area: 1 + 0.93 * (factor - 1) for area, factor in self.imitation.items()}

    def admissions(self, stream, m, month):
        share = self.region.population[m] / self.total
        mean = (
            stream.admissions * share * (self.last - self.first) / 365.25 * self.rates.at("admission", stream.area, month)
            * self.effect["admission", m] * self.own_effect["admission", m, stream.area]
        )
        return poisson(self.numbers, mean * self.numbers.gammavariate(ADMISSION_CLUSTERS, 1 / ADMISSION_CLUSTERS))

    def enter(self, citizen, m, stream, start, admitted):
        stay = Stay(citizen, m, stream, start, admitted)
        self.stays.append(stay)
        return stay

    def live(self, stay, month, exits, new_year):
        """The stays in which a citizen is present after the month."""
        stream, m, area = stay.stream, stay.municipality, stay.stream.area
        if (m, area) not in self.batch:
            self.batch[m, area] = self.numbers.gammavariate(BATCHES, 1 / BATCHES)
        since = self.first - stay.admitted
        band = sum(since >= bound for bound in BAND_DAYS)
        homecoming = (
            stream.homecoming * stream.tenure[band] * self.rates.at("homecoming", area, month) * self.effect["homecoming", m]
            * self.own_effect["homecoming", m, area] * self.batch[m, area] * exits * self.imitation[area]
        )
        other = (
            stream.other_exit * self.rates.at("other_exit", area, month) * self.effect["other_exit", m]
            * self.own_effect["other_exit", m, area]
        )
        transfer = TRANSFER if stream.section != "BL_43" else 0
        hazard = homecoming + other + transfer
        wait = self.numbers.expovariate(hazard) * 365.25
        if self.first + wait >= self.last:
            return [stay]
        moment = self.first if new_year and self.numbers.random() < 0.5 else int(self.first + wait)
        stay.end = max(moment, stay.start + 1)
        lot = self.numbers.random() * hazard
        if lot < homecoming:
            stay.reason = "homecoming"
        elif lot < homecoming + other:
            stay.reason = "discharge" if self.numbers.random() < 0.85 else "death"
        else:
            stay.reason = "transfer"
            others = [other for other in STREAMS if other is not stream and other.section != "BL_43"]
            return [self.enter(stay.citizen, m, self.numbers.choice(others), stay.end, stay.admitted)]
        return []

    def fetch_batch(self, month):
        """About two announcements a year; a third is cancelled. One that is carried through is imitated in its area."""
        if self.numbers.random() >= 2 / 12:
            return set()
        m, area = self.numbers.randrange(MUNICIPALITIES), self.numbers.choice(AREAS)
        there = [stay for stay in self.present if (stay.municipality, stay.stream.area) == (m, area) and stay.stream.section != "SEL_108"]
        if len(there) < 2 or self.numbers.random() < 1 / 3:
            return set()
        gone = self.numbers.sample(there, min(len(there), self.numbers.randint(2, 6)))
        for stay in gone:
            stay.end, stay.reason = max(self.first, stay.start + 1), "homecoming"
        self.imitation[area] += 0.25
        return {stay.citizen for stay in gone}
