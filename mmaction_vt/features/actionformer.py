"""Window features in the layout that ActionFormer reads (Zhang et al., 2022), for temporal action localisation."""

import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from ..errors import InputError
from ..utils.file_kinds import check_regular_file, display_path
from ..utils.outputs import write_output
from .index import Entry

FEATURES_DIR, ANNOTATIONS, SETTINGS = 'features', 'annotations.json', 'dataset.yaml'
DEFAULT_SUBSET = 'test'
SETTINGS_TEXT = """\
# Entries of ``dataset`` in a config of ActionFormer, for the data sets that read .npy, such as thumos and anet.
json_file: {annotations}
feat_folder: {features}
file_prefix: ~
file_ext: .npy
num_classes: {num_classes}
input_dim: {input_dim}
feat_stride: {stride}
num_frames: {window}
default_fps: ~
"""


def write_layout(
    entries: Sequence[Entry],
    folder: Path,
    annotations: dict[str, Any] | None = None,
    subset: str = DEFAULT_SUBSET,
    named: Path | None = None,
) -> dict[str, Any]:
    """Write features of windows, their annotations and the settings that belong to them.

    A video has ``features/ID.npy`` with (T, C) in float32, where ID is the name of its file of features. Row i belongs
    to the frames from i * ``feat_stride`` to i * ``feat_stride`` + ``num_frames``; a last window that ends with the
    video instead is left out.

    Args:
        entries: The videos of an index, extracted at the window level.
        folder: The folder to write.
        annotations: For each video's ID its ``annotations`` (``segment`` in seconds and ``label``), and optionally
            ``subset``, as in ActivityNet's ``database``.
        subset: The subset of videos without one.
        named: The path of the folder in the settings. Default: ``folder``.

    Returns:
        What ``annotations.json`` has: ``database``, with ``subset``, ``duration``, ``fps`` and ``annotations`` of each
        video.

    Raises:
        InputError: If features are not of windows, two videos have one ID, or a file cannot be written.
    """
    window, stride = options_of(entries)
    annotations = annotations or {}
    ids = ids_of_labels(annotations)
    database: dict[str, Any] = {}
    channels = 0
    for entry in entries:
        name = id_of(entry)
        if name in database:
            raise InputError(f'two videos have the name {name}: extract features of videos with different file names')
        if not entry.fps or entry.num_frames is None:
            raise InputError(f'the frame rate of {entry.video} is unknown: ActionFormer needs it')
        vectors, _ = entry.vectors()
        channels = vectors.shape[1]
        write_output(
            folder / FEATURES_DIR / f'{name}.npy', npy(vectors[: num_regular(entry.num_frames, window, stride)])
        )
        known = annotations.get(name, {})
        database[name] = dict(
            subset=known.get('subset', subset),
            duration=round(entry.num_frames / entry.fps, 4),
            fps=entry.fps,
            annotations=[
                dict(label=action['label'], segment=action['segment'], label_id=ids[action['label']])
                for action in known.get('annotations', ())
            ],
        )
    layout = dict(version='mmaction_vt', database=database)
    write_output(folder / ANNOTATIONS, json.dumps(layout, ensure_ascii=False, indent=1) + '\n')
    place = named or folder
    settings = SETTINGS_TEXT.format(
        annotations=json.dumps(str(place / ANNOTATIONS)), features=json.dumps(str(place / FEATURES_DIR)),
        num_classes=max(ids.values(), default=-1) + 1, input_dim=channels, stride=stride, window=window,
    )  # fmt: skip
    write_output(folder / SETTINGS, settings)
    return layout


def options_of(entries: Iterable[Entry]) -> tuple[int, int]:
    """Window and stride in frames, which all videos of an index must share.

    Raises:
        InputError: If features are of another level, or windows differ.
    """
    found = {
        (entry.options.get('level'), entry.options.get('window'), entry.options.get('stride')) for entry in entries
    }
    level, window, stride = next(iter(found))
    if level != 'window':
        raise InputError(f'ActionFormer reads features of windows, not of level {level}: extract with --level window')
    if len(found) > 1 or window is None or stride is None:
        raise InputError(
            'ActionFormer needs the same window and stride for all videos: extract with --window and --stride'
        )
    return window, stride


def num_regular(num_frames: int, window: int, stride: int) -> int:
    """Windows of a video that start at a multiple of the stride; one if the video is shorter than a window."""
    return max((num_frames - window) // stride + 1, 1)


def ids_of_labels(annotations: dict[str, Any]) -> dict[str, int]:
    """A number for each label: its ``label_id``, or where one lacks it the place in alphabetical order."""
    actions = [action for known in annotations.values() for action in known.get('annotations', ())]
    if all(isinstance(action.get('label_id'), int) for action in actions):
        return {action['label']: action['label_id'] for action in actions}
    return {label: number for number, label in enumerate(sorted({action['label'] for action in actions}))}


def id_of(entry: Entry) -> str:
    """The name of a video in the layout: that of its features."""
    name = PurePosixPath(entry.group) if entry.group else PurePosixPath(entry.file.name).with_suffix('')
    return name.name


def npy(array: np.ndarray) -> bytes:
    """An array as the bytes of a ``.npy`` file."""
    file = io.BytesIO()
    np.save(file, array, allow_pickle=False)
    return file.getvalue()


def read_annotations(path: str | Path) -> dict[str, Any]:
    """The ``database`` of a JSON file in ActivityNet's format.

    Raises:
        InputError: If the file cannot be read, or has no such database.
    """
    check_regular_file('the file of annotations', path)
    try:
        database = json.loads(Path(path).read_text(encoding='utf-8'))['database']
        for known in database.values():
            for action in known.get('annotations', ()):
                start, end = action['segment']
                float(start), float(end), str(action['label'])
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputError(
            f'{display_path(path)} is not a file of annotations: expected {{"database": {{ID: {{"annotations": '
            f'[{{"segment": [start, end], "label": name}}]}}}}}} ({type(error).__name__}: {error})'
        ) from error
    return database
