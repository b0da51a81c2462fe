"""Convert a checkpoint of any layout: ``python tools/convert_checkpoint.py SOURCE DESTINATION``."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

import torch
from rich.console import Console

from mmaction_vt import __version__, read_checkpoint
from mmaction_vt.checkpoints import huggingface_folder
from mmaction_vt.checkpoints.layouts import timesformer_huggingface, vivit_huggingface
from mmaction_vt.cli import add_checkpoint_options, read_labels, run


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description='Convert a checkpoint of any known layout.')
    parser.add_argument('source', help='checkpoint file of any layout, or a Hugging Face folder')
    parser.add_argument('destination', help='file to write, or folder with --to huggingface')
    parser.add_argument('--to', choices=('mmaction_vt', 'huggingface'), default='mmaction_vt', help='layout to write')
    parser.add_argument(
        '--num-heads',
        type=int,
        help='attention heads, for --to huggingface (default: as in the source, or width / 64)',
    )
    parser.add_argument('--norm-eps', type=float, help='epsilon of the LayerNorms, for --to huggingface')
    parser.add_argument(
        '--num-frames', type=int, help='frames of a clip, for a ViViT --to huggingface (default: what 224x224 leaves)'
    )
    parser.add_argument(
        '--hidden-act', help='activation, for a ViViT --to huggingface: gelu or gelu_fast (default: gelu_fast)'
    )
    parser.add_argument('--label-file', help='class names, one per line, for --to huggingface')
    add_checkpoint_options(parser)
    return parser


def main(args: Namespace) -> None:
    console = Console()
    checkpoint = read_checkpoint(args.source)
    state, config = checkpoint['state_dict'], checkpoint['meta'].get('config', {})
    console.print(f'{args.source}: {checkpoint["layout"]}, {len(state)} tensors')
    if checkpoint['dropped']:
        console.print(f'Dropped: {", ".join(checkpoint["dropped"])}')

    if args.to == 'huggingface':
        options = dict(
            num_heads=args.num_heads or config.get('num_attention_heads'),
            norm_eps=args.norm_eps or config.get('layer_norm_eps', 1e-6),
        )
        family = timesformer_huggingface
        if 'backbone.st_embed' in state and 'backbone.patch_embed.proj.weight' in state:
            family = vivit_huggingface
            options['hidden_act'] = args.hidden_act or config.get('hidden_act')
            options['num_frames'] = args.num_frames or config.get('num_frames')
        labels = read_labels(args.label_file) or list(config.get('id2label', {}).values()) or None
        renamed = family.to_huggingface(state)
        huggingface_folder.write(renamed, family.describe(state, **options), args.destination, labels)
    else:
        destination = Path(args.destination)
        destination.parent.mkdir(parents=True, exist_ok=True)
        meta = {'mmaction_vt_version': __version__, 'converted_from': checkpoint['layout']}
        if config:
            meta['config'] = config
        torch.save({'state_dict': state, 'meta': meta}, destination)
    console.print(f'Wrote {args.destination}')


if __name__ == '__main__':
    run(main, build_parser())
