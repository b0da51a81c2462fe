"""From scores to answers: thresholds of models with several labels per video, calibration of those with one."""

from typing import Any

from ..errors import InputError
from ..evaluation.calibration import Calibration
from ..models.heads import CLASS, classifiers_of, thresholds_of
from ..utils.thresholds import Thresholds, per_class


def thresholds_for(model: Any, thresholds: Thresholds | None = None) -> list[float] | None:
    """The threshold of each class of a recognizer: those given, or else the head's; None with one label per video.

    Raises:
        InputError: If thresholds are given for a model with one label per video, or do not fit the classes.
    """
    own = thresholds_of(model.cls_head)
    if thresholds is None:
        return own
    if own is None:
        raise InputError(
            f'thresholds are for models with several labels per video (mmaction_vt.MultiLabelHead), not for '
            f'{type(model.cls_head).__name__}'
        )
    return per_class(thresholds, len(own))


def check_calibration(model: Any, calibration: Calibration | None) -> None:
    """Check that a recognizer can be calibrated: it has one label per video and one classifier.

    Raises:
        InputError: If it has not.
    """
    if calibration is None:
        return
    head = model.cls_head
    if thresholds_of(head) is not None or list(classifiers_of(head)) != [CLASS]:
        why = 'several labels per video: tune its thresholds' if thresholds_of(head) is not None else 'two classifiers'
        raise InputError(f'calibration is for models with one label per video, but {type(head).__name__} has {why}')
