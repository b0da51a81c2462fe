"""Training with labels for every token."""

from typing import Any

from mmaction.models.recognizers import Recognizer3D
from mmaction.structures import ActionDataSample
from torch import Tensor

from ...errors import InputError
from ...registry import MODELS
from ..losses import TokenLabels
from ..losses.token_labels import stack
from .frozen_teacher import FrozenTeacher

# Keys of the labels that the transform for stored views adds to a sample.
STORED = ('token_values', 'token_indices')


@MODELS.register_module()
class TokenLabelRecognizer3D(Recognizer3D):
    """A ``Recognizer3D`` whose head also learns a teacher's labels of each token (Jiang et al., 2021; Liang et al.).

    Labels are read with the clip if they were stored (``tools/data/token_labels.py``), and come from the teacher
    otherwise, which is built for the first loss or by ``init_weights``. Testing, demo and conversion never build it.

    Args:
        *args: Those of ``Recognizer3D``.
        teacher: ``dict(config=..., checkpoint=...)``, and ``dtype`` to save memory: see ``FrozenTeacher``. None if
            labels are stored.
        **kwargs: Those of ``Recognizer3D``.
    """

    def __init__(self, *args: Any, teacher: dict | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.teacher_cfg = teacher
        self._teacher: FrozenTeacher | None = None

    def init_weights(self) -> None:
        super().init_weights()
        if self.teacher_cfg is not None:
            self.teacher()

    def teacher(self) -> FrozenTeacher:
        """The teacher.

        Raises:
            InputError: If ``teacher`` is missing or incomplete, or has another number of classes.
        """
        if self._teacher is None:
            config = dict(self.teacher_cfg or {})
            if not config.get('config') or not config.get('checkpoint'):
                raise InputError(
                    'training with token labels needs a teacher: give model.teacher.config and '
                    'model.teacher.checkpoint (with --cfg-options), or store the labels with '
                    'tools/data/token_labels.py and train with --token-labels'
                )
            teacher = FrozenTeacher(**config)
            if teacher.num_classes != self.cls_head.num_classes:
                raise InputError(
                    f'the teacher has {teacher.num_classes} classes and the model {self.cls_head.num_classes}: token '
                    'labels need a teacher for the same classes'
                )
            self._teacher = teacher
        return self._teacher

    def loss(self, inputs: Tensor, data_samples: list[ActionDataSample], **kwargs: Any) -> dict[str, Tensor]:
        feats, loss_kwargs = self.extract_feat(inputs, data_samples=data_samples)
        labels = self.token_labels(inputs.flatten(0, 1), data_samples, feats)
        losses = self.cls_head.loss(feats, data_samples, token_labels=labels)
        return {**losses, **loss_kwargs['loss_aux']}

    def token_labels(self, clips: Tensor, data_samples: list[ActionDataSample], feats: Tensor) -> TokenLabels:
        """Labels of clips (N, 3, T, H, W) whose features are (N, C, T', H', W'): stored ones, or the teacher's."""
        if all(name in sample for sample in data_samples for name in STORED):
            stored = [TokenLabels(*(sample.get(name) for name in STORED)) for sample in data_samples]
            return stack(stored, feats.device)
        num_top = self.cls_head.loss_cls.num_top
        return self.teacher().label(clips, feats.shape[2:], num_top, self.data_preprocessor)
