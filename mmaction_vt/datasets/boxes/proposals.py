"""Boxes that a detector found, by video and time: AVA's pickles, CSV files, and COCO's JSON."""

import json
import math
import re
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import InputError
from ...utils.files import check_suffix
from ...utils.text_files import read_text
from .box_csv import read_box_csv
from .pickles import read_arrays
from .rows import check_box

Moment = tuple[str, float]  # name of a video, and time
Boxes = tuple[np.ndarray, np.ndarray]  # (P, 4) and (P,)
Proposals = dict[Moment, Boxes]

SUFFIXES = ('.pkl', '.csv', '.json')
NO_BOXES: Boxes = (np.zeros((0, 4), np.float32), np.zeros(0, np.float32))
DECIMALS = 3  # of a time
FRAME_NAME = re.compile(r'(.+)[/,_]([0-9]+(?:\.[0-9]+)?)(?:\.(?:jpg|jpeg|png))?')
PICKLE = 'a dict of arrays (P, 4) or (P, 5) by "video,time", as of AVA\'s proposals'
COCO = 'COCO\'s JSON: images with file_name "video/time.jpg", width and height, and annotations with image_id and bbox'


def moment_of(video: str, time: float) -> Moment:
    """The key of a frame, the same for times that differ by rounding."""
    return video, round(float(time), DECIMALS)


def read_proposals(path: str) -> Proposals:
    """Read a file of boxes.

    Args:
        path: AVA's ``.pkl``, a dict of boxes by ``video,time``; a ``.csv`` with a header (see ``read_box_csv``) or
            AVA's columns; or COCO's ``.json``.

    Returns:
        Boxes (P, 4) as shares of the frame's width and height, and their scores (P,), by video and time.

    Raises:
        InputError: If it cannot be read, or has a box that is outside its frame.
    """
    check_suffix('the file of boxes', path, SUFFIXES)
    readers = {'.pkl': _from_pickle, '.csv': _from_csv, '.json': _from_coco}
    return readers[Path(path).suffix.lower()](path)


def select(boxes: np.ndarray, scores: np.ndarray, threshold: float, most: int) -> Boxes:
    """Boxes (P, 4) whose score reaches a threshold, or else the best, at most ``most``, as in mmaction2."""
    kept = np.flatnonzero(scores >= min(threshold, scores.max(initial=0.0)))[:most]
    return boxes[kept], scores[kept]


def _from_pickle(path: str) -> Proposals:
    content = read_arrays(path, PICKLE)
    if not isinstance(content, dict):
        raise InputError(f'{path} is no dict; expected {PICKLE}')
    proposals = {}
    for key, value in content.items():
        video, _, time = str(key).rpartition(',')
        array = np.asarray(value)
        if array.ndim != 2 or array.shape[1] not in (4, 5) or array.dtype.kind not in 'fiu' or not _is_number(time):
            raise InputError(f'{path}, {str(key)[:60]!r}: expected {PICKLE}')
        array = array.astype(np.float32)
        boxes = np.array([check_box(box.tolist(), f'{path}, {key}') for box in array[:, :4]], np.float32)
        scores = array[:, 4] if array.shape[1] == 5 else np.ones(len(array), np.float32)
        proposals[moment_of(video, float(time))] = boxes.reshape(-1, 4), scores
    return proposals


def _from_csv(path: str) -> Proposals:
    found: dict[Moment, list[tuple]] = {}
    for row in read_box_csv(path):
        boxes = found.setdefault(moment_of(row.video, row.time), [])
        if row.box is not None and (row.box, row.score) not in boxes:
            boxes.append((row.box, row.score))
    return {moment: _arrays(boxes) for moment, boxes in found.items()}


def _from_coco(path: str) -> Proposals:
    try:
        content = json.loads(read_text(path, COCO))
        images = {image['id']: _frame_of(image, path) for image in content['images']}
        people = {each['id'] for each in content.get('categories', ()) if each.get('name') == 'person'}
        found: dict[Moment, list[tuple]] = {moment: [] for moment, *_ in images.values()}
        for each in content['annotations']:
            if people and each.get('category_id') not in people:
                continue
            moment, width, height = images[each['image_id']]
            x, y, w, h = map(float, each['bbox'])
            box = check_box((x / width, y / height, (x + w) / width, (y + h) / height), f'{path}, {moment[0]}')
            found[moment].append((box, float(each.get('score', 1.0))))
    except (ValueError, KeyError, TypeError, AttributeError, ZeroDivisionError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f'{path} cannot be read ({type(error).__name__}: {error}); expected {COCO}') from error
    return {moment: _arrays(boxes) for moment, boxes in found.items()}


def _frame_of(image: dict[str, Any], path: str) -> tuple[Moment, float, float]:
    name = FRAME_NAME.fullmatch(str(image['file_name']))
    if name is None:
        raise InputError(f'{path}: the file_name {str(image["file_name"])[:60]!r} has no time; expected {COCO}')
    return moment_of(name[1], float(name[2])), float(image['width']), float(image['height'])


def _arrays(boxes: list[tuple]) -> Boxes:
    if not boxes:
        return NO_BOXES
    corners, scores = zip(*boxes, strict=True)
    return np.array(corners, np.float32), np.array(scores, np.float32)


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False
