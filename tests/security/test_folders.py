"""SECURITY.md: the folder of a checkpoint names its own files only."""

import json

import pytest
from safetensors.torch import save_file
from torch import zeros

from mmaction_vt.checkpoints import load_file
from mmaction_vt.errors import InputError


@pytest.mark.parametrize(
    'name', ['../private.safetensors', '{outside}', 'a/../../private.safetensors', '..', '', 'link']
)
def test_a_folder_names_files_in_it_only(tmp_path, name):
    outside, folder = tmp_path / 'private.safetensors', tmp_path / 'model'
    save_file({'private': zeros(1)}, outside)
    folder.mkdir()
    (folder / 'link').symlink_to(outside)
    (folder / 'config.json').write_text('{}')
    index = dict(weight_map={'private': name.format(outside=outside)})
    (folder / 'model.safetensors.index.json').write_text(json.dumps(index))
    with pytest.raises(InputError, match=r'names the file|is a link out of its folder'):
        load_file(folder)
