"""Starting a video model from an image model."""

import timm
from mmengine.logging import print_log
from torch import nn

from ...checkpoints.pretrained import start
from ...errors import InputError
from ...registry import WEIGHT_INITIALIZERS


@WEIGHT_INITIALIZERS.register_module()
class FromImageModel:
    """Take the weights of an image model, as ``init_cfg`` of a backbone (Bertasius et al., 2021, section 4).

    Attention along space, feed-forward networks, norms, patch and position embeddings are copied; what the source has
    for time is kept, and what it lacks is made as ``temporal`` says. Two-dimensional kernels are inflated, positions
    resized. The configs of published models name the options of their published start. A table of what was copied,
    resized, initialised and left out is logged. A DualFormer starts from the image models that its authors publish.

    Args:
        checkpoint: ``timm:`` and a model name of timm's, fetched from its hub on first use; or a file or folder: a ViT
            of timm or converted from JAX, a Hugging Face ViT, mmaction2's ViT, the encoder of a masked autoencoder, or
            whatever ``read_checkpoint`` takes, an address included.
        inflate: How a patch kernel becomes one of a tubelet: its ``average``, or itself at the ``centre`` frame (Arnab
            et al., 2021, section 3.4).
        temporal: What attention along time starts as where the source has none: a ``copy`` of attention along space
            (for TimeSformer with the published start behind it), ``zero``, so that every frame looks to the model as
            it does to the image model, or ``keep`` for the backbone's own start or what an earlier start in the same
            ``init_cfg`` made. ``first_blocks`` is for ViViT's Model 2: the second transformer starts as the first
            blocks of the image model.
        positions: How positions of another grid are resized: ``bicubic``, or ``nearest_1d``, by nearest neighbour along
            the flattened grid, as TimeSformer's code does.
        time_std: Standard deviation of the truncated normal distribution that TimeSformer's or Motionformer's time
            embedding is drawn from where the source has none; None keeps the backbone's, which is zero.

    Raises:
        InputError: If the source cannot be had or does not fit.
    """

    def __init__(
        self,
        checkpoint: str,
        inflate: str = 'average',
        temporal: str = 'copy',
        positions: str = 'bicubic',
        time_std: float | None = None,
    ) -> None:
        self.checkpoint = checkpoint
        self.options = dict(inflate=inflate, temporal=temporal, positions=positions, time_std=time_std)

    def __call__(self, module: nn.Module) -> None:
        source = self._timm_state() if self.checkpoint.startswith('timm:') else start.read(self.checkpoint)
        try:
            fitted, report = start.fit_backbone(source, module, **self.options)
        except InputError as error:
            raise InputError(f'{self.checkpoint}: {error}') from error
        module.load_state_dict(fitted)
        print_log(f'Start of {type(module).__name__} from {self.checkpoint}\n{report}', 'current')

    def _timm_state(self) -> start.Source:
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
        return start.source_of(model.state_dict())
