"""Recognizers in ONNX."""

import importlib.util
from collections.abc import Callable, Mapping
from types import MappingProxyType

import torch
from torch import Tensor
from torch.export import ExportedProgram

from ..errors import InputError
from .torch_file import first_line, quiet

PACKAGES = ('onnx', 'onnxscript', 'onnxruntime')
# Opsets that PyTorch 2.11 writes and onnxruntime reads.
OPSETS = range(18, 24)
DEFAULT_OPSET = 20
LARGEST = 2**31 - 2**24  # bytes: the limit of protobuf, less room for the graph


def check_packages() -> None:
    """Check that the packages for ONNX are installed.

    Raises:
        InputError: If a package is missing.
    """
    missing = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        needs = 'the package' if len(missing) == 1 else 'the packages'
        raise InputError(
            f'export to ONNX needs {needs} {", ".join(missing)} (pip install "mmaction_vt[deploy]", in a clone '
            'pip install ".[deploy]")'
        )


def check_opset(opset: int | None) -> None:
    """Check the opset version.

    Raises:
        InputError: If it is not one of ``OPSETS``.
    """
    if opset is not None and opset not in OPSETS:
        raise InputError(f'--opset must be from {OPSETS[0]} to {OPSETS[-1]} (default: {DEFAULT_OPSET}), not {opset}')


def to_onnx(
    program: ExportedProgram,
    outputs: list[str],
    metadata: dict[str, str],
    opset: int | None = None,
    inputs: Mapping[str, str] = MappingProxyType({'clips': 'batch'}),
) -> bytes:
    """The content of an .onnx file.

    Args:
        program: The program, as ``trace`` returns it.
        outputs: Names of its outputs.
        metadata: The metadata of the file.
        opset: One of ``OPSETS``.
        inputs: The names of its inputs, and of their first dimensions, which are free.

    Raises:
        InputError: If the weights are too large for the format, or an operator is not supported.
    """
    size = sum(value.numel() * value.element_size() for value in program.state_dict.values())
    if size > LARGEST:
        raise InputError(
            f'an .onnx file is limited to 2 GB, and the weights are {size / 2**30:.1f} GB: use --format torch'
        )
    with quiet():
        try:
            onnx_program = torch.onnx.export(
                program,
                (),
                dynamo=True,
                opset_version=opset or DEFAULT_OPSET,
                input_names=list(inputs),
                output_names=outputs,
                dynamic_shapes={name: {0: size} for name, size in inputs.items()},
                verbose=False,
            )
        except torch.onnx.OnnxExporterError as error:
            cause = first_line(error.__cause__ or error)
            raise InputError(f'torch.onnx cannot export this model: {cause}') from error
    assert onnx_program is not None  # as with dynamo=True
    onnx_program.model.metadata_props.update(metadata)
    return onnx_program.model_proto.SerializeToString()


def onnx_runner(content: bytes) -> Callable[[Tensor], dict[str, Tensor]]:
    """A function from clips to scores that runs the content of an .onnx file in onnxruntime, on the CPU.

    Raises:
        InputError: If onnxruntime cannot load it.
    """
    run = onnx_session(content)
    return lambda clips: run(dict(clips=clips))


def onnx_session(content: bytes) -> Callable[[dict[str, Tensor]], dict[str, Tensor]]:
    """A function from named inputs to scores, otherwise as ``onnx_runner``.

    Raises:
        InputError: If onnxruntime cannot load it.
    """
    import onnxruntime
    from onnxruntime.capi import onnxruntime_pybind11_state as ort_errors

    refusals = (ort_errors.Fail, ort_errors.InvalidGraph, ort_errors.InvalidProtobuf, ort_errors.NotImplemented)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    options.log_severity_level = 3  # errors only
    try:
        session = onnxruntime.InferenceSession(content, options, providers=['CPUExecutionProvider'])
    except refusals as error:
        raise InputError(f'onnxruntime {onnxruntime.__version__} cannot load the file: {first_line(error)}') from error
    names = [output.name for output in session.get_outputs()]

    def run(inputs: dict[str, Tensor]) -> dict[str, Tensor]:
        values = session.run(names, {name: value.numpy() for name, value in inputs.items()})
        return {name: torch.from_numpy(value) for name, value in zip(names, values, strict=True)}

    return run
