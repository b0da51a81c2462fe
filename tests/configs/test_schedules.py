"""The learning rate at every epoch is the published formula's."""

from math import cos, pi

import pytest
import torch
from conftest import ROOT
from mmengine.config import Config
from mmengine.registry import PARAM_SCHEDULERS

EPOCH = 20  # steps


def rates(schedulers, rate, epochs):
    """Learning rates of all steps, (epochs, EPOCH), as mmengine's runner and its hook set them."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=rate)
    built = []
    for settings in schedulers:
        settings = dict(settings)
        kind = PARAM_SCHEDULERS.get(settings.pop('type'))
        build = kind.build_iter_from_epoch if settings.pop('convert_to_iter_based', False) else kind
        more = dict(epoch_length=EPOCH) if build is not kind else {}
        built.append(build(optimizer=optimizer, **settings, **more))
    steps = []
    for _ in range(epochs):
        for _ in range(EPOCH):
            steps.append(optimizer.param_groups[0]['lr'])
            optimizer.step()
            for scheduler in built:
                if not scheduler.by_epoch:
                    scheduler.step()
        for scheduler in built:
            if scheduler.by_epoch:
                scheduler.step()
    return torch.tensor(steps).view(epochs, EPOCH)


def check(config, formula, tolerance=1e-6):
    """Compare with a function of the epoch, which has a fraction inside of it."""
    rate, epochs = config.optim_wrapper.optimizer.lr, config.train_cfg.max_epochs
    ours = rates(config.param_scheduler, rate, epochs)
    published = [[rate * formula(epoch, step / EPOCH) for step in range(EPOCH)] for epoch in range(epochs)]
    torch.testing.assert_close(ours, torch.tensor(published), rtol=tolerance, atol=0)


def load(name):
    return Config.fromfile(ROOT / 'configs' / 'recognition' / f'{name}.py')


@pytest.mark.parametrize(
    ('name', 'epochs', 'first', 'second'),
    [
        ('timesformer/timesformer_divST_8x32_224_kinetics400', 15, 11, 14),
        ('timesformer/timesformer_divST_8_224_ssv2', 15, 11, 14),
        ('timesformer/timesformer_divST_8x32_224_kinetics600_vtb', 15, 5, 11),
        ('motionformer/motionformer_224_16x4_kinetics400', 35, 20, 30),
        ('motionformer/motionformer_224_16x4_ssv2', 35, 20, 30),
        ('motionformer/motionformer_224_16x4_epickitchens', 50, 30, 40),
    ],
)
def test_steps(name, epochs, first, second):
    """A tenth after each of two milestones (TimeSformer, appendix A; Motionformer, section 4)."""
    config = load(name)
    assert config.train_cfg.max_epochs == epochs
    check(config, lambda epoch, _: 0.1 ** ((epoch >= first) + (epoch >= second)))


@pytest.mark.parametrize(
    ('name', 'warm_up', 'start'),
    [
        ('dualformer/dualformer_tiny_patch244_window877_kinetics400_1k', 3, 0.1),
        ('dualformer/dualformer_base_patch244_window877_kinetics600_22k', 2.5, 0.1),
        ('dualformer/dualformer_tiny_patch244_window877_ucf101', 1, 0.1),
        ('vivit/vivit_b_16x2_kinetics400', 2.5, 1e-3),
    ],
)
def test_cosine_with_warm_up(name, warm_up, start):
    """Half a cosine, epoch by epoch, times a line from ``start`` to one over the first epochs.

    mmengine's line ends one step earlier than the published one, which is what the tolerance is for.
    """
    config = load(name)
    epochs = config.train_cfg.max_epochs

    def formula(epoch, fraction):
        done = min((epoch + fraction) / warm_up, 1)
        return (start + (1 - start) * done) * (1 + cos(pi * epoch / epochs)) / 2

    check(config, formula, tolerance=1.1 / (EPOCH * warm_up - 1))


def test_cosine_of_the_benchmark():
    """The rate of epoch e, counted from one: e/5 up to five, then half a cosine to 1e-6 (its trainer)."""
    config = load('timesformer/timesformer_divST_8x32_224_kinetics600_vtb')
    fragment = ROOT / 'configs' / '_base_' / 'schedules' / 'benchmark_cosine_15e.py'
    config.param_scheduler = Config.fromfile(fragment).benchmark_cosine
    least = 1e-6 / config.optim_wrapper.optimizer.lr

    def formula(epoch, _):
        number = epoch + 1
        return number / 5 if number <= 5 else least + (1 - least) * (1 + cos(pi * (number - 5) / 10)) / 2

    check(config, formula, tolerance=1e-5)
