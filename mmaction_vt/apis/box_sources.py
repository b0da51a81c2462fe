"""Where the boxes of a video come from: a file, or a detector of torchvision."""

from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch

from ..datasets.boxes.proposals import NO_BOXES, Boxes, read_proposals
from ..errors import InputError, check_one_of

PERSON = 1  # of COCO, in torchvision's detectors
DETECTORS = (
    'fasterrcnn_resnet50_fpn_v2',
    'fasterrcnn_resnet50_fpn',
    'fasterrcnn_mobilenet_v3_large_fpn',
    'fcos_resnet50_fpn',
    'retinanet_resnet50_fpn_v2',
)


class BoxSource(Protocol):
    """Boxes by frame.

    Attributes:
        every_frame: Whether it costs nothing to ask for every frame.
    """

    every_frame: bool

    def at(self, time: float, picture: np.ndarray) -> Boxes:
        """Boxes (K, 4) as shares of the frame's width and height, and their scores (K,).

        Args:
            time: When the frame is shown, in seconds.
            picture: The frame (H, W, 3) in RGB, uint8.
        """


class BoxFile:
    """Boxes from a file, those of the nearest time that the file has for the video.

    Args:
        path: A file of boxes: see ``read_proposals``.
        video: Name of the video. A file of one video may call it anything.
        threshold: Least score of a box.

    Raises:
        InputError: If the file cannot be read, or has no boxes of the video.
    """

    every_frame = True

    def __init__(self, path: str, video: str, threshold: float = 0.0) -> None:
        found = read_proposals(path)
        names = {name for name, _ in found}
        own = names if len(names) == 1 else {name for name in names if Path(name).stem == Path(video).stem}
        moments = {time: boxes for (name, time), boxes in found.items() if name in own}
        if not moments:
            raise InputError(
                f'{path} has no boxes of {Path(video).name}, but of {", ".join(sorted(names)[:3]) or "no video"}: name '
                'the video as the file does'
            )
        self.times = np.array(sorted(moments))
        self.boxes = [keep(moments[time], threshold) for time in self.times.tolist()]

    def at(self, time: float, picture: np.ndarray) -> Boxes:
        """The boxes of the nearest time."""
        return self.boxes[int(np.abs(self.times - time).argmin())]


class PersonDetector:
    """People that a detector of torchvision finds, with weights from a file.

    Args:
        weights: The file of weights, as torchvision publishes it for the detector.
        name: One of ``DETECTORS``.
        threshold: Least score of a box.
        device: The device.

    Raises:
        InputError: If the file cannot be read, or belongs to another detector.
    """

    every_frame = False

    def __init__(
        self, weights: str, name: str = DETECTORS[0], threshold: float = 0.9, device: torch.device | str = 'cpu'
    ) -> None:
        from torchvision.models import detection

        check_one_of('--det-model', name, DETECTORS)
        self.threshold, self.device = threshold, torch.device(device)
        model: Any = getattr(detection, name)(weights=None, weights_backbone=None)
        try:
            model.load_state_dict(torch.load(weights, 'cpu', weights_only=True))
        except FileNotFoundError as error:
            raise InputError(f'the weights {weights} of the detector do not exist') from error
        except Exception as error:  # whatever a damaged or another file raises
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise InputError(f"{weights} has no weights of torchvision's {name}: {reason}") from error
        self.model = model.to(self.device).eval()

    @torch.inference_mode()
    def at(self, time: float, picture: np.ndarray) -> Boxes:
        """The people in a frame."""
        frame = torch.from_numpy(np.array(picture)).to(self.device).permute(2, 0, 1) / 255
        found = self.model([frame])[0]
        is_person = (found['labels'] == PERSON) & (found['scores'] >= self.threshold)
        height, width = picture.shape[:2]
        size = np.array([width, height, width, height], np.float32)
        boxes = found['boxes'][is_person].float().cpu().numpy() / size
        return boxes.clip(0, 1), found['scores'][is_person].float().cpu().numpy()


def keep(boxes: Boxes, threshold: float) -> Boxes:
    """The boxes whose score reaches a threshold."""
    kept = boxes[1] >= threshold
    return (boxes[0][kept], boxes[1][kept]) if kept.any() else NO_BOXES
