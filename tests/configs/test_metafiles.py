"""Each recipe is listed in its family's metafile and README, which agree with it and with each other."""

import pytest
import yaml
from conftest import ROOT
from reading import read

FAMILIES = ROOT / 'configs' / 'recognition'
METAFILES = sorted(FAMILIES.glob('*/metafile.yml'))
ENTRIES = [
    pytest.param(path.parent, entry, id=entry['Name'])
    for path in METAFILES
    for entry in yaml.safe_load(path.read_text())['Models']
]
OTHER_DATA = ('_frames', '_test')  # the same model on frames, or on a test split


@pytest.mark.parametrize('path', METAFILES, ids=lambda path: path.parent.name)
def test_lists_every_recipe(path):
    names = [entry['Name'] for entry in yaml.safe_load(path.read_text())['Models']]
    recipes = {recipe.stem for recipe in path.parent.glob('*.py')}
    assert sorted(names) == sorted(name for name in recipes if not name.endswith(OTHER_DATA))
    index = yaml.safe_load((ROOT / 'model-index.yml').read_text())
    assert path.relative_to(ROOT).as_posix() in index['Import']


@pytest.mark.parametrize(('folder', 'entry'), ENTRIES)
def test_states_what_the_recipe_and_the_readme_state(folder, entry):
    path = folder / f'{entry["Name"]}.py'
    assert entry['Config'] == path.relative_to(ROOT).as_posix()
    config = read(path)
    assert entry['Metadata']['Batch Size'] == config.train_dataloader.batch_size
    assert entry['Metadata']['Epochs'] == config.train_cfg.max_epochs

    lines = (folder / 'README.md').read_text().splitlines()
    (row,) = (line for line in lines if f'({path.name})' in line)
    assert ('Weights' in entry) == ('https://' in row)
    assert entry.get('Weights', '') in row
    for result in entry.get('Results', ()):
        assert result['Source'].startswith('published by the authors')
        top1, *others = result['Metrics'].values()
        assert f'| {top1} |' in row
        for figure in others:
            assert any(str(figure) in line for line in lines)


@pytest.mark.parametrize(('folder', 'entry'), ENTRIES)
def test_the_first_line_of_the_recipe_says_if_nothing_is_published(folder, entry):
    first, *_ = (folder / f'{entry["Name"]}.py').read_text().splitlines()
    assert first.startswith('# ')
    says_so = 'No weights are published' in first or 'No settings are published' in first
    assert says_so == ('Weights' not in entry)
    assert ('No settings are published' not in first) or 'Results' not in entry
