"""Modules that were moved since version 0.1: their old names import with a warning in version 0.2."""

import importlib
import sys
import warnings
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

PACKAGE = __name__.partition('.')[0]
# Old and new names, below the package.
MOVED = {
    'analysis': 'apis.flops',
    'checkpoints.dualformer_published': 'checkpoints.layouts.dualformer_published',
    'checkpoints.fit': 'checkpoints.load',
    'checkpoints.huggingface_vit': 'checkpoints.layouts.huggingface_vit',
    'checkpoints.image_dualformer': 'checkpoints.pretrained.dualformer',
    'checkpoints.image_layouts': 'checkpoints.pretrained.layouts',
    'checkpoints.image_vit': 'checkpoints.pretrained.vit',
    'checkpoints.mmengine_loading': 'mmengine_patches',
    'checkpoints.layout': 'checkpoints.layouts.base',
    'checkpoints.motionformer_published': 'checkpoints.layouts.motionformer_published',
    'checkpoints.openmmlab_layers': 'checkpoints.layouts.openmmlab',
    'checkpoints.ours': 'checkpoints.layouts.native',
    'checkpoints.start': 'checkpoints.pretrained.start',
    'checkpoints.start_report': 'checkpoints.pretrained.report',
    'checkpoints.timesformer_huggingface': 'checkpoints.layouts.timesformer_huggingface',
    'checkpoints.timesformer_lightning': 'checkpoints.layouts.timesformer_lightning',
    'checkpoints.timesformer_mmaction2': 'checkpoints.layouts.timesformer_mmaction2',
    'checkpoints.timesformer_published': 'checkpoints.layouts.timesformer_published',
    'checkpoints.vivit_huggingface': 'checkpoints.layouts.vivit_huggingface',
    'checkpoints.vivit_lightning': 'checkpoints.layouts.vivit_lightning',
    'config_files': 'utils.config',
    'engine.broken_videos_hook': 'engine.hooks.broken_videos',
    'engine.checkpoint_hook': 'engine.hooks.checkpoint',
    'engine.finite_loss_hook': 'engine.hooks.finite_loss',
    'engine.image_models': 'models.init.from_image_model',
    'engine.initializers': 'models.init.from_scratch',
    'engine.interrupt_hook': 'engine.hooks.interrupt',
    'engine.layer_decay': 'engine.optimizers.layer_decay',
    'engine.loops': 'engine.runner.loops',
    'engine.optim_wrappers': 'engine.optimizers.optim_wrappers',
    'engine.parameter_groups_hook': 'engine.hooks.parameter_groups',
    'engine.same_run_hook': 'engine.hooks.same_run',
    'engine.sharding': 'engine.runner.sharding',
    'engine.stored_labels': 'engine.runner.stored_labels',
    'engine.throughput_hook': 'engine.hooks.throughput',
    'in_processes': 'utils.process_pool',
    'inferencer': 'apis.inferencer',
    'models.layers.divided_attention': 'models.layers.motionformer_attention',
    'models.layers.divided_block': 'models.layers.timesformer_blocks',
    'models.layers.motion_blocks': 'models.layers.motionformer_blocks',
    'models.layers.space_approximations': 'models.layers.attention_approximations',
    'models.layers.stratified_attention': 'models.layers.dualformer_attention',
    'models.layers.stratified_blocks': 'models.layers.dualformer_blocks',
    'prediction_files': 'apis.prediction_file',
    'programs': 'cli',
    'video_files': 'utils.video_files',
    'visualization.activation_maps': 'visualization.explain.activation_maps',
    'visualization.attention_mixing': 'visualization.explain.attention_mixing',
    'visualization.clips': 'visualization.draw.clips',
    'visualization.curves': 'visualization.draw.curves',
    'visualization.gallery': 'visualization.draw.gallery',
    'visualization.layers': 'visualization.explain.layers',
    'visualization.maps': 'visualization.explain.maps',
    'visualization.methods': 'visualization.explain.methods',
    'visualization.model_input': 'visualization.explain.model_input',
    'visualization.overlay': 'visualization.draw.overlay',
    'visualization.paths': 'visualization.draw.paths',
    'visualization.predictions': 'visualization.draw.predictions',
    'visualization.results': 'visualization.draw.results',
    'visualization.rollout': 'visualization.explain.rollout',
    'visualization.token_labels': 'visualization.draw.token_labels',
    'visualization.trajectories': 'visualization.explain.trajectories',
}


class MovedModule(Loader):
    """Loads a moved module under its new name."""

    def __init__(self, place: str) -> None:
        self.place = place

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        warnings.warn(
            f'{spec.name} is {self.place} since version 0.2; the old name goes with 0.3',
            DeprecationWarning,
            stacklevel=2,
        )
        module = importlib.import_module(self.place)
        self.own_spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self.own_spec  # the import under the old name has replaced it


class MovedModules(MetaPathFinder):
    """Finds modules under their old names."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of an old name in ``MOVED``; None for other modules."""
        place = MOVED.get(name.removeprefix(f'{PACKAGE}.')) if name.startswith(f'{PACKAGE}.') else None
        return None if place is None else ModuleSpec(name, MovedModule(f'{PACKAGE}.{place}'))


def install() -> None:
    """Make old names importable. Safe to call more than once."""
    if not any(isinstance(finder, MovedModules) for finder in sys.meta_path):
        sys.meta_path.append(MovedModules())
