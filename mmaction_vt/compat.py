"""Workarounds for mmaction2 1.2 and mmengine 0.10 with recent PyTorch, numpy, setuptools and transformers.

``apply`` runs before mmaction2 is imported. Each workaround names the release that it is for, and does nothing with a
release that does not need it.
"""

import importlib.metadata
import importlib.util
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from pickle import UnpicklingError
from types import ModuleType
from typing import Any


def provide_importlib_metadata() -> None:
    """mmaction2 1.2.0 imports ``importlib_metadata`` and does not declare it; the standard library's is the same."""
    if importlib.util.find_spec('importlib_metadata') is None:
        sys.modules['importlib_metadata'] = importlib.metadata


def provide_numpy_inf() -> None:
    """mmaction2 1.2.0 uses ``numpy.Inf`` in its pose transforms and frame extraction; numpy 2.0 removed the alias."""
    import numpy

    if not hasattr(numpy, 'Inf'):
        setattr(numpy, 'Inf', numpy.inf)  # noqa: B010  the stubs of numpy 2 lack it


def provide_localizer_drn() -> None:
    """mmaction2 1.2.0's wheel lacks ``mmaction.models.localizers.drn`` but imports it (mmaction2 issue 2714)."""
    import mmaction

    localizers = Path(mmaction.__file__).parent / 'models' / 'localizers'
    if (localizers / 'drn').is_dir():
        return

    class DRN:
        """Placeholder for the temporal localizer that mmaction2's wheel lacks."""

        def __init__(self, *args: object, **kwargs: object) -> None:
            raise ImportError('mmaction2 1.2.0 was published without its localizer DRN (mmaction2 issue 2714)')

    package: Any = ModuleType('mmaction.models.localizers.drn')
    package.__path__ = []
    package.drn = ModuleType('mmaction.models.localizers.drn.drn')
    package.drn.DRN = DRN
    sys.modules[package.__name__] = package
    sys.modules[package.drn.__name__] = package.drn


def pass_over_vindlu() -> None:
    """mmaction2 1.2.0's VindLU does not import with transformers 5; its placeholders are registered instead."""
    if importlib.util.find_spec('transformers') is None:
        return
    if int(importlib.metadata.version('transformers').split('.')[0]) < 5:
        return
    import mmaction.utils.dependency

    mmaction.utils.dependency.WITH_MULTIMODAL = False


def find_packages_without_pkg_resources() -> None:
    """mmengine 0.10.7 finds packages with ``pkg_resources``, which setuptools 82 removed."""
    if importlib.util.find_spec('pkg_resources') is not None:
        return
    import mmengine.config.config
    import mmengine.hub.hub
    import mmengine.utils.package_utils

    for function in (is_installed, get_installed_path, package2module):
        for module in (mmengine.utils, mmengine.utils.package_utils, mmengine.config.config, mmengine.hub.hub):
            if hasattr(module, function.__name__):
                setattr(module, function.__name__, function)


def is_installed(package: str) -> bool:
    """Whether a distribution or a module of that name is installed."""
    try:
        importlib.metadata.distribution(package)
    except importlib.metadata.PackageNotFoundError:
        spec = importlib.util.find_spec(package)
        return spec is not None and spec.origin is not None
    return True


def get_installed_path(package: str) -> str:
    """Folder of an installed package, by the name of its distribution or of its module.

    Raises:
        PackageNotFoundError: If neither exists.
    """
    try:
        module = package2module(package)
    except importlib.metadata.PackageNotFoundError:
        if importlib.util.find_spec(package) is None:
            raise
        module = package
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        raise RuntimeError(f'{package} is a namespace package and has no folder of its own')
    return str(Path(spec.origin).parent)


def package2module(package: str) -> str:
    """Name of the first module of a distribution, such as ``cv2`` for ``opencv-python``."""
    distribution = importlib.metadata.distribution(package)
    if importlib.util.find_spec(package) is not None:
        return package
    top_level = distribution.read_text('top_level.txt')
    if top_level:
        return top_level.split()[0]
    roots = [file.parts[0] for file in distribution.files or [] if file.name == '__init__.py' and len(file.parts) == 2]
    if not roots:
        raise ValueError(f'cannot find the module of the package {package}')
    return roots[0]


