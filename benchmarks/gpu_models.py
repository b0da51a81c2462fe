"""The models that ``gpu.py`` measures, each beside other code that computes the same."""

import importlib.metadata
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from dualformer import Plain as PlainDualFormer
from mmengine.config import Config
from motionformer import Plain as PlainMotionformer
from torch import Tensor, nn

from mmaction_vt.models import DualFormer, Motionformer, TimeSformer, ViViT

ROOT = Path(__file__).parents[1]
OURS, PLAIN = 'mmaction_vt', 'plain formulation'
Build = Callable[[], nn.Module]


class Model(NamedTuple):
    """A model, the clips that it takes, and code that builds it.

    Attributes:
        name: Its name.
        clip: (3, T, H, W).
        codes: What builds it, by the name of the code.
    """

    name: str
    clip: tuple[int, ...]
    codes: dict[str, Build]


class Classifier(nn.Module):
    """A backbone and a linear classifier."""

    def __init__(self, backbone: nn.Module, dims: int) -> None:
        super().__init__()
        self.backbone = backbone
        self.head = nn.Linear(dims, 400)

    def forward(self, x: Tensor) -> Tensor:
        features = self.backbone(x)
        return self.head(features if features.ndim == 2 else features.flatten(2).mean(2))


class FramesFirst(nn.Module):
    """A model of Hugging Face's, which takes (N, T, 3, H, W)."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, x: Tensor) -> Tensor:
        return self.model(x.transpose(1, 2)).logits


def models(quick: bool = False) -> list[Model]:
    """The models; with ``quick`` in sizes for a trial."""
    sizes = dict(img_size=224, num_layers=12) if not quick else dict(img_size=64, num_layers=2)
    side = sizes['img_size']
    return [
        Model('TimeSformer-B', (3, 8, side, side), timesformer(sizes)),
        Model('Motionformer-B', (3, 16, side, side), motionformer(sizes)),
        Model('ViViT-B', (3, 32, side, side), vivit(sizes)),
        Model(
            'ViViT-B, factorised encoder',
            (3, 32, side, side),
            {OURS: lambda: Classifier(ViViT(attention_type='factorised_encoder', **sizes), 768)},
        ),
        dualformer('tiny', quick),
    ]


def version_of(package: str) -> str:
    try:
        return f'{package} {importlib.metadata.version(package)}'
    except importlib.metadata.PackageNotFoundError:
        return package


def timesformer(sizes: dict[str, int]) -> dict[str, Build]:
    def transformers() -> nn.Module:
        from transformers import TimesformerConfig, TimesformerForVideoClassification

        options = dict(image_size=sizes['img_size'], num_hidden_layers=sizes['num_layers'])
        return FramesFirst(TimesformerForVideoClassification(TimesformerConfig(num_labels=400, **options)))

    def mmaction2() -> nn.Module:
        from mmaction.registry import MODELS
        from mmaction.utils import register_all_modules

        register_all_modules()
        options = dict(img_size=sizes['img_size'], num_transformer_layers=sizes['num_layers'])
        return Classifier(MODELS.build(dict(type='TimeSformer', num_frames=8, patch_size=16, **options)), 768)

    ours = dict(num_frames=8, drop_path_rate=0.0)
    return {
        OURS: lambda: Classifier(TimeSformer(**ours, **sizes), 768),
        version_of('transformers'): transformers,
        version_of('mmaction2'): mmaction2,
    }


def motionformer(sizes: dict[str, int]) -> dict[str, Build]:
    def build() -> nn.Module:
        return Motionformer(num_frames=16, drop_path_rate=0.0, **sizes)

    return {
        OURS: lambda: Classifier(build(), 768),
        PLAIN: lambda: Classifier(PlainMotionformer(build()), 768),
    }


def vivit(sizes: dict[str, int]) -> dict[str, Build]:
    def transformers() -> nn.Module:
        from transformers import VivitConfig, VivitForVideoClassification

        options = dict(image_size=sizes['img_size'], num_hidden_layers=sizes['num_layers'])
        return FramesFirst(VivitForVideoClassification(VivitConfig(num_labels=400, **options)))

    return {
        OURS: lambda: Classifier(ViViT(act='gelu_tanh', **sizes), 768),
        version_of('transformers'): transformers,
    }


def dualformer(size: str, quick: bool) -> Model:
    options = Config.fromfile(ROOT / 'configs' / '_base_' / 'models' / f'dualformer_{size}.py').model.backbone
    options.pop('type')
    options.update(drop_path_rate=0.0, init_cfg=None)
    if quick:
        options.update(depths=(1, 1, 1, 1))
    dims = options['embed_dims'][-1]

    codes = {
        OURS: lambda: Classifier(DualFormer(**options), dims),
        PLAIN: lambda: Classifier(PlainDualFormer(DualFormer(**options)), dims),
    }
    return Model(f'DualFormer-{size[0].upper()}', (3, *options['video_size']), codes)
