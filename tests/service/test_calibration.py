"""Calibration: bins of equal mass, the error they give, and the plot of them."""

import json
import math
from xml.etree import ElementTree

import pytest

from kb.model import Outcome
from service.evaluate.calibration import ANSWERS, FIRSTS, calibration_of, reliability, svg_of
from tests.service.test_cli import anyq
from tests.service.test_evaluate import case, result, write_folder


def test_bins_are_of_equal_mass_and_the_error_is_weighted():
    found = reliability([0.9, 0.2, 0.4, 0.8], [True, False, False, True], n_bins=2)
    low, high = found.bins
    assert (low.n, low.confidence, low.right) == (2, pytest.approx(0.3), 0.0)
    assert (high.n, high.confidence, high.right) == (2, pytest.approx(0.85), 1.0)
    assert found.error == pytest.approx((0.3 + 0.15) / 2)


def test_perfect_confidence_has_no_error_and_nothing_has_none():
    assert reliability([0.5] * 4, [True, False, True, False], n_bins=1).error == 0
    assert math.isnan(reliability([], []).error)


def test_answers_and_first_entries_are_told_apart():
    results = [
        result(case("1", "a"), "a", confidence=0.8),
        result(case("2", "a"), "b", confidence=0.6),
        result(case("3"), "a", confidence=0.7),
        result(case("4", "a"), "a", outcome=Outcome.NOT_FOUND, confidence=0.1),
    ]
    found = calibration_of(results)
    assert found[ANSWERS].n == 3
    assert sum(b.n * b.right for b in found[ANSWERS].bins) == pytest.approx(1)
    assert found[FIRSTS].n == 4
    assert sum(b.n * b.right for b in found[FIRSTS].bins) == pytest.approx(2)


def test_the_plot_is_an_svg_with_a_dot_for_each_bin():
    found = reliability([0.1, 0.9], [False, True], n_bins=2)
    drawn = ElementTree.fromstring(svg_of({ANSWERS: found}))
    dots = list(drawn.iter("{http://www.w3.org/2000/svg}circle"))
    assert [(float(d.get("cx")), float(d.get("cy"))) for d in dots] == [(72.0, 360.0), (328.0, 40.0)]


def test_evaluate_reports_calibration_and_writes_the_plot(home, tmp_path):
    question = "Нужна ли страховка, чтобы лечиться от диабета?"
    folder = write_folder(tmp_path / "cases", [("1", question, {"language": "ru"})], [("1", "diabetes", 1)])
    plot = tmp_path / "plot.svg"
    options = ("--plot", plot, "--typing", "--cross", "--home", home)
    found = json.loads(anyq("evaluate", folder, "--json", *options).stdout)
    (only,) = found["calibration"][ANSWERS]["bins"]
    assert (only["n"], only["right"]) == (1, 1.0)
    assert found["calibration"][ANSWERS]["ece"] == pytest.approx(1 - only["confidence"])
    assert found["cross"][0]["values"]["hit@1"] == 1.0
    assert [row["group"] for row in found["typing"]] == ["ru one-edit typo", "ru hasty, many slips"]
    assert plot.read_text(encoding="utf-8").startswith("<svg")
    printed = anyq("evaluate", folder, *options).stdout
    assert all(title in printed for title in ("Calibration of answers", "Ways of typing", "Answer only in another"))
