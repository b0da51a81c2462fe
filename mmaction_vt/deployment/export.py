"""A recognizer as a file that runs without this package, checked before it is written."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn

from ..errors import InputError
from ..utils.files import write_whole
from . import onnx_file, torch_file
from .fuse import count_merged, fuse_for_inference
from .metadata import describe
from .scorer import Scorer

FORMATS = {'.onnx': 'onnx', '.pt2': 'torch'}
TOLERANCE = 1e-4  # by how much scores may differ from PyTorch's
CHECKED_CLIPS = (1, 3)  # batches that the file is checked with; it is traced with another


class ExportReport(NamedTuple):
    """What was written.

    Attributes:
        clip_shape: (3, T, H, W) of the clips that it takes.
        num_classes: Classes of each output.
        num_bytes: Size of the file.
        merged: How many layers stand for two.
        difference: The largest difference of a score from PyTorch's; None without a check.
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
    """Write a recognizer as ONNX or as a program of ``torch.export``, for any number of clips.

    The input is ``clips``, (N, 3, T, H, W) in float32 and normalised; the outputs are those of ``Scorer``. What the
    file tells of itself is in ``metadata.describe``: as ONNX metadata, or as ``metadata.json`` in the .pt2 archive.

    Args:
        model: The recognizer, as ``init_recognizer`` returns it.
        path: The file, which appears when it is whole and its scores are right.
        file_format: ``onnx`` or ``torch``; what the name ends in by default.
        clip_shape: T, H and W; those that the backbone is made for by default.
        softmax: Whether scores become probabilities.
        fuse: Whether ``fuse_for_inference`` comes first.
        opset: Version of ONNX's operators.
        labels: Class names to keep in the file; of a model with several classifiers a list for each.
        check: Whether the file is run beside the model, for other numbers of clips than it was traced with.

    Raises:
        InputError: If an argument does not fit, a package is missing, the model cannot be exported, or its scores
            differ by more than ``TOLERANCE``; what was at ``path`` before is still there.
    """
    file_format = format_of(path, file_format)
    if file_format == 'onnx':
        onnx_file.check_packages()
        onnx_file.check_opset(opset)
    elif opset is not None:
        raise InputError('--opset is for ONNX: leave it away for a program of torch.export')
    backbone = Scorer(model).backbone
    clip_shape = (3, *(clip_shape or (backbone.num_frames, *backbone.img_size)))
    fused = fuse_for_inference(model) if fuse else model
    scorer = Scorer(fused, softmax)
    metadata = describe(model, scorer, clip_shape, labels)

    program = torch_file.trace(scorer, clip_shape)
    if file_format == 'onnx':
        content = onnx_file.to_onnx(program, list(scorer.num_classes), metadata, opset)
        make_runner = onnx_file.onnx_runner
    else:
        together = json.dumps({name: json.loads(value) for name, value in metadata.items()}, indent=1)
        content = torch_file.to_pt2(program, together)
        make_runner = torch_file.pt2_runner
    difference = None
    if check:
        difference = largest_difference(make_runner(content), Scorer(model, softmax), clip_shape)
        if not difference <= TOLERANCE:
            raise InputError(
                f"the scores of the exported file differ from the model's by {difference:.1e}, and {TOLERANCE:.0e} is "
                f'allowed: {path} was not written'
            )
    try:
        write_whole(Path(path), content)
    except OSError as error:
        raise InputError(f'{path} ({len(content) / 2**20:.1f} MB) cannot be written: {error.strerror}') from error
    return ExportReport(clip_shape, scorer.num_classes, len(content), count_merged(fused), difference)


def format_of(path: str | Path, file_format: str | None = None) -> str:
    """``onnx`` or ``torch``: what was asked for, or what a file's name ends in.

    Raises:
        InputError: If neither tells.
    """
    suffix = Path(path).suffix
    if suffix not in FORMATS and file_format is None:
        raise InputError(f'--out takes a name that ends in {" or ".join(FORMATS)}, or --format with it, not {path}')
    if file_format is not None and FORMATS.get(suffix, file_format) != file_format:
        raise InputError(f'--format {file_format} does not go with a name that ends in {suffix}: {path}')
    return file_format or FORMATS[suffix]


def largest_difference(
    run: Callable[[Tensor], dict[str, Tensor]], scorer: Scorer, clip_shape: tuple[int, ...]
) -> float:
    """The largest difference between an exported file's scores and the model's, over ``CHECKED_CLIPS``.

    Args:
        run: What runs the file.
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
