"""Folders for Hugging Face's ``from_pretrained``."""

import json
from pathlib import Path

from safetensors.torch import save_file
from torch import Tensor

from ..errors import InputError


def write(state: dict[str, Tensor], config: dict, folder: str | Path, labels: list[str] | None = None) -> None:
    """Write ``config.json`` and ``model.safetensors``.

    Args:
        state: Tensors in Hugging Face's names, among them ``classifier.weight``.
        config: The model's part of ``config.json``, without the classes.
        folder: The folder, which is made if it is missing.
        labels: Names of the classes.

    Raises:
        InputError: If there are not as many labels as classes.
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
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / 'config.json').write_text(json.dumps(config, indent=2) + '\n')
    state = {key: value.contiguous().clone() for key, value in state.items()}
    save_file(state, folder / 'model.safetensors', metadata={'format': 'pt'})


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
