"""What the synthetic region consists of: areas, streams, offers and the numbers of its true process.

Everything here is invented but the names of seven areas. A stream is area x kind x legal basis: citizens are admitted
to a stream and then placed in one of its offers.
"""

from dataclasses import dataclass
from datetime import date

SEED = 12
HISTORY = 2  # which of the histories that the same true effects can have: picked for realistic totals
HOME_REGION = "Midtjylland"
WINDOW_FIRST_DAY = date(2016, 11, 1)
WINDOW_LAST_DAY = date(2026, 10, 31)
MONTHS = 120
MIDDLE = 60  # months before 1 November 2021, where trends are zero
BURN_IN_MONTHS = 300  # long enough for stays of some ten years to reach their level


@dataclass(frozen=True)
class Area:
    id: str
    name: str
    age_from: int
    age_to: int  # the ages are a union of the bands of population.csv


AREAS = [
    Area("autisme", "Autisme", 17, 64),
    Area("boern_og_unge", "Børn og Unge", 0, 19),
    Area("hjerneskade", "Hjerneskade", 17, 79),
    Area("socialpsykiatri_voksne", "Socialpsykiatri Voksne", 20, 79),
    Area("udviklingshandicap", "Udviklingshandicap", 17, 79),
    Area("kriminalitetstruede_boern_og_unge", "Kriminalitetstruede og Dømte Børn og Unge", 6, 19),
    Area("kommunikation_og_handicap", "Kommunikation og Handicap", 17, 79),
    Area("dobbeltdiagnose", "Dobbeltdiagnose (opdigtet)", 20, 64),
]


@dataclass(frozen=True)
class Stream:
    area: str
    kind: str
    legal_basis: str
    admissions: float  # a year in the middle of the window, before rounding the level
    years: float  # mean length of stay aimed at
    homecoming_share: float  # of the exits that are no transfer
    death_share: float  # of the other exits
    age_out_share: float = 0.0

    @property
    def key(self):
        return f"{self.area}|{self.kind}|{self.legal_basis}"


STREAMS = [
    Stream("autisme", "residential", "SEL_107", 15.3, 3.1, 0.39, 0.03),
    Stream("autisme", "residential", "SEL_108", 4.1, 8.8, 0.32, 0.45),
    Stream("autisme", "day", "SEL_104", 9.9, 4.4, 0.41, 0.05),
    Stream("boern_og_unge", "residential", "BL_43", 32.4, 2.5, 0.33, 0.01, 0.45),
    Stream("boern_og_unge", "respite", "BL_90", 11.7, 2.2, 0.37, 0.01, 0.30),
    Stream("kriminalitetstruede_boern_og_unge", "residential", "BL_43", 16.2, 1.4, 0.28, 0.01, 0.35),
    Stream("kriminalitetstruede_boern_og_unge", "residential", "BL_63", 13.5, 0.7, 0.06, 0.00, 0.10),
    Stream("hjerneskade", "residential", "SEL_107", 13.5, 2.2, 0.41, 0.06),
    Stream("hjerneskade", "residential", "SEL_108", 5.4, 8.8, 0.29, 0.60),
    Stream("socialpsykiatri_voksne", "residential", "SEL_107", 19.8, 2.8, 0.39, 0.05),
    Stream("socialpsykiatri_voksne", "residential", "SEL_108", 5.0, 8.2, 0.30, 0.60),
    Stream("udviklingshandicap", "residential", "SEL_108", 7.6, 9.9, 0.30, 0.65),
    Stream("udviklingshandicap", "residential", "ABL_105", 3.2, 14.3, 0.18, 0.80),
    Stream("udviklingshandicap", "day", "SEL_104", 14.0, 5.0, 0.41, 0.15),
    Stream("udviklingshandicap", "single_person", "SEL_107", 0.4, 3.6, 0.37, 0.05),
    Stream("dobbeltdiagnose", "residential", "SEL_107", 9.9, 2.4, 0.35, 0.08),
    Stream("kommunikation_og_handicap", "day", "SEL_104", 8.1, 4.4, 0.37, 0.06),
    Stream("kommunikation_og_handicap", "hours", "SEL_85", 10.8, 3.3, 0.37, 0.04),
]


@dataclass(frozen=True)
class Flow:
    """The parameters of one flow that all its streams share."""

    own_region: float  # added to the log rate of the 19 municipalities of the region
    slope: dict  # change of the log rate a year, by area
    season_sin: float
    season_cos: float
    sd_municipality: float
    sd_municipality_area: float
    theta: float | None = None  # shape of the gamma factor with mean 1; None: no factor


