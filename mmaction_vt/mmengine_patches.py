"""Replacements of mmengine's functions, mostly for checkpoints, also when its runner or mmaction2 call them.

Checkpoints of every layout are loaded into our models, from a file, a folder or an address; one that does not match is
refused instead of loaded in part. Models of other packages are loaded as before. Checkpoints are written atomically.
Models are also initialised after a run of the same process has closed its log file.

Our own modules are imported where they are used, so that ``set_up`` can run while one of them is being imported.
"""

import logging
from typing import Any

import mmengine.dist
import mmengine.runner.checkpoint as mmengine_checkpoint
import mmengine.runner.runner as mmengine_runner
from mmengine.logging import MMLogger, print_log
from mmengine.model import BaseModule, is_model_wrapper
from mmengine.runner import CheckpointLoader
from torch import nn

SCHEMES = ('', 'http://', 'https://', 'hf://', 'file://', 'published://')
_load_checkpoint_to_model = mmengine_checkpoint._load_checkpoint_to_model
_resume = mmengine_runner.Runner.resume
_load_checkpoint = mmengine_runner.Runner.load_checkpoint
_set_multi_processing = mmengine_runner.set_multi_processing
_dump_init_info = BaseModule._dump_init_info


def install() -> None:
    """Replace mmengine's functions. Safe to call more than once."""
    CheckpointLoader.register_scheme(prefixes=SCHEMES, loader=load_from_anywhere, force=True)
    mmengine_checkpoint._load_checkpoint_to_model = load_checkpoint_to_model
    mmengine_runner._load_checkpoint_to_model = load_checkpoint_to_model
    mmengine_runner.save_checkpoint = save_checkpoint
    mmengine_runner.Runner.resume = resume
    mmengine_runner.Runner.load_checkpoint = load_checkpoint
    mmengine_runner.set_multi_processing = set_multi_processing
    BaseModule._dump_init_info = dump_init_info


def load_from_anywhere(filename: str, map_location: Any = None) -> dict:
    """Load a file, a Hugging Face folder or an address, which the first process of a machine downloads.

    Tensors stay on the CPU whatever ``map_location`` is; models and optimizers copy them to their device.
    """
    from .checkpoints.downloads.addresses import is_address
    from .checkpoints.files import find, load_file

    if is_address(filename):
        try:
            if mmengine.dist.get_local_rank() == 0:
                find(filename)
        finally:  # the others raise the same error
            mmengine.dist.barrier()
    return load_file(filename)


def load_checkpoint_to_model(
    model: nn.Module, checkpoint: dict, strict: bool = False, *args: Any, **kwargs: Any
) -> dict:
    """Load a checkpoint of any layout into a recognizer, or into a backbone whose ``init_cfg`` is ``Pretrained``."""
    if is_ours(model):
        from .checkpoints.pretrained.start import fit_backbone, source_of

        fitted, report = fit_backbone(source_of(checkpoint), model)
        model.load_state_dict(fitted)
        print_log(f'Start of {type(model).__name__}\n{report}', 'current')
        return checkpoint
    if not is_ours(getattr(model, 'backbone', None)):
        return _load_checkpoint_to_model(model, checkpoint, strict, *args, **kwargs)

    from .checkpoints.load import load_converted
    from .checkpoints.read import convert

    fit = load_converted(model, convert(checkpoint), 'the checkpoint', new_classifier=not strict)
    for sentence in fit.new_classifiers:
        print_log(sentence, 'current', logging.WARNING)
    return checkpoint


def load_checkpoint(runner: Any, filename: str, *args: Any, **kwargs: Any) -> dict:
    """Load a checkpoint into a runner's model; an error names the file."""
    from .errors import InputError

    try:
        return _load_checkpoint(runner, filename, *args, **kwargs)
    except InputError as error:
        raise InputError(str(error) if str(filename) in str(error) else f'{filename}: {error}') from error


def resume(runner: Any, filename: str, *args: Any, **kwargs: Any) -> None:
    """Resume a training of one of our models from a checkpoint that was checked; other models as before."""
    if not is_ours(getattr(unwrapped(runner.model), 'backbone', None)):
        _resume(runner, filename, *args, **kwargs)
        return
    from .engine.runner.resuming import resume_checked

    resume_checked(_resume, runner, filename, *args, **kwargs)


def set_multi_processing(mp_start_method: str = 'fork', *args: Any, **kwargs: Any) -> None:
    """Set how processes of data loaders start: where a config says ``fork`` and that is not safe, by ``spawn``."""
    from .utils.systems import start_method

    _set_multi_processing(start_method() if mp_start_method == 'fork' else mp_start_method, *args, **kwargs)


def dump_init_info(module: BaseModule) -> None:
    """Write how weights were initialised to the log, not to files of runs that have ended, which are closed."""
    logger = MMLogger.get_current_instance()
    for handler in [each for each in logger.handlers if isinstance(each, logging.FileHandler) and each.stream is None]:
        logger.removeHandler(handler)
    _dump_init_info(module)


def unwrapped(model: Any) -> Any:
    """The model inside a wrapper for distributed training."""
    return model.module if is_model_wrapper(model) else model


def is_ours(module: object) -> bool:
    return type(module).__module__.startswith('mmaction_vt.models.backbones')


def save_checkpoint(checkpoint: dict, filename: str, **options: Any) -> None:
    """Write a checkpoint atomically."""
    from .checkpoints import write

    write.write_checkpoint(checkpoint, filename, **options)
