"""The invented truth behind the sample: counts of 172 communes, six years, from one seed.

Every unit of every later administrative list is a whole sum of the 172 communes of 2021, so the
counts live there and any other unit is added up. Percentages are never stored. Each number has a
random stream of its own (seed / indicator / unit), so changing one path moves nothing else, and
`random.Random` gives the same stream on every Python version.
"""

from __future__ import annotations

import math
import random
from functools import cache

from tests.sample_data import paths
from tests.sample_data.geography import Geography

SEED = 20212030
YEARS = range(2021, 2027)
PULL = {1: 0.9, 2: 0.6, 3: 0.3}
"""How near to the edge a rate stands so many years from the band it comes from or goes to."""

POPULATION = {
    # people in 2021, close to the census of 2019 (danso.asia); Tân Phước and Tân Phú Đông from
    # the province's former web page. Levels only: nothing published is reproduced exactly.
    "815": 229_500,
    "816": 100_600,
    "817": 126_300,
    "818": 64_200,
    "819": 293_900,
    "820": 194_100,
    "821": 266_800,
    "822": 188_500,
    "823": 127_800,
    "824": 139_700,
    "825": 43_600,
}
PER_PERSON = {
    "aged_15": 0.79,
    "adults": 0.745,
    "working_age": 0.615,
    "aged_15_25": 0.135,
    "aged_15_35": 0.298,
    "aged_15_60": 0.622,
    "aged_5": 0.0144,
    "aged_6": 0.0147,
    "aged_3_5": 0.0432,
    "aged_11": 0.0155,
    "aged_14": 0.0151,
    "aged_15_18": 0.0552,
}


def stream(*names: object) -> random.Random:
    """Random stream that belongs to ``names`` alone."""
    return random.Random("/".join(str(name) for name in (SEED, *names)))


def logit(percent: float) -> float:
    """Log odds of a percentage."""
    return math.log(percent / (100 - percent))


def percent_of(log_odds: float) -> float:
    """Percentage of log odds."""
    return 100 / (1 + math.exp(-log_odds))


def count_near(percent: float, total: int, low: float = 0.0, high: float = 100.1) -> int:
    """Whole count nearest to ``percent`` of ``total`` whose percentage is in [low, high)."""
    count = round(percent * total / 100)
    while count < total and 100 * count < low * total:
        count += 1
    while count > 0 and 100 * count >= high * total:
        count -= 1
    return count