FLOWS = {
    "admission": Flow(
        own_region=2.8,
        slope={
            "autisme": 0.03,
            "boern_og_unge": -0.03,
            "hjerneskade": 0.0,
            "socialpsykiatri_voksne": 0.015,
            "udviklingshandicap": -0.01,
            "kriminalitetstruede_boern_og_unge": -0.01,
            "kommunikation_og_handicap": 0.01,
            "dobbeltdiagnose": 0.05,
        },
        season_sin=0.08,
        season_cos=-0.06,
        sd_municipality=0.40,
        sd_municipality_area=0.30,
        theta=1.5,
    ),
    "homecoming": Flow(
        own_region=-0.15,
        slope={
            "autisme": 0.02,
            "boern_og_unge": 0.0,
            "hjerneskade": 0.01,
            "socialpsykiatri_voksne": 0.0,
            "udviklingshandicap": 0.03,
            "kriminalitetstruede_boern_og_unge": 0.0,
            "kommunikation_og_handicap": -0.02,
            "dobbeltdiagnose": 0.0,
        },
        season_sin=-0.10,
        season_cos=0.07,
        sd_municipality=0.30,
        sd_municipality_area=0.25,
        theta=0.8,  # municipalities take several citizens home at a time
    ),
    "other_exit": Flow(
        own_region=-0.05,
        slope={area.id: 0.0 for area in AREAS} | {"boern_og_unge": 0.01, "hjerneskade": -0.01},
        season_sin=0.04,
        season_cos=0.08,
        sd_municipality=0.12,
        sd_municipality_area=0.12,
    ),
}

# Homecomings have a trend of their own by municipality from November 2021 on: most near zero, these clearly rising.
SD_MUNICIPALITY_TREND = 0.06
RISING_HOMECOMINGS = {"615": 0.30, "657": 0.25, "710": 0.30, "730": 0.35, "740": 0.28}

# Transfers a citizen-year. They end a stay and start another on the same day, in the destination stream.
TRANSFER = {
    "autisme": 0.015,
    "boern_og_unge": 0.03,
    "hjerneskade": 0.025,
    "socialpsykiatri_voksne": 0.025,
    "udviklingshandicap": 0.015,
    "kriminalitetstruede_boern_og_unge": 0.03,
    "kommunikation_og_handicap": 0.015,
    "dobbeltdiagnose": 0.03,
}

# Where transfers of an area go, by probability; day and hours stay apart from the rest. The stream that the citizen
# is in already is left out and the rest scaled to 1.
TRANSFER_DESTINATIONS = {
    "autisme|residential": {
        "autisme|residential|SEL_108": 0.7,
        "autisme|residential|SEL_107": 0.1,
        "socialpsykiatri_voksne|residential|SEL_107": 0.2,
    },
    "autisme|day": {"udviklingshandicap|day|SEL_104": 1.0},
    "boern_og_unge|residential": {
        "autisme|residential|SEL_107": 0.6,
        "socialpsykiatri_voksne|residential|SEL_107": 0.2,
        "kriminalitetstruede_boern_og_unge|residential|BL_43": 0.2,
    },
    "boern_og_unge|respite": {"boern_og_unge|residential|BL_43": 1.0},
    "hjerneskade|residential": {"hjerneskade|residential|SEL_108": 0.8, "hjerneskade|residential|SEL_107": 0.2},
    "socialpsykiatri_voksne|residential": {
        "socialpsykiatri_voksne|residential|SEL_108": 0.7,
        "socialpsykiatri_voksne|residential|SEL_107": 0.1,
        "dobbeltdiagnose|residential|SEL_107": 0.2,
    },
    "udviklingshandicap|residential": {
        "udviklingshandicap|residential|ABL_105": 0.6,
        "udviklingshandicap|residential|SEL_108": 0.4,
    },
    "udviklingshandicap|day": {"autisme|day|SEL_104": 1.0},
    "udviklingshandicap|single_person": {"udviklingshandicap|residential|SEL_108": 1.0},
    "kriminalitetstruede_boern_og_unge|residential": {
        "kriminalitetstruede_boern_og_unge|residential|BL_43": 0.6,
        "boern_og_unge|residential|BL_43": 0.4,
    },
    "kommunikation_og_handicap|day": {"kommunikation_og_handicap|hours|SEL_85": 1.0},
    "kommunikation_og_handicap|hours": {"kommunikation_og_handicap|day|SEL_104": 1.0},
    "dobbeltdiagnose|residential": {
        "socialpsykiatri_voksne|residential|SEL_107": 0.7,
        "socialpsykiatri_voksne|residential|SEL_108": 0.3,
    },
}


