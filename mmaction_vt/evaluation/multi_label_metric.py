"""The metric of videos with several labels."""

from collections.abc import Sequence

import numpy as np
from mmengine.evaluator import BaseMetric

from ..errors import InputError
from ..registry import METRICS
from ..utils.thresholds import Thresholds, per_class
from .multi_label import class_f1, class_precisions, mean_of, micro_f1, video_precisions

MULTI_LABEL_METRICS = ('mean_average_precision', 'mmit_mean_average_precision', 'average_precision', 'f1')


@METRICS.register_module()
class MultiLabelMetric(BaseMetric):
    """Mean average precision and F1 scores of videos with several labels.

    | ``metric_list`` | reported, from 0 to 1 |
    | --- | --- |
    | ``mean_average_precision`` | ``mAP``, the mean over the classes, as of mmaction2's ``AccMetric`` |
    | ``mmit_mean_average_precision`` | ``mmit_mAP``, the mean over the videos, as for Multi-Moments in Time |
    | ``average_precision`` | ``AP_0``, ``AP_1`` and so on for the classes |
    | ``f1`` | ``micro_f1`` of all decisions together, and ``macro_f1``, the mean over the classes |

    Classes without a video, and for ``mmit_mAP`` videos without a label, are left out.

    Args:
        metric_list: What is reported.
        thresholds: The probability from which on a label is predicted, for ``f1``: a number, one for each class, or a
            file that ``tools/analysis/tune_thresholds.py`` wrote. Default: what the model predicts, by its own.
        collect_device: Device for collecting the results of several processes, ``cpu`` or ``gpu``.
        prefix: Prefix of the reported names. Default: ``multi_label``.

    Raises:
        InputError: If there is no such metric, the thresholds cannot be used, or a sample does not have a score and a
            label for each class.
    """

    default_prefix = 'multi_label'

    def __init__(
        self,
        metric_list: Sequence[str] = ('mean_average_precision', 'f1'),
        thresholds: Thresholds | None = None,
        collect_device: str = 'cpu',
        prefix: str | None = None,
    ) -> None:
        super().__init__(collect_device, prefix)
        self.metric_list = (metric_list,) if isinstance(metric_list, str) else tuple(metric_list)
        unknown = [name for name in self.metric_list if name not in MULTI_LABEL_METRICS]
        if unknown:
            raise InputError(
                f'unknown metric {", ".join(map(str, unknown))} of MultiLabelMetric; choose from '
                f'{", ".join(MULTI_LABEL_METRICS)}'
            )
        self.thresholds = thresholds
        self._values: list[float] | None = None  # of each class

    def process(self, data_batch: object, data_samples: Sequence[dict]) -> None:
        for sample in data_samples:
            scores, label = sample['pred_score'], sample['gt_label']
            if isinstance(scores, dict) or scores.ndim != 1 or scores.shape != label.shape:
                raise InputError(
                    'MultiLabelMetric needs a score and a 0 or 1 for each class of a video: set multi_class=True of '
                    'the data set, and average_clips of mmaction_vt.MultiLabelHead to "prob" or "score"'
                )
            scores = scores.float().cpu().numpy()
            self.results.append((scores, self._predicted(sample, scores), label.cpu().numpy() > 0))

    def _predicted(self, sample: dict, scores: np.ndarray) -> np.ndarray:
        """Whether each label is predicted (classes,); none is in a broken video."""
        predicted = np.zeros(len(scores), bool)
        if 'broken_video' in sample:
            return predicted
        if self.thresholds is None:
            predicted[sample['pred_label'].cpu().numpy()] = True
            return predicted
        if self._values is None:
            self._values = per_class(self.thresholds, len(scores))
        return scores >= self._values

    def compute_metrics(self, results: list[tuple[np.ndarray, np.ndarray, np.ndarray]]) -> dict[str, float]:
        scores, predicted, labels = (np.stack(arrays) for arrays in zip(*results, strict=True))
        figures: dict[str, float] = {}
        for name in self.metric_list:
            if name == 'mmit_mean_average_precision':
                figures['mmit_mAP'] = mean_of(video_precisions(scores, labels))
            elif name == 'f1':
                figures |= dict(micro_f1=micro_f1(predicted, labels), macro_f1=mean_of(class_f1(predicted, labels)))
            elif name == 'average_precision':
                figures |= {f'AP_{index}': value for index, value in enumerate(class_precisions(scores, labels))}
            else:
                figures['mAP'] = mean_of(class_precisions(scores, labels))
        return figures
