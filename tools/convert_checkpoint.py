"""Convert a checkpoint of any layout: ``python tools/convert_checkpoint.py SOURCE DESTINATION``."""

import io
from argparse import ArgumentParser, Namespace
from inspect import signature
from typing import Any

import mmaction_vt.utils.program_start  # noqa: F401

import torch
from rich.console import Console

from mmaction_vt import __version__, read_checkpoint
from mmaction_vt.checkpoints import huggingface_folder
from mmaction_vt.checkpoints.huggingface_files import model_settings
from mmaction_vt.checkpoints.layouts import (
    timesformer_huggingface,
    videomae_huggingface,
    vivit_huggingface,
    vjepa2_huggingface,
)
from mmaction_vt.checkpoints.layouts.base import fitting
from mmaction_vt.checkpoints.read import config_in
from mmaction_vt.cli import add_checkpoint_options, add_overwrite_option, read_labels, run
from mmaction_vt.utils.option_types import number, positive
from mmaction_vt.utils.outputs import check_output, check_whole_folder, write_output


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description='Convert a checkpoint of any known layout.')
    parser.add_argument('source', help='checkpoint file of any layout, or a Hugging Face folder')
    parser.add_argument('destination', help='file to write, or folder with --to huggingface')
    parser.add_argument('--to', choices=('mmaction_vt', 'huggingface'), default='mmaction_vt', help='layout to write')
    parser.add_argument(
        '--num-heads',
        type=positive,
        help='attention heads, for --to huggingface (default: as in the source, or width / 64)',
    )
    parser.add_argument(
        '--norm-eps', type=number(0, 1, above=True), help='epsilon of the LayerNorms, for --to huggingface'
    )
    parser.add_argument(
        '--num-frames',
        type=positive,
        help='frames of a clip, for a ViViT, VideoMAE or VJEPA2 --to huggingface (default: as in the source, or what '
        '224x224 leaves, 16 and 64)',
    )
    parser.add_argument(
        '--img-size',
        type=positive,
        help='side of the frames, for a VideoMAE or VJEPA2 --to huggingface (default: as in the source, or 224 and '
        '256)',
    )
    parser.add_argument(
        '--hidden-act', help='activation, for a ViViT --to huggingface: gelu or gelu_fast (default: gelu_fast)'
    )
    parser.add_argument('--label-file', help='class names, one per line, for --to huggingface')
    add_overwrite_option(parser, 'an existing file, or folder with --to huggingface')
    add_checkpoint_options(parser)
    return parser


def family_of(state: dict[str, torch.Tensor]) -> Any:
    """The layout of Hugging Face's model that a state dict is for."""
    if 'backbone.st_embed' in state and 'backbone.patch_embed.proj.weight' in state:
        return vivit_huggingface
    if 'cls_head.pooling.query' in state:
        return vjepa2_huggingface
    return timesformer_huggingface if 'backbone.cls_token' in state else videomae_huggingface


def options_of(args: Namespace, settings: dict) -> dict[str, Any]:
    """What ``describe`` of some layouts takes: as given, as in the source, or None."""
    return dict(
        num_heads=args.num_heads or settings.get('num_attention_heads'),
        norm_eps=args.norm_eps or settings.get('layer_norm_eps', 1e-6),
        hidden_act=args.hidden_act or settings.get('hidden_act'),
        num_frames=args.num_frames or settings.get('num_frames') or settings.get('frames_per_clip'),
        img_size=args.img_size or settings.get('image_size') or settings.get('crop_size'),
    )


def main(args: Namespace) -> None:
    console = Console(soft_wrap=True, markup=False)
    inputs = [args.source, args.label_file]
    if args.to == 'huggingface':
        check_whole_folder(args.destination, 'DESTINATION', huggingface_folder.FILES, args.overwrite, inputs)
    else:
        check_output(args.destination, 'DESTINATION', args.overwrite, inputs)
    checkpoint = read_checkpoint(args.source)
    state, config = checkpoint['state_dict'], config_in(checkpoint['meta'])
    settings = model_settings(config)
    console.print(f'{args.source}: {checkpoint["layout"]}, {len(state)} tensors')
    if checkpoint['dropped']:
        console.print(f'Dropped: {", ".join(checkpoint["dropped"])}')

    if args.to == 'huggingface':
        family, options = family_of(state), options_of(args, settings)
        options = {name: value for name, value in options.items() if name in signature(family.describe).parameters}
        labels = read_labels(args.label_file) or settings['labels'] or None
        with fitting('a model that Hugging Face has'):
            renamed, description = family.to_huggingface(state), family.describe(state, **options)
        huggingface_folder.write(renamed, description, args.destination, labels)
    else:
        meta = {'mmaction_vt_version': __version__, 'converted_from': checkpoint['layout']}
        if config:
            meta['config'] = config
        content = io.BytesIO()
        torch.save({'state_dict': state, 'meta': meta}, content)
        write_output(args.destination, content.getbuffer())
    console.print(f'Wrote {args.destination}')


if __name__ == '__main__':
    run(main, build_parser())
