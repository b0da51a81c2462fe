"""Accuracy of actions, which are pairs of a verb and a noun."""

from collections.abc import Sequence
from logging import WARNING

import numpy as np
import torch
from mmengine.evaluator import BaseMetric
from mmengine.logging import print_log

from ..errors import InputError
from ..registry import METRICS
from .probabilities import as_probabilities

TASKS = ('action', 'verb', 'noun')  # the action first: save_best='auto' uses the first metric


@METRICS.register_module()
class VerbNounAccuracy(BaseMetric):
    """Top-k accuracy of actions, verbs and nouns (Damen et al., 2022, "Rescaling Egocentric Vision").

    An action is correct if its verb and its noun are. All pairs of a verb and a noun are ranked by the product of the
    two probabilities, and the label must be among the first k pairs. A softmax is applied to scores that are not
    probabilities: one is negative, or their sum is not 1. Ties are broken by the lower class index.

    It reports ``action_top1``, ``action_top5``, ``verb_top1`` and so on, from 0 to 1. Samples without labels (-1) are
    left out, and if no sample has one nothing is reported; a warning is logged.

    The published Motionformer code has the same top-1, and a different top-5 of actions: a video counts as correct if
    verb and noun have the same rank among the first five verbs and nouns.

    Args:
        topk: The values of k.
        collect_device: Device for collecting the results of several processes, ``cpu`` or ``gpu``.
        prefix: Prefix of the reported names. Default: ``acc``.

    Raises:
        InputError: If a sample lacks scores or a label for verb or noun.
    """

    default_prefix = 'acc'

    def __init__(self, topk: Sequence[int] = (1, 5), collect_device: str = 'cpu', prefix: str | None = None) -> None:
        super().__init__(collect_device, prefix)
        self.topk = tuple(topk)

    def process(self, data_batch: object, data_samples: Sequence[dict]) -> None:
        for sample in data_samples:
            verbs, nouns = (task_probabilities(sample['pred_score'], task) for task in ('verb', 'noun'))
            label = sample['gt_label'].tolist()
            if len(label) != 2:
                raise InputError(f'VerbNounAccuracy needs two labels, verb and noun, not {label}')
            verb, noun = label
            if verb < 0 or noun < 0:
                self.results.append(None)
                continue
            actions = np.outer(verbs, nouns).ravel()
            action = verb * len(nouns) + noun
            self.results.append((_rank(actions, action), _rank(verbs, verb), _rank(nouns, noun)))

    def compute_metrics(self, results: list[tuple[int, int, int] | None]) -> dict[str, float]:
        ranked = [ranks for ranks in results if ranks is not None]
        if len(ranked) < len(results):
            unlabelled = len(results) - len(ranked)
            text = f'{unlabelled} of {len(results)} segments have no labels and are left out'
            print_log(text, 'current', WARNING)
            if not ranked:
                return {}
        ranks = np.array(ranked).reshape(-1, len(TASKS))
        return {
            f'{task}_top{k}': float((ranks[:, column] < k).mean())
            for column, task in enumerate(TASKS)
            for k in self.topk
        }


def task_probabilities(scores: dict[str, torch.Tensor], task: str) -> np.ndarray:
    """The probabilities of the classes of a task, in double precision.

    Raises:
        InputError: If there are no scores of the task, or more than one per class.
    """
    if not isinstance(scores, dict) or task not in scores:
        raise InputError(f'VerbNounAccuracy needs scores of {task}, as mmaction_vt.VerbNounHead returns them')
    values = scores[task].cpu().double()  # in this order, since Apple's GPU has no float64
    if values.ndim != 1:
        raise InputError(
            'VerbNounAccuracy needs one score per class: set average_clips of the head to "prob" or "score"'
        )
    return as_probabilities(values).numpy()


def _rank(scores: np.ndarray, label: int) -> int:
    """How many classes rank above the label; NaN ranks above all."""
    before = ~(scores <= scores[label])
    before[:label] |= scores[:label] == scores[label]
    return int(before.sum())