def allow_mmengine_types() -> None:
    """torch 2.6 and later load with ``weights_only=True``, which refuses what mmengine 0.10.7 stores (issue 1655).

    Its checkpoints contain histories of logged values, which refer to four of their methods. These types, and numpy
    arrays and scalars, are added to torch's safe globals, and nothing else: the protection stays on.
    """
    import numpy
    import torch
    from mmengine.logging.history_buffer import HistoryBuffer

    core = numpy._core if hasattr(numpy, '_core') else numpy.core
    old_core = 'numpy.core.multiarray'  # the name under which numpy 1 pickles
    array_types = [
        numpy.ndarray,
        numpy.dtype,
        core.multiarray._reconstruct,
        core.multiarray.scalar,
        (core.multiarray._reconstruct, f'{old_core}._reconstruct'),
        (core.multiarray.scalar, f'{old_core}.scalar'),
    ]
    plain = '?bhilqBHILQefd'
    dtypes = {type(numpy.dtype(code)) for code in plain} | {numpy.dtypes.StrDType}

    def history_method(owner: type, name: str) -> Callable:
        """Replaces ``getattr`` in a file: it returns the statistics of a history and nothing else."""
        if owner is not HistoryBuffer or name not in ('min', 'max', 'current', 'mean'):
            raise UnpicklingError(f'the file uses builtins.getattr of {name}, which is not allowed')
        return getattr(owner, name)

    stand_in = (history_method, 'builtins.getattr')
    torch.serialization.add_safe_globals([HistoryBuffer, stand_in, *array_types, *dtypes])


def start_processes_without_gpu() -> None:
    """mmengine 0.10.7 sets a CUDA device in every process that torchrun starts, also on a machine without one."""
    import mmengine.dist.utils as dist_utils
    import torch

    if torch.cuda.is_available():
        return
    accelerators = (dist_utils.is_mlu_available, dist_utils.is_npu_available, dist_utils.is_musa_available)
    if any(is_available() for is_available in accelerators):
        return

    def init_dist_on_cpu(backend: str, init_backend: str = 'torch', **kwargs: Any) -> None:
        if init_backend != 'torch':
            raise ValueError(f'without an accelerator, init_backend must be torch, not {init_backend}')
        torch.distributed.init_process_group(backend='gloo', **kwargs)

    dist_utils._init_dist_pytorch = init_dist_on_cpu


def wrap_models_without_gpu() -> None:
    """mmengine 0.10.7 passes a CUDA device to DistributedDataParallel for a model on the CPU too, which refuses it."""
    from mmengine.model import MMDistributedDataParallel

    original = MMDistributedDataParallel.__init__
    if getattr(original, 'knows_cpu', False):
        return

    def init(self: Any, module: Any, *args: Any, **kwargs: Any) -> None:
        if all(parameter.device.type == 'cpu' for parameter in module.parameters()):
            kwargs['device_ids'] = None
        original(self, module, *args, **kwargs)

    setattr(init, 'knows_cpu', True)  # noqa: B010  functions have no such attribute for a type checker
    MMDistributedDataParallel.__init__ = init


def score_bfloat16_in_float32() -> None:
    """mmaction2 1.2.0's heads turn scores into numpy arrays for the accuracy in training; numpy has no bfloat16."""
    import torch
    from mmaction.models.heads.base import BaseHead

    original = BaseHead.loss_by_feat
    if getattr(original, 'knows_bfloat16', False):
        return

    def loss_by_feat(self: object, cls_scores: object, data_samples: object) -> dict:
        if isinstance(cls_scores, torch.Tensor) and cls_scores.dtype == torch.bfloat16:
            cls_scores = cls_scores.float()
        return original(self, cls_scores, data_samples)

    setattr(loss_by_feat, 'knows_bfloat16', True)  # noqa: B010
    BaseHead.loss_by_feat = loss_by_feat


def shift_hues_down() -> None:
    """mmaction2 1.2 adds a negative number to hues in uint8, which numpy 2 refuses."""
    import cv2
    import numpy as np
    from mmaction.datasets.transforms import ColorJitter

    def adjust_hue(img: np.ndarray, factor: float) -> np.ndarray:
        hsv = cv2.cvtColor(np.clip(img, 0, 255).astype(np.uint8), cv2.COLOR_RGB2HSV)
        hsv[..., 0] = (hsv[..., 0].astype(np.int16) + int(factor * 255)) % 180
        return cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB).astype(np.float32)

    ColorJitter.adjust_hue = staticmethod(adjust_hue)


def import_mmcv_quietly() -> None:
    """mmcv-lite 2.2 warns, when it is imported, of a compiled operator that nothing here uses."""
    warnings.filterwarnings('ignore', message='Fail to import ``MultiScaleDeformableAttention``')


REMEDIES: tuple[Callable[[], None], ...] = (
    import_mmcv_quietly,
    provide_importlib_metadata,
    provide_numpy_inf,
    provide_localizer_drn,
    pass_over_vindlu,
    find_packages_without_pkg_resources,
    allow_mmengine_types,
    start_processes_without_gpu,
    wrap_models_without_gpu,
    score_bfloat16_in_float32,
    shift_hues_down,
)


def apply() -> None:
    """Apply every workaround. Safe to call more than once."""
    for remedy in REMEDIES:
        remedy()
