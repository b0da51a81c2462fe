"""Submissions to the action recognition challenge of EPIC-KITCHENS-100."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
import torch
from mmengine.dataset import BaseDataset

from ..errors import InputError
from ..utils.outputs import output_path
from .verb_noun import task_probabilities

VERSION, CHALLENGE = '0.2', 'action_recognition'
MOST_ACTIONS = 100
DIGITS = 7  # significant digits, as many as float32 has
NAME_IN_ZIP = 'test.json'


class SupervisionLevels(NamedTuple):
    """The supervision of a model on the Supervision Levels Scale (Damen and Wray, 2020), each from 0 to 5.

    Attributes:
        pretraining: 2 for public images and videos, such as ImageNet and Kinetics.
        labels: 3 for classes, start and end of each segment.
        data: 3 for the training split, 4 for that and the validation split.
    """

    pretraining: int = 2
    labels: int = 3
    data: int = 3


def write_challenge(
    path: str | Path, predictions: list[dict], dataset: BaseDataset, levels: SupervisionLevels | None = None
) -> None:
    """Write the scores of all segments in the format of the challenge.

    Scores of verbs and nouns are probabilities; those of actions are their products, for the 100 most probable pairs.
    Segments are written one by one, about 10 KB each: 130 MB for the test split, a third of that as ``.zip``.

    Args:
        path: A ``.json``, or a ``.zip`` to be uploaded, which is replaced if it exists.
        predictions: The predictions that ``KeepPredictions`` collected of ``dataset``, in its order.
        dataset: An ``EpicKitchensDataset``.
        levels: The supervision of the model. Default: that of a Motionformer from a Kinetics model, trained on the
            training split.

    Raises:
        InputError: If a segment has no ``narration_id``, or no scores for verbs and nouns, or the file cannot be
            written; what was there before remains.
    """
    path = Path(path)
    pieces = (piece.encode() for piece in _pieces(predictions, dataset, levels or SupervisionLevels()))
    with output_path(path) as part:
        if path.suffix.lower() == '.zip':
            with ZipFile(part, 'w', ZIP_DEFLATED) as archive, archive.open(NAME_IN_ZIP, 'w') as file:
                file.writelines(pieces)
        else:
            with part.open('wb') as file:
                file.writelines(pieces)


def _pieces(predictions: list[dict], dataset: BaseDataset, levels: SupervisionLevels) -> Iterator[str]:
    """The file, piece by piece."""
    head = dict(
        version=VERSION,
        challenge=CHALLENGE,
        sls_pt=levels.pretraining,
        sls_tl=levels.labels,
        sls_td=levels.data,
    )
    yield json.dumps(head)[:-1] + ', "results": {'
    for index, prediction in enumerate(predictions):
        segment = dataset.get_data_info(index).get('narration_id')
        if not segment:
            raise InputError(
                f'segment {index + 1} of {dataset.ann_file} has no narration_id, which the challenge needs; the '
                'columns must be those of EPIC_100_test_timestamps.csv'
            )
        yield f'{"," if index else ""}\n{json.dumps(segment)}: {json.dumps(segment_scores(prediction["scores"]))}'
    yield '}}\n'


def segment_scores(scores: dict[str, Any]) -> dict[str, dict[str, float]]:
    """The scores of a segment by class: all verbs, all nouns, and their most probable pairs.

    Args:
        scores: Scores of verbs and of nouns as arrays, probabilities or raw scores.

    Raises:
        InputError: If there are none for verbs or for nouns.
    """
    if isinstance(scores, dict):
        scores = {task: torch.as_tensor(values) for task, values in scores.items()}
    verbs, nouns = (task_probabilities(scores, task) for task in ('verb', 'noun'))
    pairs = np.outer(verbs, nouns)
    order = np.argsort(-pairs, axis=None, kind='stable')[:MOST_ACTIONS]
    best = zip(*np.unravel_index(order, pairs.shape), strict=True)
    actions = {f'{verb},{noun}': _rounded(pairs[verb, noun]) for verb, noun in best}
    return dict(verb=_by_class(verbs), noun=_by_class(nouns), action=actions)


def _by_class(scores: np.ndarray) -> dict[str, float]:
    return {str(index): _rounded(score) for index, score in enumerate(scores)}


def _rounded(score: float) -> float:
    return float(f'{score:.{DIGITS}g}')
