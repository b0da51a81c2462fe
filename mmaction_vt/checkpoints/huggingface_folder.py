"""Folders for Hugging Face's ``from_pretrained``."""

import json
from pathlib import Path

from safetensors.torch import save
from torch import Tensor

from ..errors import InputError
from ..utils.files import write_atomically
from ..utils.outputs import write_folder

CONFIG, WEIGHTS = FILES = ('config.json', 'model.safetensors')


def write(state: dict[str, Tensor], config: dict, folder: str | Path, labels: list[str] | None = None) -> None:
    """Write a folder with ``config.json`` and ``model.safetensors``, as a whole.

    Args:
        state: Tensors in Hugging Face's names, among them ``classifier.weight``.
        config: The model's part of ``config.json``, without the classes.
        folder: The folder, which is replaced if it exists.
        labels: Names of the classes.

    Raises:
        InputError: If there are not as many labels as classes, or the folder cannot be written; what was there before
            remains.
    """
    num_classes = state['classifier.weight'].shape[0]
    labels = labels or [f'LABEL_{index}' for index in range(num_classes)]
    if len(labels) != num_classes:
        raise InputError(f'got {len(labels)} labels for a classifier of {num_classes} classes')
    config = {
        **config,
        'id2label': {str(index): label for index, label in enumerate(labels)},
        'label2id': {label: index for index, label in enumerate(labels)},
    }
    weights = save({key: value.contiguous().clone() for key, value in state.items()}, metadata={'format': 'pt'})

    def write_files(folder: Path) -> None:
        write_atomically(folder / CONFIG, json.dumps(config, indent=2) + '\n')
        write_atomically(folder / WEIGHTS, weights)

    write_folder(folder, write_files)


def description(state: dict[str, Tensor], num_heads: int | None, norm_eps: float) -> dict:
    """The entries that the configs of all video transformers share, for a state dict in our names.

    Args:
        state: The state dict.
        num_heads: Attention heads, which cannot be read from weights. Default: heads of 64 channels, as in every
            published model.
        norm_eps: Epsilon of the LayerNorms.

    Raises:
        InputError: If the number of heads is not given and the width is no multiple of 64.
    """
    embed_dims = state['backbone.patch_embed.proj.weight'].shape[0]
    if num_heads is None:
        if embed_dims % 64:
            raise InputError(
                f'the number of attention heads does not follow from embed_dims {embed_dims}: give --num-heads'
            )
        num_heads = embed_dims // 64
    return {
        'num_channels': 3,
        'hidden_size': embed_dims,
        'num_hidden_layers': 1 + max(int(key.split('.')[2]) for key in state if key.startswith('backbone.blocks.')),
        'num_attention_heads': num_heads,
        'intermediate_size': state['backbone.blocks.0.mlp.fc1.weight'].shape[0],
        'qkv_bias': 'backbone.blocks.0.attn.qkv.bias' in state,
        'layer_norm_eps': norm_eps,
    }