@dataclass(frozen=True)
class Batch:
    """A municipality opens an offer of its own and takes several citizens of an area home within a month."""

    month: str
    municipality: str
    area: str
    number: int


BATCHES = [
    Batch("2018-04", "730", "udviklingshandicap", 5),
    Batch("2020-09", "740", "boern_og_unge", 4),
    Batch("2022-08", "730", "kommunikation_og_handicap", 6),
    Batch("2024-10", "751", "autisme", 7),
]
# A citizen who lives in a long-lasting home or is a tenant cannot be fetched by the municipality's decision alone.
NO_BATCH_LEGAL_BASES = {"SEL_108", "ABL_105"}


@dataclass(frozen=True)
class Offer:
    name: str
    stream: str
    host: str
    opened: str
    weight: float  # of the admissions to the stream
    occupancy_at_origin: float  # aimed at when the places are set
    capacity_from: tuple  # years in which the number of places was set

    @property
    def id(self):
        letters = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", " ": "_", "-": "_"})
        return self.name.lower().translate(letters)


MOSEBAKKEN = "mosebakken"
MOSEBAKKEN_PLACES = 20
# Admissions to Mosebakken fall in a straight line from the one year to the other, down to this part of its weight.
MOSEBAKKEN_DECLINE = (2020, 2026, 0.93)

# They take citizens of the whole country; the extract says so and shows no more of it.
NATION_WIDE = {"rehabiliteringen_isfuglen", "sikret_afdeling_ulvkaerborg"}

A107, A108, A104 = (stream.key for stream in STREAMS[0:3])
B43, B90 = (stream.key for stream in STREAMS[3:5])
K43, K63 = (stream.key for stream in STREAMS[5:7])
H107, H108 = (stream.key for stream in STREAMS[7:9])
S107, S108 = (stream.key for stream in STREAMS[9:11])
U108, U105, U104, U1 = (stream.key for stream in STREAMS[11:15])
D107 = STREAMS[15].key
I104, I85 = (stream.key for stream in STREAMS[16:18])

