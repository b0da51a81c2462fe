"""mmengine's loading, taught the layouts and files that this package reads.

With it every way to load a checkpoint into one of our models (``load_from``, ``--resume``, mmaction2's own tools and
its ``init_recognizer``) takes every layout, resizes embeddings, and refuses a checkpoint that does not fit instead of
loading part of it. Models of other packages are loaded as before.
"""

import mmengine.dist
import mmengine.runner.checkpoint as mmengine_checkpoint
import mmengine.runner.runner as mmengine_runner
from mmengine.logging import print_log
from mmengine.runner import CheckpointLoader
from torch import nn

from .addresses import is_address
from .files import find, load_file
from .fit import put_into
from .published import SCHEME
from .read import convert
from .start import fit_backbone, source_of


def install() -> None:
    """Put our functions in the place of mmengine's. Safe to call more than once."""
    prefixes = ('', 'http://', 'https://', 'hf://', 'file://', SCHEME)
    CheckpointLoader.register_scheme(prefixes=prefixes, loader=load_from_anywhere, force=True)
    original = mmengine_checkpoint._load_checkpoint_to_model
    if getattr(original, 'knows_layouts', False):
        return

    def load_checkpoint_to_model(
        model: nn.Module, checkpoint: dict, strict: bool = False, *args: object, **kwargs: object
    ) -> dict:
        if is_ours(model):  # a backbone's init_cfg of type Pretrained
            fitted, report = fit_backbone(source_of(checkpoint), model)
            model.load_state_dict(fitted)
            print_log(f'Start of {type(model).__name__}\n{report}', 'current')
            return checkpoint
        if not is_ours(getattr(model, 'backbone', None)):
            return original(model, checkpoint, strict, *args, **kwargs)
        put_into(model, convert(checkpoint), 'the checkpoint', new_classifier=not strict)
        return checkpoint

    load_checkpoint_to_model.knows_layouts = True
    mmengine_checkpoint._load_checkpoint_to_model = load_checkpoint_to_model
    mmengine_runner._load_checkpoint_to_model = load_checkpoint_to_model


def is_ours(module: object) -> bool:
    return type(module).__module__.startswith('mmaction_vt.models.backbones')


def load_from_anywhere(filename: str, map_location: object = None) -> dict:
    """Load a file, a Hugging Face folder or an address, the last fetched by the first process of a machine alone.

    The tensors stay on the CPU whatever ``map_location`` says; models and optimizers copy them to where they are.
    """
    if is_address(filename):
        try:
            if mmengine.dist.get_local_rank() == 0:
                find(filename)
        finally:  # the others meet the same error
            mmengine.dist.barrier()
    return load_file(filename)
