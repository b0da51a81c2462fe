"""Collecting the predictions of a test, and writing them."""

import io
import json
import pickle
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from mmengine.dataset import BaseDataset
from mmengine.evaluator import BaseMetric

from ..errors import InputError
from ..registry import METRICS
from ..utils.outputs import write_output
from .detections import detections_of


@METRICS.register_module()
class KeepPredictions(BaseMetric):
    """Collect the scores of all videos from all processes, in the order of the data set; it reports no figure.

    Args:
        collect_device: Device for collecting the results of several processes, ``cpu`` or ``gpu``.
        prefix: Not used, since no figure is reported.

    Attributes:
        predictions: After the evaluation, on the first process, a dict with ``label``, the indices of the labels, and
            ``scores`` for each video. ``scores`` is a dict where the head returns one. A video of a data set with
            several labels has ``predicted`` too, the indices of the labels that reach their thresholds. Of a key frame
            with boxes it is what ``detections_of`` keeps.
    """

    def __init__(self, collect_device: str = 'cpu', prefix: str | None = None) -> None:
        super().__init__(collect_device, prefix)
        self.predictions: list[dict] = []

    def process(self, data_batch: object, data_samples: Sequence[dict]) -> None:
        for sample in data_samples:
            if 'pred_instances' in sample:
                self.results.append(with_reason(detections_of(sample), sample))
                continue
            scores = sample['pred_score']
            if isinstance(scores, dict):
                scores = {task: values.float().cpu().numpy() for task, values in scores.items()}
            else:
                scores = scores.float().cpu().numpy()
            result = {'label': indices_of(sample['gt_label']), 'scores': scores}
            if sample['gt_label'].is_floating_point():
                result['predicted'] = [] if 'broken_video' in sample else indices_of(sample['pred_label'])
            self.results.append(with_reason(result, sample))

    def compute_metrics(self, results: list[dict]) -> dict:
        self.predictions = results
        return {}


def with_reason(result: dict, sample: dict) -> dict:
    """A result, with the error of a video that could not be decoded."""
    return dict(result, broken=sample['broken_video']) if 'broken_video' in sample else result


def indices_of(label: torch.Tensor) -> list[int]:
    """Labels as indices: they are, or have a 0 or 1 for each class."""
    return label.nonzero().flatten().tolist() if label.is_floating_point() else label.tolist()


def is_labelled(prediction: dict) -> bool:
    """Whether a video has a label: hidden labels of test sets are -1; of several there may be none.

    Args:
        prediction: A prediction from ``KeepPredictions``.
    """
    return min(prediction['label'], default=0) >= 0


class Report(NamedTuple):
    """The content of a report.

    Attributes:
        videos: The name, label, predicted label and scores of each video.
        class_names: Class names of each classifier, if the config has them.
    """

    videos: list[dict]
    class_names: dict[str, list[str]] | None


def write_predictions(
    path: str | Path,
    predictions: list[dict],
    dataset: BaseDataset,
    metrics: dict,
    class_names: dict[str, list[str]] | None = None,
) -> None:
    """Write a report: the metrics, and the name, label, predicted label and scores of each video.

    Where scores are a dict of tasks, so are the scores and predicted labels of the report. A segment of a video has its
    name from the annotations under ``segment``. A video that could not be decoded has the error under ``broken``, and
    -1 as predicted label. A hidden label is None. Where videos have several labels, ``label`` and ``predicted`` are
    lists of them.

    Args:
        path: A ``.json`` or ``.pkl``, which is replaced if it exists.
        predictions: The predictions that ``KeepPredictions`` collected of ``dataset``.
        dataset: The data set, for the names of the videos.
        metrics: Metrics of the whole set.
        class_names: Class names of each classifier.

    Raises:
        InputError: If the predictions are not in the order of the data set, or the file cannot be written; what was
            there before remains.
    """
    videos = []
    for index, prediction in enumerate(predictions):
        info = dataset.get_data_info(index)
        labels = info['label']
        if isinstance(labels, torch.Tensor):
            labels = indices_of(labels)
        several = 'predicted' in prediction
        if (labels if isinstance(labels, list) else [labels]) != prediction['label']:
            raise InputError('the test data loader shuffles: set test_dataloader.sampler.shuffle to False for --out')
        scores, broken = prediction['scores'], 'broken' in prediction
        predicted: dict[str, int] | int | list[int]
        if several:
            predicted, scores = prediction['predicted'], scores.tolist()
        elif isinstance(scores, dict):
            predicted = {task: -1 if broken else int(values.argmax()) for task, values in scores.items()}
            scores = {task: values.tolist() for task, values in scores.items()}
        else:
            predicted, scores = -1 if broken else int(scores.argmax()), scores.tolist()
        name = {'video': info.get('filename') or info.get('frame_dir')}
        if info.get('narration_id'):
            name['segment'] = info['narration_id']
        if broken:
            name['broken'] = prediction['broken']
        label = labels if is_labelled(prediction) else None
        videos.append({**name, 'label': label, 'predicted': predicted, 'scores': scores})
    report: dict[str, object] = {'metrics': {name: float(value) for name, value in metrics.items()}}
    report |= {'class_names': class_names} if class_names else {}
    report['videos'] = videos
    is_json = Path(path).suffix.lower() == '.json'
    write_output(path, json.dumps(report, indent=1) + '\n' if is_json else pickle.dumps(report))


def read_report(path: str | Path) -> Report:
    """Read a report that ``write_predictions`` wrote.

    Args:
        path: A ``.json`` or ``.pkl`` file.

    Raises:
        InputError: If the file is not such a report.
    """
    path = Path(path)
    try:
        if path.suffix.lower() == '.pkl':
            report = _PlainUnpickler(io.BytesIO(path.read_bytes())).load()
        else:
            report = json.loads(path.read_text(encoding='utf-8'))
        return Report(report['videos'], report.get('class_names'))
    except (OSError, ValueError, KeyError, TypeError, EOFError, pickle.UnpicklingError) as error:
        raise InputError(f'{path} is not a report of tools/test.py --out') from error


class _PlainUnpickler(pickle.Unpickler):
    """Reads numbers, strings, lists and dicts only, and runs no code."""

    def find_class(self, module: str, name: str) -> object:
        raise pickle.UnpicklingError(f'a report has no {module}.{name}')
