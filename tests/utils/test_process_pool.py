"""Calls in processes that may die."""

import os
import signal

import pytest
import torch

from mmaction_vt.utils.process_pool import call_in_order


def squares(item):
    """A tensor; the process dies of 3 and of 7."""
    if item in (3, 7):
        os.kill(os.getpid(), signal.SIGKILL)
    return torch.tensor([item**2, os.getpid()])


def died(item):
    return torch.tensor([-item, 0])


@pytest.mark.parametrize('workers', [1, 3])
def test_a_process_that_dies_costs_one_result(workers):
    results = list(call_in_order(squares, range(12), workers, on_crash=died))
    assert [int(result[0]) for result in results] == [-i if i in (3, 7) else i**2 for i in range(12)]
    assert os.getpid() not in {int(result[1]) for result in results}


def test_without_processes_the_calls_are_made_here():
    assert [int(result[1]) for result in call_in_order(squares, range(3), 0, on_crash=died)] == [os.getpid()] * 3


def test_items_are_taken_as_results_are_asked_for():
    taken = []
    results = call_in_order(squares, (taken.append(i) or i for i in range(100, 200)), 2, on_crash=died)
    next(results)
    assert len(taken) < 10
    results.close()
    assert len(taken) < 10


def test_no_items():
    assert list(call_in_order(squares, [], 2, on_crash=died)) == []
