"""Counting videos that a test could not decode as wrong."""

from collections.abc import Sequence
from logging import WARNING

import torch
from mmengine.evaluator import BaseMetric
from mmengine.logging import print_log

from ..errors import InputError
from ..registry import METRICS

LOWEST = -1e9


@METRICS.register_module()
class CountBrokenVideos(BaseMetric):
    """Give the label of each broken video the lowest score, and log how many there are; it reports no figure.

    It must come before other metrics, which see the scores that it sets. A broken video then counts as wrong for each k
    below the number of classes.

    Args:
        collect_device: Device for collecting the results of several processes, ``cpu`` or ``gpu``.
        prefix: Not used, since no figure is reported.

    Raises:
        InputError: (while evaluating) If all videos are broken.

    Attributes:
        broken: After the evaluation, on the first process, the error of each broken video, by name.
    """

    default_prefix = 'broken'

    def __init__(self, collect_device: str = 'cpu', prefix: str | None = None) -> None:
        super().__init__(collect_device, prefix)
        self.broken: dict[str, str] = {}

    def process(self, data_batch: object, data_samples: Sequence[dict]) -> None:
        for sample in data_samples:
            reason = sample.get('broken_video')
            if reason is not None and 'pred_score' in sample:  # detections of a broken video are left to their metric
                sample['pred_score'] = wrong_scores(sample['pred_score'], sample['gt_label'])
            self.results.append((sample['video_name'], reason) if reason is not None else None)

    def compute_metrics(self, results: list) -> dict:
        self.broken = dict(result for result in results if result is not None)
        if results and all(result is not None for result in results):
            raise InputError(f'none of the {len(results)} videos can be read, e.g. {results[0][1]}')
        for reason in self.broken.values():
            print_log(f'{reason} (it counts as wrong)', 'current', WARNING)
        if self.broken:
            print_log(f'{len(self.broken)} of {len(results)} videos are broken and count as wrong', 'current', WARNING)
        return {}


def wrong_scores(scores: torch.Tensor | dict, labels: torch.Tensor) -> torch.Tensor | dict:
    """Scores that rank the labels last: indices, or a 0 or 1 for each class where a video has several."""
    if isinstance(scores, dict):
        tasks = zip(scores.items(), labels, strict=True)
        return {task: wrong_scores(values, label[None]) for (task, values), label in tasks}
    scores = torch.zeros_like(scores)
    if labels.is_floating_point():
        scores[..., labels > 0] = LOWEST
    else:
        scores[labels[labels >= 0]] = LOWEST  # -1: a sample without a label
    return scores
