"""A simulated extract: coherent blood counts and iron panels of patients of known kinds, from several laboratories.

Kinds (``kinds``) say what is wrong with whom; ``people`` says who they are and when their blood is drawn; ``bodies``
what is in it; ``orders`` which tests anybody thought of; ``reports`` and ``sites`` how a laboratory prints them;
``dirt`` what goes wrong on the way. Everything is drawn from one seed, a stream of its own for each step, so that a
change in one step leaves the others as they were. No patient is real, and no number here is a threshold of a rule.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from transforms.simulation.bodies import bodies
from transforms.simulation.dirt import soil
from transforms.simulation.orders import ordered
from transforms.simulation.people import EPOCH, blood_draws, clinical_events, coverage, deaths, people
from transforms.simulation.reports import printed
from transforms.simulation.tables import coverage_rows, event_rows, patient_rows, result_rows

END = date(2026, 6, 30)  # the last day of an extract: fixed, so that a seed gives the same extract on any day
_STEPS = ("people", "draws", "bodies", "orders", "reports", "dirt", "events", "deaths", "coverage", "tables")

__all__ = ["END", "EPOCH", "simulate", "simulated_people"]


def simulate(*, patients: int, years: int, seed: int, end: date = END) -> dict[str, pl.DataFrame]:
    """The tables of a canonical extract, everything text: lab_results, patients, clinical_events, coverage.

    patients: how many, at least 1. years: how long before ``end`` the extract begins. The same arguments give the same
    frames.
    """
    chance = _streams(seed)
    them = people(patients, end, chance["people"])
    drawn = blood_draws(them, years, end, chance["draws"])
    tests = ordered(drawn, them, bodies(drawn, them, chance["bodies"]), chance["orders"])
    named = drawn.join(
        them.select("patient", "patient_id", "site"), on="patient", how="left", maintain_order="left"
    )
    results = soil(printed(tests, named, end, chance["reports"]), chance["dirt"])
    died = deaths(them, drawn, chance["deaths"])
    died = died.set(died > (end - EPOCH).days, None)
    events = clinical_events(them, died, end, chance["events"])
    spans = coverage(them, died, years, end, chance["coverage"])
    return {
        "lab_results": result_rows(results),
        "patients": patient_rows(them, died, chance["tables"]),
        "clinical_events": event_rows(events, them, chance["tables"]),
        "coverage": coverage_rows(spans, them),
    }


def simulated_people(*, patients: int, seed: int, end: date = END) -> pl.DataFrame:
    """Who the patients of ``simulate`` are: patient_id, kind_name, female, age at the index visit, index_day, ….

    The truth behind the extract, which does not carry it. Columns: ``people.people``.
    """
    return people(patients, end, _streams(seed)["people"])


def _streams(seed: int) -> dict[str, np.random.Generator]:
    return {
        step: np.random.default_rng([abs(seed), int(seed < 0), place]) for place, step in enumerate(_STEPS)
    }
