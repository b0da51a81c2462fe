"""The tour finds what the pages ask for; running it is for ``python tests/tour.py FOLDER``."""

import runpy

import pytest
from conftest import ROOT

steps = runpy.run_path(str(ROOT / 'tests' / 'tour.py'))['steps']
PAGE = """
    python tools/a.py data

    python tools/test.py CONFIG CHECKPOINT
    pip install x
    python demo/demo.py NAME published a.mp4

```python
import json

print(json)
```

```python
only = 'a piece'
```
"""


def test_steps_of_a_page():
    run = ('run', 'python tools/a.py data')
    assert steps(PAGE) == [run, ('python', 'import json\n\nprint(json)\n')]


@pytest.mark.parametrize(
    ('page', 'programs'),
    [
        ('custom_dataset', ['build_list', 'train', 'test', 'demo_gradcam', 'export', 'make_shards']),
        ('inference', ['moving_shapes', 'predict', 'predict', 'VideoInferencer']),
        ('deployment', ['export', 'export', 'onnxruntime', 'torch.export', 'fuse_for_inference']),
        ('visualization', ['demo_gradcam', 'maps', 'demo_gradcam', 'draw_token_labels', 'draw_results', 'draw_curves']),
        ('faq', ['estimate_memory', 'estimate_memory']),
    ],
)
def test_steps_of_the_pages(page, programs):
    found = iter(steps((ROOT / 'docs' / f'{page}.md').read_text()))
    for program in programs:
        assert any(program in kind or f'{program}.py' in text or (kind == 'python' and program in text)
                   for kind, text in found), program  # fmt: skip
