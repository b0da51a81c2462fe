"""mmaction_vt: video transformers for OpenMMLab's mmaction2.

Importing the package makes mmaction2 work with today's versions of what it builds on, and registers every type.
"""

from . import compat

compat.apply()

from . import datasets, engine, models  # noqa: E402
from .apis import init_recognizer  # noqa: E402
from .checkpoints import mmengine_loading, read_checkpoint, write  # noqa: E402
from .deployment import fuse_for_inference  # noqa: E402
from .inferencer import VideoInferencer  # noqa: E402
from .version import __version__  # noqa: E402

mmengine_loading.install()
write.install()

__all__ = [
    'VideoInferencer',
    '__version__',
    'datasets',
    'engine',
    'fuse_for_inference',
    'init_recognizer',
    'models',
    'read_checkpoint',
]
