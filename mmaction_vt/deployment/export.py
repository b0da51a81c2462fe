"""Exporting a recognizer to a file that runs without this package, and that is verified before it is written."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from ..errors import InputError
from ..utils.files import check_suffix, write_atomically
from . import onnx_file, torch_file
from .fuse import count_merged, fuse_for_inference
from .metadata import describe
from .scorer import Scorer

FORMATS = {'.onnx': 'onnx', '.pt2': 'torch'}
TOLERANCE = 1e-4  # largest difference of scores from PyTorch's
CHECKED_CLIPS = (1, 3)  # batch sizes that the file is verified with; it is traced with another


class ExportReport(NamedTuple):
    """The result of an export.

    Attributes:
        clip_shape: (3, T, H, W) of the clips.
        num_classes: Number of classes of each output.
        num_bytes: Size of the file.
        merged: Number of merged layers.
        difference: Largest difference of a score from PyTorch's; None if it was not checked.
    """

    clip_shape: tuple[int, ...]
    num_classes: dict[str, int]
    num_bytes: int
    merged: int
    difference: float | None


def export_recognizer(
    model: nn.Module,
    path: str | Path,
    file_format: str | None = None,
    clip_shape: tuple[int, int, int] | None = None,
    softmax: bool = False,
    fuse: bool = False,
    opset: int | None = None,
    labels: list[str] | dict[str, list[str]] | None = None,
    check: bool = True,
) -> ExportReport:
    """Export a recognizer to ONNX or to a program of ``torch.export``, for any batch size.

    The input is ``clips``, (N, 3, T, H, W) in float32 and normalised; the outputs are those of ``Scorer``. The file has
    the metadata of ``metadata.describe``: as ONNX metadata, or as ``metadata.json`` in the .pt2 archive.

    Args:
        model: The recognizer, as ``init_recognizer`` returns it.
        path: The file, which is written once its scores are verified.
        file_format: ``onnx`` or ``torch``. Default: by the suffix.
        clip_shape: T, H and W. Default: those that the backbone expects.
        softmax: Whether to output probabilities.
        fuse: Whether to apply ``fuse_for_inference`` first.
        opset: The ONNX opset version.
        labels: Class names to store in the file; for a model with several classifiers a list for each.
        check: Whether to compare the scores of the file with the model's, for other batch sizes than it was traced
            with.

    Raises:
        InputError: If an argument does not fit, a package is missing, the model cannot be exported, or scores differ by
            more than ``TOLERANCE``; what was at ``path`` before remains.
    """
    file_format = format_of(path, file_format)
    if file_format == 'onnx':
        onnx_file.check_packages()
        onnx_file.check_opset(opset)
    elif opset is not None:
        raise InputError('--opset is for ONNX: omit it for a program of torch.export')
    backbone: Any = Scorer(model).backbone
    shape = (3, *(clip_shape or (backbone.num_frames, *backbone.img_size)))
    fused = fuse_for_inference(model) if fuse else model
    scorer = Scorer(fused, softmax)
    metadata = describe(model, scorer, shape, labels)

    program = torch_file.trace(scorer, shape)
    if file_format == 'onnx':
        content = onnx_file.to_onnx(program, list(scorer.num_classes), metadata, opset)
        make_runner = onnx_file.onnx_runner
    else:
        together = json.dumps({name: json.loads(value) for name, value in metadata.items()}, indent=1)
        content = torch_file.to_pt2(program, together)
        make_runner = torch_file.pt2_runner
    difference = None
    if check:
        difference = largest_difference(make_runner(content), Scorer(model, softmax), shape)
        if not difference <= TOLERANCE:
            raise InputError(
                f"scores of the exported file differ from the model's by {difference:.1e}, more than {TOLERANCE:.0e}: "
                f'{path} was not written'
            )
    try:
        write_atomically(Path(path), content)
    except OSError as error:
        raise InputError(f'{path} ({len(content) / 2**20:.1f} MB) cannot be written: {error.strerror}') from error
    return ExportReport(shape, scorer.num_classes, len(content), count_merged(fused), difference)


def format_of(path: str | Path, file_format: str | None = None) -> str:
    """``onnx`` or ``torch``, as given or by the suffix of a file.

    Raises:
        InputError: If the suffix is unknown and no format is given, or they contradict each other.
    """
    suffix = Path(path).suffix.lower()
    if file_format is None:
        check_suffix('without --format, --out', path, FORMATS)
    elif FORMATS.get(suffix, file_format) != file_format:
        raise InputError(f'--format {file_format} does not fit the suffix {suffix} of {path}')
    return file_format or FORMATS[suffix]


def largest_difference(
    run: Callable[[Tensor], dict[str, Tensor]], scorer: Scorer, clip_shape: tuple[int, ...]
) -> float:
    """The largest difference between an exported file's scores and the model's, over ``CHECKED_CLIPS``.

    Args:
        run: A function that runs the file.
        scorer: The model.
        clip_shape: (3, T, H, W).
    """
    generator = torch.Generator().manual_seed(0)
    device = next(scorer.parameters()).device
    differences = []
    with torch.inference_mode():
        for count in CHECKED_CLIPS:
            clips = torch.randn(count, *clip_shape, generator=generator)
            scores = run(clips)
            for name, expected in scorer(clips.to(device)).items():
                differences.append((scores[name] - expected.cpu()).abs().max())
    return torch.stack(differences).max().item()  # NaN stays NaN
