"""mmaction_vt: video transformers for OpenMMLab's mmaction2.

Importing the package makes mmaction2 work with today's versions of what it builds on, and registers every type.
"""

from . import compat

compat.apply()

from . import datasets, engine, models  # noqa: E402
from .apis import init_recognizer  # noqa: E402
from .checkpoints import mmengine_loading, read_checkpoint, write  # noqa: E402
from .created_model import create_model  # noqa: E402
from .deployment import fuse_for_inference  # noqa: E402
from .inferencer import VideoInferencer  # noqa: E402
from .version import __version__  # noqa: E402
from .zoo import list_models  # noqa: E402

BACKBONES = ('DualFormer', 'Motionformer', 'TimeSformer', 'ViViT')

mmengine_loading.install()
write.install()

__all__ = [
    'VideoInferencer',
    '__version__',
    'create_model',
    'datasets',
    'engine',
    'fuse_for_inference',
    'init_recognizer',
    'list_models',
    'models',
    'read_checkpoint',
]


def __getattr__(name: str) -> type:
    """The backbones, which configs name and programs create by ``create_model``."""
    if name in BACKBONES:
        return getattr(models, name)
    raise AttributeError(f'{__name__}.{name}')
