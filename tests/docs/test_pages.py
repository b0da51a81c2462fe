"""Hand-written pages: links, shapes and names of models, and examples. MkDocs is not needed."""

import re
import sys
from pathlib import Path

import pytest
import torch
import yaml
from mmengine.config import Config

from mmaction_vt import init_recognizer
from mmaction_vt.engine import LayerDecayOptimWrapperConstructor
from mmaction_vt.errors import InputError
from mmaction_vt.visualization import clip_maps

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / 'docs' / 'hooks'))

import repository_pages  # noqa: E402

PAGES = repository_pages.pages(ROOT)
FAMILIES = sorted((ROOT / 'docs' / 'families').glob('*.md'))


@pytest.mark.parametrize('page', PAGES)
def test_links_lead_to_files_and_headings(page):
    text = (ROOT / page).read_text(encoding='utf-8')
    for link in filter(lambda link: not re.match(r'[a-z]+:', link), repository_pages.links_of(text)):
        path, anchor = repository_pages.target_of(page, link) if not link.startswith('#') else (page, link[1:])
        assert (ROOT / path).exists(), f'{link} leads nowhere'
        if anchor and path.endswith('.md'):
            assert anchor in repository_pages.anchors_of((ROOT / path).read_text(encoding='utf-8')), link


def test_links_are_found_beside_code_and_not_in_it():
    text = 'a [`name`](one.md) and `[x](two.md)`\n\n```\n[y](three.md)\n```\n\n![picture](four.png)\n'
    assert repository_pages.links_of(text) == ['one.md', 'four.png']


def navigation(entries):
    for entry in entries:
        (value,) = entry.values()
        yield from navigation(value) if isinstance(value, list) else [value]


def test_every_page_is_in_the_navigation_once():
    entries = list(navigation(yaml.safe_load((ROOT / 'mkdocs.yml').read_text())['nav']))
    assert len(set(entries)) == len(entries)
    written = {repository_pages.place(page, ROOT) for page in PAGES} - {'readme.md'}
    assert {entry for entry in entries if not entry.startswith('reference/')} == written


@pytest.mark.parametrize('page', FAMILIES, ids=lambda page: page.stem)
def test_shapes_and_names_of_a_family_are_those_of_its_model(page):
    text = page.read_text(encoding='utf-8')
    config = re.search(r'^Of \[.+?\]\((.+?\.py)\)', text, re.M)[1]
    rows = re.findall(r'^\| `([\w.]+)` \| \(([\d, ]+)\) \|', text, re.M)
    clip = re.search(r'one clip\s+\(([\d, ]+)\)', text)[1]
    names = re.search(r'^\| parameters \|.*?\n\n', text, re.M | re.S)[0]
    assert len(rows) >= 4

    config = Config.fromfile(page.parent / config)
    config.model.data_preprocessor.pop('blending', None)  # draws numbers when it is built
    with torch.device('meta'):
        model = init_recognizer(config, device='meta')
    returned = {}
    for name, module in model.named_modules():
        module.register_forward_hook(lambda module, _, out, name=name: returned.update({name: out}))
    with torch.no_grad():
        model.cls_head(model.backbone(torch.empty(*map(int, clip.split(',')), device='meta')))
    for name, shape in rows:
        assert tuple(returned[name].shape) == tuple(map(int, shape.split(','))), name
    parameters = [name.removeprefix('backbone.') for name, _ in model.named_parameters()]
    for name in re.findall(r'`([\w.]+)`', names):
        first = name.replace('N', '0')
        assert any(f'{parameter}.'.startswith(f'{first}.') for parameter in parameters), name


@pytest.fixture(scope='module')
def example(tmp_path_factory):
    """The config of the page on backbones, whose module is imported from the page's first block of code."""
    folder = tmp_path_factory.mktemp('example')
    page = (ROOT / 'docs' / 'add_a_backbone.md').read_text(encoding='utf-8')
    module, config = re.findall(r'^```python\n(.*?)^```$', page, re.M | re.S)
    (folder / 'my_backbone.py').write_text(module)
    (folder / 'config.py').write_text(config)
    sys.path.insert(0, str(folder))
    yield Config.fromfile(folder / 'config.py')
    sys.path.remove(str(folder))
    sys.modules['my_backbone'].MODELS.module_dict.pop('MeanTransformer')
    sys.modules.pop('my_backbone')


def test_the_example_of_a_backbone_learns(example):
    model = init_recognizer(example).train()
    clips, labels = torch.randn(4, 3, 4, 32, 32), torch.tensor([0, 1, 0, 1])
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    losses = []
    for _ in range(30):
        loss = torch.nn.functional.cross_entropy(model.cls_head(model.backbone(clips)), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.1 < losses[0]


def test_the_example_is_drawn_at_any_size(example):
    model = init_recognizer(example)
    model.init_weights()
    for size in (32, 64):
        maps, _, _ = clip_maps(model, torch.randn(1, 3, 8, size, size))
        assert maps.shape == (1, 8, size, size)
    assert model.backbone.num_depths == 5


def test_the_example_takes_checkpoints_of_other_sizes_and_refuses_others(example, tmp_path):
    model = init_recognizer(example)
    torch.save({'state_dict': model.state_dict()}, tmp_path / 'model.pth')
    example.model.backbone.num_frames = 8
    longer = init_recognizer(example, tmp_path / 'model.pth')
    assert longer.backbone.st_embed.shape[1] == 2 * model.backbone.st_embed.shape[1]
    example.model.backbone.num_frames = 4
    clips = torch.randn(1, 3, 4, 32, 32)
    again = init_recognizer(example, tmp_path / 'model.pth')
    torch.testing.assert_close(again.backbone(clips), model.backbone(clips))
    example.model.backbone.num_layers = 2
    with pytest.raises(InputError, match='unexpected keys: '):
        init_recognizer(example, tmp_path / 'model.pth')
    example.model.backbone.num_layers = 3


def test_the_example_knows_depths_and_freezes(example):
    example.model.backbone.trainable_blocks = 1
    model = init_recognizer(example)
    trained = {name.split('.')[2] for name, p in model.named_parameters() if p.requires_grad and '.blocks.' in name}
    assert trained == {'2'}
    assert not model.backbone.st_embed.requires_grad
    example.model.backbone.trainable_blocks = None
    model = init_recognizer(example)
    settings = dict(optimizer=dict(type='AdamW', lr=1.0, weight_decay=0.1))
    constructor = LayerDecayOptimWrapperConstructor(settings, dict(decay_rate=0.5))
    groups = constructor(model).optimizer.param_groups
    assert {group['lr'] for group in groups} == {1.0, 0.5, 0.25, 0.125, 0.0625}
