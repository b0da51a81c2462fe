"""Initialisation from an image model."""

from typing import Any

import timm
from mmengine.logging import print_log
from torch import nn

from ...checkpoints.pretrained import start
from ...errors import InputError
from ...registry import WEIGHT_INITIALIZERS


@WEIGHT_INITIALIZERS.register_module()
class FromImageModel:
    """Take the weights of an image model, as ``init_cfg`` of a backbone (Bertasius et al., 2021, section 4).

    Attention along space, MLPs, norms, patch and position embeddings are copied. Temporal parameters of the source are
    copied, too; those that it lacks are initialised as ``temporal`` says. Two-dimensional kernels are inflated,
    position embeddings resized. The configs of published models have the options of their published initialisation. A
    table of what was copied, resized, initialised and left out is logged. A DualFormer starts from its authors' image
    models.

    Args:
        checkpoint: ``timm:`` and a model name of timm's, fetched from its hub on first use; or a file or folder: a ViT
            of timm or converted from JAX, a Hugging Face ViT, mmaction2's ViT, the encoder of a masked autoencoder, or
            whatever ``read_checkpoint`` takes, an address included.
        inflate: How a patch kernel is inflated to a tubelet's: ``average`` over its frames, or at the ``centre`` frame
            (Arnab et al., 2021, section 3.4).
        temporal: Initialisation of attention along time where the source has none: a ``copy`` of attention along space
            (in TimeSformer followed by the published zero layer), ``zero``, so that the model treats every frame as the
            image model does, or ``keep`` for the backbone's own or that of an earlier entry of ``init_cfg``.
            ``first_blocks`` is for ViViT's Model 2: the temporal transformer is a copy of the image model's first
            blocks.
        positions: How position embeddings of another grid are resized: ``bicubic``, or ``nearest_1d``, by nearest
            neighbour along the flattened grid, as in TimeSformer's code.
        time_std: Standard deviation of the truncated normal distribution that TimeSformer's or Motionformer's time
            embedding is drawn from where the source has none; None keeps the backbone's, which is zero.

    Raises:
        InputError: If the source cannot be read or fetched, or does not fit.
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
        self.options: dict[str, Any] = dict(inflate=inflate, temporal=temporal, positions=positions, time_std=time_std)

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
