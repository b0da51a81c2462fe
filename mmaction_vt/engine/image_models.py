"""Starting a video model from an image model."""

import timm
from mmengine.logging import print_log
from torch import Tensor, nn

from ..checkpoints import start
from ..errors import InputError
from ..registry import WEIGHT_INITIALIZERS


@WEIGHT_INITIALIZERS.register_module()
class FromImageModel:
    """Take the weights of an image model, as ``init_cfg`` of a backbone (Bertasius et al., 2021, section 4).

    Attention along space, feed-forward networks, norms, patch and position embeddings are copied. Where the source has
    no attention along time, it starts as a copy of the attention along space, and the layer behind it stays as the
    backbone initialised it; where the source has it, as a video model does, it is kept. Two-dimensional kernels are
    spread over time. A DualFormer starts from the image models that its authors publish.

    Args:
        checkpoint: ``timm:`` and a model name of timm's, fetched from its hub on first use, or any file or folder that
            ``read_checkpoint`` or timm's naming covers.
    """

    def __init__(self, checkpoint: str) -> None:
        self.checkpoint = checkpoint

    def __call__(self, module: nn.Module) -> None:
        state = self._timm_state() if self.checkpoint.startswith('timm:') else start.read(self.checkpoint)
        try:
            fitted, sentences = start.fit_backbone(state, module)
        except InputError as error:
            raise InputError(f'{self.checkpoint}: {error}') from error
        module.load_state_dict(fitted)
        for sentence in sentences:
            print_log(f'{self.checkpoint}: {sentence}', 'current')

    def _timm_state(self) -> dict[str, Tensor]:
        name = self.checkpoint.removeprefix('timm:')
        if not timm.is_model(name):
            close = timm.list_models(f'{name.split(".")[0][:12]}*')[:3]
            hint = f' (near: {", ".join(close)})' if close else ''
            raise InputError(f'timm has no model {name}{hint}')
        try:
            model = timm.create_model(name, pretrained=True)
        except (OSError, RuntimeError, ValueError) as error:
            raise InputError(
                f'the weights of timm model {name} cannot be fetched ({type(error).__name__}): fetch them on a machine '
                'with a network, and give the file as model.backbone.init_cfg.checkpoint'
            ) from error
        return start.strip(model.state_dict())
