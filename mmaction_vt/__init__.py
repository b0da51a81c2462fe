"""mmaction_vt: video transformers for OpenMMLab's mmaction2.

Importing the package loads next to nothing. ``set_up.py`` registers its types, and patches mmengine and mmaction2, as
soon as these are imported or a public name is used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from . import moved
from .set_up import set_up, set_up_with_openmmlab
from .version import __version__

if TYPE_CHECKING:
    from . import datasets, engine, models
    from .apis import StreamRecognizer, VideoInferencer, create_model, init_recognizer
    from .checkpoints import read_checkpoint
    from .deployment import fuse_for_inference
    from .features import FeatureExtractor
    from .models import VJEPA2, DualFormer, Motionformer, TimeSformer, VideoMAE, ViViT  # noqa: F401
    from .visualization.show import show
    from .zoo import list_models

__all__ = [
    'FeatureExtractor',
    'StreamRecognizer',
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
    'show',
]

BACKBONES = ('DualFormer', 'Motionformer', 'TimeSformer', 'ViViT', 'VideoMAE', 'VJEPA2')
# The modules of the public names.
PLACES = {
    'FeatureExtractor': 'features',
    'StreamRecognizer': 'apis',
    'VideoInferencer': 'apis',
    'create_model': 'apis',
    'fuse_for_inference': 'deployment',
    'init_recognizer': 'apis',
    'list_models': 'zoo',
    'read_checkpoint': 'checkpoints',
    'show': 'visualization.show',
    **dict.fromkeys(BACKBONES, 'models'),
    **{name: name for name in ('datasets', 'engine', 'models')},
}


def __getattr__(name: str) -> Any:
    if name not in PLACES:
        raise AttributeError(f'{__name__}.{name}')
    if name != 'list_models':
        set_up()
    module = import_module(f'.{PLACES[name]}', __name__)
    return module if PLACES[name] == name else getattr(module, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *PLACES})


moved.install()
set_up_with_openmmlab()