OFFERS = [
    Offer("Lyngspurven", A107, "791", "1984-03-01", 1.0, 0.94, (2016, 2019, 2023, 2026)),
    Offer("Ravnkærhus", A107, "746", "1989-08-01", 0.9, 0.97, (2016, 2020, 2026)),
    Offer("Blåmejsegården", A107, "779", "2004-01-01", 0.8, 0.90, (2016, 2018, 2021, 2026)),
    Offer("Tranebærhaven", A108, "740", "1979-05-01", 1.2, 0.96, (2016, 2022, 2026)),
    Offer("Gyvelbakkegård", A108, "665", "1986-10-01", 0.8, 0.93, (2016, 2019, 2026)),
    Offer("Værkstedet Kobberspiralen", A104, "791", "1987-01-01", 1.0, 0.95, (2016, 2021, 2026)),
    Offer("Dagtilbud Vindfløjen", A104, "760", "1999-01-01", 0.9, 0.88, (2016, 2020, 2026)),
    Offer("Mosebakken", B43, "756", "1976-09-01", 0.72, 0.70, (2016, 2023)),
    Offer("Kildespringhus", B43, "710", "1981-02-01", 1.0, 0.96, (2016, 2021, 2026)),
    Offer("Brombærgården", B43, "707", "1988-06-01", 0.8, 0.73, (2016, 2020, 2026)),
    Offer("Egernstubben", B43, "657", "1990-01-01", 0.8, 0.94, (2016, 2019, 2023, 2026)),
    Offer("Havbrisehuset", B43, "706", "2009-08-01", 0.6, 0.88, (2016, 2022, 2026)),
    Offer("Aflastningen Mælkevejshuset", B90, "751", "1985-01-01", 1.0, 0.90, (2016, 2021, 2026)),
    Offer("Aflastningen Tudsehøj", B90, "661", "2001-04-01", 0.7, 0.86, (2016, 2020, 2026)),
    Offer("Stenurthus", K43, "727", "1983-11-01", 1.0, 0.92, (2016, 2020, 2026)),
    Offer("Klitroseborg", K43, "665", "1990-05-01", 0.8, 0.88, (2016, 2019, 2026)),
    Offer("Sikret afdeling Ulvkærborg", K63, "760", "1982-01-01", 1.0, 0.90, (2016, 2022, 2026)),
    Offer("Rehabiliteringen Isfuglen", H107, "615", "1985-09-01", 1.0, 0.95, (2016, 2020, 2026)),
    Offer("Nøddehækken", H107, "791", "1990-10-01", 0.8, 0.95, (2016, 2021, 2026)),
    Offer("Takshækken", H108, "766", "1978-01-01", 1.0, 0.97, (2016, 2022, 2026)),
    Offer("Vandstærehus", H108, "740", "1986-04-01", 1.0, 0.94, (2016, 2019, 2023, 2026)),
    Offer("Rørdrumparken", H108, "730", "1991-01-01", 0.8, 1.00, (2016, 2021, 2026)),
    Offer("Sivsangerhus", S107, "751", "1977-03-01", 1.2, 0.96, (2016, 2018, 2021, 2026)),
    Offer("Morgenrødegården", S107, "730", "1984-09-01", 1.0, 0.71, (2016, 2020, 2026)),
    Offer("Kærmyntehus", S107, "671", "1990-02-01", 0.8, 0.89, (2016, 2022, 2026)),
    Offer("Lærkesporevej", S107, "746", "2018-05-01", 0.7, 0.95, (2018, 2021, 2026)),
    Offer("Birkemusegården", S108, "657", "1975-01-01", 1.0, 0.97, (2016, 2021, 2026)),
    Offer("Agerrikshus", S108, "710", "1982-07-01", 1.0, 0.93, (2016, 2019, 2026)),
    Offer("Havtornehegnet", S108, "707", "1989-03-01", 0.8, 0.99, (2016, 2023, 2026)),
    Offer("Solsortehegnet", U108, "751", "1974-04-01", 1.2, 0.96, (2016, 2020, 2026)),
    Offer("Humlekærparken", U108, "661", "1980-01-01", 1.0, 0.98, (2016, 2021, 2026)),
    Offer("Kornblomsthusene", U108, "779", "1985-06-01", 1.0, 0.94, (2016, 2019, 2023, 2026)),
    Offer("Enghumlehus", U108, "766", "1990-09-01", 0.8, 0.91, (2016, 2022, 2026)),
    Offer("Boligerne Bukkeblad", U105, "740", "1988-01-01", 1.0, 0.98, (2016, 2021, 2026)),
    Offer("Boligerne Padderokken", U105, "615", "1990-06-01", 1.0, 0.96, (2016, 2022, 2026)),
    Offer("Dagcenter Guldsmedehuset", U104, "751", "1981-01-01", 1.2, 0.93, (2016, 2020, 2026)),
    Offer("Værkstedet Høvlbænkene", U104, "657", "1986-01-01", 1.0, 0.95, (2016, 2021, 2026)),
    Offer("Dagtilbud Regnspoven", U104, "706", "1990-01-01", 0.8, 0.87, (2016, 2019, 2023, 2026)),
    Offer("Projekt Fyrrekoglehus", U1, "756", "1990-03-01", 1.0, 1.00, (2016,)),
    Offer("Hornuglehus", D107, "751", "1989-01-01", 1.0, 0.96, (2016, 2020, 2026)),
    Offer("Vibefedthus", D107, "730", "2021-02-01", 0.8, 0.93, (2021, 2026)),
    Offer("Dagtilbud Tegnspiret", I104, "751", "1983-01-01", 1.2, 0.94, (2016, 2021, 2026)),
    Offer("Dagtilbud Lydbølgehuset", I104, "661", "1990-01-01", 0.8, 0.90, (2016, 2022, 2026)),
    Offer("Støtteteam Ordbroen", I85, "751", "1990-01-01", 1.0, 0.92, (2016, 2020, 2026)),
]


@dataclass(frozen=True)
class KindTerms:
    """What offers of one kind have in common in capacity.csv and tariffs.csv."""

    levels: int  # of support, each with its own tariff
    assumed_occupancy: tuple  # lowest and highest
    days_per_year: int | None  # None: unknown, left blank
    staff_per_place: float
    daily_price: tuple  # lowest and highest of level 1 in 2026, kr.


KIND_TERMS = {
    "residential": KindTerms(4, (0.95, 0.98), 365, 2.1, (1900, 2500)),
    "day": KindTerms(2, (0.95, 0.97), None, 0.35, (280, 430)),
    "respite": KindTerms(2, (0.90, 0.90), 365, 1.2, (1900, 2300)),
    "single_person": KindTerms(1, (0.95, 0.95), 365, 6.0, (7600, 8200)),
    "hours": KindTerms(1, (0.95, 0.95), None, 0.15, (140, 160)),
}
# The secure unit is dearer than the rest: about 1.5 million kr. a year.
SECURE_LEGAL_BASIS = "BL_63"
SECURE_TERMS = KindTerms(1, (0.95, 0.95), 365, 4.2, (4150, 4200))
LEVEL_STEP = 0.17  # each level of support costs so much of level 1 more
