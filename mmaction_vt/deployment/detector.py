"""Exporting an action detector: clips and boxes in, scores of the boxes out."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.export import Dim, ExportedProgram

from ..errors import InputError
from ..models.detectors import ActionDetector
from ..utils.outputs import write_output
from . import onnx_file
from .export import TOLERANCE, ExportReport, format_of
from .metadata import describe
from .scorer import check_backbone
from .torch_file import TRACED_CLIPS, first_line, quiet, without_parts

CHECKED = ((1, 1), (3, 5), (2, 0))  # clips and boxes that the file is verified with
Inputs = tuple[Tensor, Tensor]


class BoxScorer(nn.Module):
    """A detector's backbone and head as one module, in evaluation mode.

    Shapes: normalised clips (N, 3, T, H, W) and boxes (K, 5) to ``scores`` (K, classes). The first column of a box is
    the number of its clip, the others are left, top, right and bottom as shares of the clip's width and height.

    Args:
        model: The detector; its parameters are shared.
        softmax: Whether to output probabilities.

    Raises:
        InputError: If its backbone is not one of this package.
    """

    def __init__(self, model: Any, softmax: bool = False) -> None:
        super().__init__()
        check_backbone(model)
        self.backbone, self.cls_head, self.softmax = model.backbone, model.cls_head, softmax
        self.num_classes = dict(scores=self.cls_head.num_classes)
        self.eval()

    def forward(self, clips: Tensor, boxes: Tensor) -> Tensor:
        scores = self.cls_head(self.backbone(clips), boxes)
        found: Tensor = self.cls_head.probabilities(scores) if self.softmax else scores
        return found


def export_detector(
    model: ActionDetector,
    path: str | Path,
    clip_shape: tuple[int, int, int] | None = None,
    softmax: bool = False,
    opset: int | None = None,
    labels: list[str] | dict[str, list[str]] | None = None,
    check: bool = True,
) -> ExportReport:
    """Export an action detector to ONNX, for any number of clips and of boxes.

    The inputs are ``clips``, (N, 3, T, H, W) in float32 and normalised, and ``boxes``, (K, 5) in float32: see
    ``BoxScorer``. The output is ``scores``, (K, classes). The metadata are those of ``metadata.describe`` and
    ``boxes``.

    Args:
        model: The detector, as ``init_recognizer`` returns it.
        path: The ``.onnx``, which is written once its scores are verified.
        clip_shape: T, H and W, of which H and W are multiples of the patch size. Default: those of the backbone.
        softmax: Whether to output probabilities.
        opset: The ONNX opset version.
        labels: Class names to store in the file.
        check: Whether to compare the scores of the file with the model's.

    Raises:
        InputError: If an argument does not fit, a package is missing, the model cannot be exported, or scores differ by
            more than ``TOLERANCE``; what was at ``path`` before remains.
    """
    if format_of(path) != 'onnx':
        raise InputError(f'an action detector is exported to .onnx, not to {Path(path).name}')
    onnx_file.check_packages()
    onnx_file.check_opset(opset)
    backbone: Any = model.backbone
    shape = (3, *(clip_shape or (backbone.num_frames, *backbone.img_size)))
    scorer = BoxScorer(model, softmax)
    columns = dict(boxes=json.dumps('clip, left, top, right, bottom; shares of width and height'))
    metadata = describe(model, scorer, shape, labels) | columns
    content = onnx_file.to_onnx(trace(scorer, shape), ['scores'], metadata, opset, dict(clips='batch', boxes='count'))
    difference = largest_difference(onnx_file.onnx_session(content), scorer, shape) if check else None
    if difference is not None and not difference <= TOLERANCE:
        raise InputError(
            f"scores of the exported file differ from the model's by {difference:.1e}, more than {TOLERANCE:.0e}: "
            f'{path} was not written'
        )
    write_output(path, content)
    return ExportReport(shape, scorer.num_classes, len(content), 0, difference)


def trace(scorer: BoxScorer, clip_shape: tuple[int, ...]) -> ExportedProgram:
    """Trace a scorer to a program for any number of clips and of boxes.

    Raises:
        InputError: If the clips do not fit the model, or it cannot be traced.
    """
    scorer = without_parts(scorer)
    inputs = example(TRACED_CLIPS, 3, clip_shape)
    sizes = dict(clips={0: Dim('batch')}, boxes={0: Dim('count')})
    with torch.no_grad(), quiet():
        scorer(*inputs)  # raises if they do not fit
        try:
            return torch.export.export(scorer, inputs, dynamic_shapes=sizes, strict=False)
        except (torch._dynamo.exc.TorchDynamoException, RuntimeError, ValueError) as error:
            name = type(scorer.backbone).__name__
            raise InputError(f'torch.export cannot trace this {name}: {first_line(error)}') from error


def example(clips: int, boxes: int, clip_shape: tuple[int, ...]) -> Inputs:
    """Random clips and boxes."""
    generator = torch.Generator().manual_seed(clips)
    corners = torch.rand(boxes, 4, generator=generator)
    first, second = corners.chunk(2, 1)
    numbers = torch.arange(boxes)[:, None] % clips
    rois = torch.cat((numbers, torch.minimum(first, second), torch.maximum(first, second)), dim=1)
    return torch.randn(clips, *clip_shape, generator=generator), rois


def largest_difference(
    run: Callable[[dict[str, Tensor]], dict[str, Tensor]], scorer: BoxScorer, clip_shape: tuple[int, ...]
) -> float:
    """The largest difference between a file's scores and the model's, over ``CHECKED`` inputs."""
    device = next(scorer.parameters()).device
    largest = torch.zeros(())
    with torch.inference_mode():
        for clips, boxes in (example(*counts, clip_shape) for counts in CHECKED):
            found = run(dict(clips=clips, boxes=boxes))['scores']
            expected = scorer(clips.to(device), boxes.to(device)).cpu()
            if found.shape != expected.shape:
                return float('nan')
            if len(found):
                largest = torch.maximum(largest, (found - expected).abs().max())
    return largest.item()
