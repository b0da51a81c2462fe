"""Temperature, calibration error and rejection against their plain formulations."""

import json

import numpy as np
import pytest
import torch
from reference.multi_label import calibration_error, energy, likelihood_loss, softmax

from mmaction_vt.errors import InputError
from mmaction_vt.evaluation.calibration import (
    Calibration,
    calibrate,
    calibration_text,
    fit_temperature,
    read_calibration,
    reliability,
    threshold_for,
)


def draw(temperature, count=400, classes=5, seed=0):
    """Raw scores whose right temperature is known, and labels that are drawn by it."""
    generator = torch.Generator().manual_seed(seed)
    scores = 2 * torch.randn(count, classes, generator=generator)
    labels = scores.softmax(-1).multinomial(1, generator=generator)[:, 0]
    return scores * temperature, labels


def test_the_temperature_is_the_best_of_a_grid():
    scores, labels = draw(2.5)
    found = fit_temperature(scores, labels)
    grid = np.exp(np.linspace(np.log(0.5), np.log(10), 150))
    losses = [likelihood_loss(scores.tolist(), labels.tolist(), value) for value in grid]
    assert likelihood_loss(scores.tolist(), labels.tolist(), found) <= min(losses) + 1e-9
    assert found == pytest.approx(grid[int(np.argmin(losses))], rel=0.03)


def test_a_large_set_gives_the_temperature_that_it_was_drawn_with():
    for wanted in (0.4, 1.0, 3.0):
        assert fit_temperature(*draw(wanted, 20_000)) == pytest.approx(wanted, rel=0.05)


def test_probabilities_are_scaled_by_their_logarithms():
    scores, labels = draw(2.5)
    probabilities = scores.softmax(-1)
    assert fit_temperature(probabilities, labels) == pytest.approx(fit_temperature(scores, labels), rel=1e-4)
    calibration = Calibration(2.5)
    torch.testing.assert_close(calibration.probabilities(probabilities), calibration.probabilities(scores))
    wanted = [softmax([value / 2.5 for value in row]) for row in scores.tolist()]
    torch.testing.assert_close(calibration.probabilities(scores), torch.tensor(wanted))


def test_zero_probabilities_are_no_obstacle():
    scores = torch.tensor([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.9, 0.1, 0.0]])
    assert np.isfinite(fit_temperature(scores, torch.tensor([0, 1, 2])))


@pytest.mark.parametrize('labels', [[0, 1], [1, 0]])
def test_sets_without_an_error_or_a_success_have_a_finite_temperature(labels):
    assert 0.009 < fit_temperature(torch.tensor([[2.0, 1.0], [1.0, 2.0]]), torch.tensor(labels)) < 100.1


def test_calibration_error():
    scores, labels = draw(3.0)
    for temperature in (1.0, 3.0, 8.0):
        probabilities = (scores / temperature).softmax(-1)
        wanted = calibration_error(probabilities.double().tolist(), labels.tolist())
        assert reliability(probabilities, labels).error == pytest.approx(wanted, abs=1e-6)
    sure = torch.tensor([[1.0, 0.0], [1.0, 0.0]])
    assert reliability(sure, torch.tensor([0, 1])).error == pytest.approx(0.5)


def test_calibration_reduces_the_error():
    scores, labels = draw(4.0, 3000)
    calibration, figures = calibrate(scores, labels)
    assert calibration.threshold is None and calibration.temperature == pytest.approx(4, rel=0.1)
    assert figures['ece_after'] < 0.3 * figures['ece_before']
    assert figures['nll_after'] < figures['nll_before']
    assert figures['ece_held_out'] < 0.4 * figures['ece_before']
    assert figures['nll_after'] == pytest.approx(
        likelihood_loss(scores.tolist(), labels.tolist(), calibration.temperature), rel=1e-5
    )


@pytest.mark.parametrize('reject_by', ['probability', 'energy'])
@pytest.mark.parametrize('accepted', [0.5, 0.95, 0.999])
def test_the_share_of_accepted_videos(reject_by, accepted):
    scores, labels = draw(2.0, 250)
    calibration, _ = calibrate(scores, labels, reject_by, accepted)
    rejected = sum(calibration.rejects(row) for row in scores)
    assert rejected == 250 - np.ceil(accepted * 250)


def test_energy():
    scores, _ = draw(1.0, 20)
    wanted = [-energy(row, 1.7) for row in scores.tolist()]
    torch.testing.assert_close(Calibration(1.7, 'energy').confidence(scores), torch.tensor(wanted))
    calibration = Calibration(1.0, 'energy', 0.0)
    assert calibration.rejects(torch.tensor([-9.0, -9.0])) and not calibration.rejects(torch.tensor([9.0, -9.0]))
    with pytest.raises(InputError, match='the energy needs raw scores'):
        Calibration(1.0, 'energy', 0.0).rejects(torch.tensor([0.5, 0.5]))


def test_threshold_with_ties():
    assert threshold_for(torch.tensor([0.2, 0.9, 0.2, 0.8]), 0.5) == pytest.approx(0.8)
    assert threshold_for(torch.tensor([0.2, 0.9, 0.2, 0.8]), 0.6) == pytest.approx(0.2)
    assert threshold_for(torch.tensor([0.3]), 0.01) == pytest.approx(0.3)


def test_file(tmp_path):
    path = tmp_path / 'calibration.json'
    calibration = Calibration(1.25, 'energy', -3.5)
    path.write_text(calibration_text(calibration, dict(ece_before=0.2, ece_held_out=float('nan'))))
    assert read_calibration(path) == calibration
    assert json.loads(path.read_text()) == dict(temperature=1.25, reject_by='energy', threshold=-3.5, ece_before=0.2)
    path.write_text(calibration_text(Calibration(1.25), {}))
    assert read_calibration(str(path)) == Calibration(1.25) == read_calibration(1.25)


@pytest.mark.parametrize(
    ('text', 'words'),
    [
        ('{"threshold": 1}', 'has no "temperature"'),
        ('{"temperature": 0}', 'must be a number above 0, not 0'),
        ('{"temperature": "warm"}', "must be a number above 0, not 'warm'"),
        ('{"temperature": NaN}', 'must be a number above 0'),
        ('{"temperature": 1, "reject_by": "mood"}', "must be probability or energy, not 'mood'"),
        ('{"temperature": 1, "threshold": true}', 'must be a number, not True'),
        ('[1]', 'has a list'),
        ('no', 'invalid JSON'),
    ],
)
def test_refuses_files(tmp_path, text, words):
    path = tmp_path / 'calibration.json'
    path.write_text(text)
    with pytest.raises(InputError, match=words):
        read_calibration(path)
