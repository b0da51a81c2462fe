"""The file that the action recognition challenge of EPIC-KITCHENS-100 takes."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
import torch
from mmengine.dataset import BaseDataset

from ..errors import InputError
from .verb_noun import task_probabilities

VERSION, CHALLENGE = '0.2', 'action_recognition'
MOST_ACTIONS = 100
DIGITS = 7  # significant ones, as many as float32 has
CHALLENGE_SUFFIXES = ('.json', '.zip')
NAME_IN_ZIP = 'test.json'


class SupervisionLevels(NamedTuple):
    """What a model has learnt from, on the Supervision Levels Scale (Damen and Wray, 2020); each from 0 to 5.

    Attributes:
        pretraining: 2 for public images and videos, ImageNet and Kinetics among them.
        labels: 3 for classes, starts and ends of segments.
        data: 3 for the training split, 4 for that and the validation split.
    """

    pretraining: int = 2
    labels: int = 3
    data: int = 3


def write_challenge(
    path: str | Path, predictions: list[dict], dataset: BaseDataset, levels: SupervisionLevels | None = None
) -> None:
    """Write the scores of all segments as the challenge takes them.

    Scores of verbs and nouns are probabilities. Those of actions are the products of the two, for the 100 likeliest
    pairs. About 10 KB a segment are written one by one: 130 MB for the test split, or a third of that as a ``.zip``.

    Args:
        path: A name that ends in ``.json``, or in ``.zip`` for what is uploaded.
        predictions: What ``KeepPredictions`` kept of ``dataset``, in its order.
        dataset: An ``EpicKitchensDataset``.
        levels: What the model has learnt from; by default what fits a Motionformer from a Kinetics model, trained on
            the training split.

    Raises:
        InputError: If a segment has no ``narration_id``, or no scores for verbs and nouns.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f'{path.name}.part')
    pieces = _pieces(predictions, dataset, levels or SupervisionLevels())
    try:
        if path.suffix == '.zip':
            with ZipFile(part, 'w', ZIP_DEFLATED) as archive, archive.open(NAME_IN_ZIP, 'w') as file:
                for piece in pieces:
                    file.write(piece.encode())
        else:
            with part.open('w', encoding='utf-8') as file:
                file.writelines(pieces)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


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
                f'segment {index + 1} of {dataset.ann_file} has no narration_id, by which the challenge calls it; the '
                'columns are those of EPIC_100_test_timestamps.csv'
            )
        yield f'{"," if index else ""}\n{json.dumps(segment)}: {json.dumps(segment_scores(prediction["scores"]))}'
    yield '}}\n'


def segment_scores(scores: dict[str, np.ndarray]) -> dict[str, dict[str, float]]:
    """The scores of a segment by class: all verbs, all nouns, and the likeliest pairs of both.

    Args:
        scores: Those of verbs and of nouns, probabilities or raw scores.

    Raises:
        InputError: If there are none for verbs or for nouns.
    """
    if isinstance(scores, dict):
        scores = {task: torch.as_tensor(values) for task, values in scores.items()}
    verbs, nouns = (task_probabilities(scores, task) for task in ('verb', 'noun'))
    pairs = np.outer(verbs, nouns)
    best = np.argsort(-pairs, axis=None, kind='stable')[:MOST_ACTIONS]
    best = zip(*np.unravel_index(best, pairs.shape), strict=True)
    actions = {f'{verb},{noun}': _rounded(pairs[verb, noun]) for verb, noun in best}
    return dict(verb=_by_class(verbs), noun=_by_class(nouns), action=actions)


def _by_class(scores: np.ndarray) -> dict[str, float]:
    return {str(index): _rounded(score) for index, score in enumerate(scores)}


def _rounded(score: float) -> float:
    return float(f'{score:.{DIGITS}g}')
