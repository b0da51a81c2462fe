"""A config that fine-tunes a model on lists of your own videos."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from mmaction_vt.errors import InputError
from mmaction_vt.zoo import find_config, list_models

if TYPE_CHECKING:
    from mmengine.config import Config

DEFAULT_MODEL = 'timesformer_divST_8x32_224_kinetics400'


def own_config(
    model: str, config_file: Path, folder: Path, lists: Path, labels: list[str], several: bool = False
) -> str:
    """Text of a config for ``tools/train.py``.

    Args:
        model: Name or config file of the model to fine-tune, from published weights if there are any.
        config_file: Path of the config, which the path of its base is relative to.
        folder: Folder of the videos.
        lists: Folder of ``train.txt`` and ``val.txt``.
        labels: Names of the classes, in the order of the labels.
        several: Whether a video has several labels.

    Raises:
        InputError: If there is no such model, or it is not for lists with one label per video.
    """
    path, settings = find_config(DEFAULT_MODEL), f'cls_head=dict(num_classes={len(labels)})'
    if several or model != DEFAULT_MODEL:  # nothing to check: OpenMMLab's packages take seconds to import
        from mmaction_vt.utils.config import load_config

        base = load_config(model)
        check_base(base, model)
        path, settings = Path(base.filename), head_settings(base, len(labels), several)
    relative = Path(os.path.relpath(path.resolve(), config_file.resolve().parent)).as_posix()
    count = len(labels)
    names = '\n'.join(f'    {name!r},' for name in labels)
    lines = [
        f'# {path.stem}, fine-tuned on the videos of {folder.as_posix()}.',
        f'_base_ = {relative!r}',
        '',
        f'class_names = [\n{names}\n]',
        f'model = dict({settings})',
    ]
    if path.stem in list_models(published=True):
        lines.append(f"load_from = 'published://{path.stem}'  # downloaded on first use; or the path of a checkpoint")
    lines.append('')
    for split in ('train', 'val'):
        prefix = f'dict(video={folder.as_posix()!r})'
        ann_file = (lists / f'{split}.txt').as_posix()
        several_labels = ', multi_class=True' if several else ''
        lines.append(
            f'{split}_set = dict(ann_file={ann_file!r}, data_prefix={prefix}, num_classes={count}{several_labels})'
        )
    for loader, split in (('train', 'train'), ('val', 'val'), ('test', 'val')):
        lines.append(f'{loader}_dataloader = dict(dataset={split}_set)')
    if several:
        metrics = "[dict(type='mmaction_vt.CountBrokenVideos'), dict(type='mmaction_vt.MultiLabelMetric')]"
        lines.append(f'val_evaluator = test_evaluator = {metrics}')
    return '\n'.join(lines) + '\n'


def check_base(base: 'Config', model: str) -> None:
    """Check that a model has one label per video.

    Raises:
        InputError: If it has several classifiers, a teacher, or another type of data set.
    """
    dataset = base.get('train_dataloader', {}).get('dataset', {})
    if 'teacher' in base.model or 'num_classes' not in base.model.cls_head:
        what = 'a teacher of the same classes' if 'teacher' in base.model else 'two labels per video'
        raise InputError(f'{model} needs {what}: choose a model with one classifier, such as {DEFAULT_MODEL}')
    if dataset.get('type') != 'mmaction_vt.VideoDataset':
        raise InputError(f'{model} does not read lists of videos: choose another, such as {DEFAULT_MODEL}')


def several_labels_head(base: 'Config', count: int) -> str:
    """Settings of a head for several labels with the layers of another."""
    head = base.model.cls_head
    settings = dict(
        _delete_=True, type='mmaction_vt.MultiLabelHead', num_classes=count, in_channels=head.get('in_channels', 768)
    )
    if head.type.endswith('MotionformerHead'):
        settings['hidden_channels'] = head.get('hidden_channels') or settings['in_channels']
    if head.get('dropout_ratio'):
        settings['dropout_ratio'] = head['dropout_ratio']
    return f'dict({", ".join(f"{key}={value!r}" for key, value in settings.items())})'


def head_settings(base: 'Config', count: int, several: bool = False) -> str:
    """Settings of a model that depend on the number of classes, and on whether a video has several labels."""
    settings = f'cls_head={several_labels_head(base, count)}' if several else f'cls_head=dict(num_classes={count})'
    if 'num_classes' in (base.model.get('data_preprocessor', {}).get('blending') or {}):
        settings += f', data_preprocessor=dict(blending=dict(num_classes={count}))'
    return settings
