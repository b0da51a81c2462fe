"""Child registries of mmaction2's, in the scope ``mmaction_vt``.

A config names a type of this package with its scope, ``type='mmaction_vt.TimeSformer'``, and a type of
mmaction2 without one. Nothing of mmaction2's is replaced.
"""

from mmaction import registry as mmaction_registry
from mmengine.registry import MODEL_WRAPPERS as MMENGINE_MODEL_WRAPPERS
from mmengine.registry import WEIGHT_INITIALIZERS as MMENGINE_WEIGHT_INITIALIZERS
from mmengine.registry import Registry

SCOPE = 'mmaction_vt'


def _child(name: str, parent: Registry, *locations: str) -> Registry:
    """A registry below ``parent`` that imports ``locations`` when it is first asked for something."""
    return Registry(name, parent=parent, scope=SCOPE, locations=[f'{SCOPE}.{place}' for place in locations])


MODELS = _child('model', mmaction_registry.MODELS, 'models')
# mmengine looks these two up in its own registries, whatever the default scope is.
WEIGHT_INITIALIZERS = _child('weight initializer', MMENGINE_WEIGHT_INITIALIZERS, 'models.init')
MODEL_WRAPPERS = _child('model_wrapper', MMENGINE_MODEL_WRAPPERS, 'engine')
OPTIM_WRAPPERS = _child('optim_wrapper', mmaction_registry.OPTIM_WRAPPERS, 'engine')
OPTIM_WRAPPER_CONSTRUCTORS = _child(
    'optimizer wrapper constructor', mmaction_registry.OPTIM_WRAPPER_CONSTRUCTORS, 'engine'
)
DATASETS = _child('dataset', mmaction_registry.DATASETS, 'datasets')
TRANSFORMS = _child('transform', mmaction_registry.TRANSFORMS, 'datasets.transforms')
METRICS = _child('metric', mmaction_registry.METRICS, 'evaluation')
LOOPS = _child('loop', mmaction_registry.LOOPS, 'engine')
HOOKS = _child('hook', mmaction_registry.HOOKS, 'engine')
OPTIMIZERS = _child('optimizer', mmaction_registry.OPTIMIZERS, 'engine')
RUNNERS = _child('runner', mmaction_registry.RUNNERS, 'engine')
LOG_PROCESSORS = _child('log_processor', mmaction_registry.LOG_PROCESSORS, 'engine')
DATA_SAMPLERS = _child('data sampler', mmaction_registry.DATA_SAMPLERS, 'datasets')
