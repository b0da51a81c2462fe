"""VideoMAE-B 16x224 or V-JEPA 2 L compared with Hugging Face's: ``python benchmarks/videomae.py``."""

from argparse import ArgumentParser

import torch
from huggingface import add_options, build_pair, compare
from rich.console import Console
from torch import nn
from transformers import (
    VideoMAEConfig,
    VideoMAEForVideoClassification,
    VJEPA2Config,
    VJEPA2ForVideoClassification,
)


def videomae(num_frames: int) -> tuple[dict[str, nn.Module], torch.Tensor]:
    """VideoMAE-B for clips of 224 x 224 pixels, and a clip."""
    torch.manual_seed(0)
    theirs = VideoMAEForVideoClassification(VideoMAEConfig(num_labels=400, num_frames=num_frames))
    backbone = dict(type='mmaction_vt.VideoMAE', num_frames=num_frames)
    head = dict(type='TimeSformerHead', num_classes=400, in_channels=768, dropout_ratio=0.0)
    return build_pair(theirs, backbone, head), torch.randn(1, 3, num_frames, 224, 224)


def vjepa2(num_frames: int) -> tuple[dict[str, nn.Module], torch.Tensor]:
    """V-JEPA 2 L with its probe for clips of 256 x 256 pixels, and a clip."""
    torch.manual_seed(0)
    theirs = VJEPA2ForVideoClassification(VJEPA2Config(num_labels=174, frames_per_clip=num_frames))
    backbone = dict(type='mmaction_vt.VJEPA2', num_frames=num_frames)
    head = dict(type='mmaction_vt.AttentiveHead', num_classes=174, in_channels=1024, num_heads=16)
    return build_pair(theirs, backbone, head), torch.randn(1, 3, num_frames, 256, 256)


MODELS = dict(videomae=videomae, vjepa2=vjepa2)


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument('--model', choices=tuple(MODELS), default='videomae')
    parser.add_argument('--num-frames', type=int, default=16, help='frames of a clip')
    add_options(parser)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    models, videos = MODELS[args.model](args.num_frames)
    compare(models, videos, args.runs, args.step_runs, Console(soft_wrap=True))


if __name__ == '__main__':
    main()