class Truth:
    """Counts per 2021 commune and year, and their sums over any group of communes."""

    def __init__(self, geography: Geography) -> None:
        self.geography = geography
        self.atoms = geography.atoms
        self._weak_order = {
            district: self._order_of(district, atoms) for district, atoms in self.atoms.items()
        }

    def _order_of(self, district: str, atoms: list[str]) -> dict[str, int]:
        """Rank of communes from weakest; those of one later commune stay together."""
        group = self.geography.commune_2025
        key = {code: (stream("weak", district, group[code]).random(), code) for code in atoms}
        return {code: rank for rank, code in enumerate(sorted(atoms, key=key.get))}

    @cache  # noqa: B019 - one Truth lives for one writing of the sample
    def population(self, atom: str, year: int) -> int:
        """People of a 2021 commune; grows about 0.3 % a year."""
        district = self.geography.district_of[atom]
        weights = self._weights(district)
        share = weights[atom] / sum(weights.values())
        growth = 0.0031 + 0.004 * (stream("growth", atom).random() - 0.5)
        return round(POPULATION[district] * share * (1 + growth) ** (year - 2021))

    @cache  # noqa: B019
    def _weights(self, district: str) -> dict[str, float]:
        return {atom: 0.6 + stream("size", atom).random() for atom in self.atoms[district]}

    @cache  # noqa: B019
    def base(self, kind: str, atom: str, year: int) -> int:
        """Denominator of ``kind`` in one 2021 commune."""
        if kind == "centres":
            return 1
        if kind == "institutions":
            return 2 + int(3.2 * stream("schools", atom).random())
        tilt = 1 + 0.05 * (stream("age", kind, atom).random() - 0.5)
        wave = 1 + (0.04 if PER_PERSON[kind] < 0.1 else 0.01) * (
            stream("cohort", kind, year).random() - 0.5
        )
        return max(20, round(self.population(atom, year) * PER_PERSON[kind] * tilt * wave))

    @cache  # noqa: B019
    def count(self, indicator: str, atom: str, year: int) -> tuple[int, int]:
        """Numerator and denominator of one indicator in one 2021 commune."""
        if indicator in paths.SHARES:
            kind = paths.SHARES[indicator].base
            if kind in ("centres", "institutions"):
                return self._adopted(indicator, kind, atom, year), self.base(kind, atom, year)
            return self._people(indicator, kind, atom, year)
        return self._rate(indicator, atom, year)

    @cache  # noqa: B019
    def district_percent(self, indicator: str, district: str, year: int) -> float:
        """Percent a district aims at: province's path, its own place and pace, noise, incidents."""
        path = paths.SHARES[indicator]
        rng = stream("district", indicator, district)
        place = paths.STANDING[district] * path.spread + 0.5 * path.spread * rng.gauss(0, 1)
        pace = 0.022 * rng.gauss(0, 1) * (year - 2021)
        shock = 0.012 * stream("shock", indicator, year).gauss(0, 1)
        noise = 0.02 * stream("noise", indicator, district, year).gauss(0, 1)
        value = percent_of(logit(path.percent[year - 2021]) + place + pace + shock + noise)
        incident = paths.INCIDENTS.get((indicator, district), (0.0,) * len(YEARS))
        return min(99.5, max(0.5, value + incident[year - 2021]))

    def _people(self, indicator: str, kind: str, atom: str, year: int) -> tuple[int, int]:
        total = self.base(kind, atom, year)
        district = self.geography.district_of[atom]
        aim = logit(self.district_percent(indicator, district, year))
        own = 0.18 * stream("place", indicator, atom).gauss(0, 1)
        return count_near(percent_of(aim + own), total), total

    def _adopted(self, indicator: str, kind: str, atom: str, year: int) -> int:
        """Schools or centres that have changed over: always the same ones first."""
        district = self.geography.district_of[atom]
        slots = self._slots(indicator, kind, district)
        number = round(self.district_percent(indicator, district, year) * len(slots) / 100)
        return sum(1 for slot in slots[:number] if slot[0] == atom)

    @cache  # noqa: B019
    def _slots(self, indicator: str, kind: str, district: str) -> list[tuple[str, int]]:
        """Schools or centres of a district in the order in which they change over."""
        first = YEARS[0]
        slots = [(a, i) for a in self.atoms[district] for i in range(self.base(kind, a, first))]
        return sorted(slots, key=lambda slot: stream("adopt", indicator, *slot).random())

    def _rate(self, indicator: str, atom: str, year: int) -> tuple[int, int]:
        """Rate behind recognition: in the band that the district's story asks for.

        It nears the edge of its band before it leaves it, and starts from there after: real rates
        do not jump on the day of a recognition.
        """
        total = self.base(paths.RATES[indicator].base, atom, year)
        low, high = self._band(indicator, atom, year)
        place = stream("rate", indicator, atom).random()
        noise = 0.12 * (stream("rate", indicator, atom, year).random() - 0.5)
        place = min(1.0, max(0.0, 0.9 * place + noise + 0.02 * (year - YEARS[0])))
        for years, edge in self._band_edges(indicator, atom, year):
            place += PULL.get(years, 0.0) * (edge - place)
        aim = low + (high - low) * place
        return count_near(aim, total, low, high + 0.1 if high >= 100 else high), total

    def _band(self, indicator: str, atom: str, year: int) -> tuple[float, float]:
        """Percent band of one commune in one year."""
        district = self.geography.district_of[atom]
        weak = paths.weak_communes(indicator, district, year)
        if self._weak_order[district][atom] < weak:
            return paths.RATES[indicator].weak
        return paths.band(indicator, district, year)

    def _band_edges(self, indicator: str, atom: str, year: int) -> list[tuple[int, float]]:
        """Years to the nearest other band, before and after, and the edge (0, 1) towards it.

        The nearer change comes last, so that it weighs most.
        """
        band, edges = self._band(indicator, atom, year), []
        for years in (range(year + 1, YEARS[-1] + 1), range(year - 1, YEARS[0] - 1, -1)):
            others = ((y, self._band(indicator, atom, y)) for y in years)
            other = next(((abs(y - year), b) for y, b in others if b != band), None)
            if other:
                edges.append((other[0], float(other[1] > band)))
        return sorted(edges, reverse=True)

    def total(self, indicator: str, atoms: tuple[str, ...], year: int) -> tuple[int, int]:
        """Numerator and denominator summed over ``atoms``."""
        pairs = [self.count(indicator, atom, year) for atom in atoms]
        return sum(a for a, _ in pairs), sum(b for _, b in pairs)

    def of_unit(self, indicator: str, unit_code: str, year: int, on: str) -> tuple[int, int]:
        """Numerator and denominator of any unit of the list valid on ``on``."""
        return self.total(indicator, self.geography.atoms_of(unit_code, on), year)
