"""Whatever is in a file: it is read whole, or one sentence says what is wrong with it."""

import json
import random
import zipfile

import pytest
import torch
from hostile.bad_checkpoint import EVERYWHERE, NOWHERE
from hostile.checkpoints import bad_files
from safetensors.torch import save_file

from mmaction_vt import init_recognizer, read_checkpoint
from mmaction_vt.checkpoints import allow_non_finite, load_file, load_into
from mmaction_vt.errors import InputError

SLOW = 'structure: ten thousand keys'


def build_config():
    backbone = dict(type='mmaction_vt.TimeSformer', img_size=32, patch_size=16, num_frames=4, embed_dims=48,
                    num_layers=2, num_heads=4)  # fmt: skip
    head = dict(type='TimeSformerHead', num_classes=7, in_channels=48)
    return dict(model=dict(type='Recognizer3D', backbone=backbone, cls_head=head))


@pytest.fixture(scope='module')
def model():
    return init_recognizer(build_config())


@pytest.fixture
def state(model):
    return {key: value.clone() for key, value in model.state_dict().items()}


def fault_of(read, *args, **options):
    """The sentence that something is refused with; None if it is read."""
    try:
        read(*args, **options)
    except InputError as error:
        return str(error)
    return None


def test_bad_files_end_in_a_sentence_or_are_read(tmp_path, model, state):
    """A sample of the mutators that ``make hostile`` tries with every program."""
    bads = [bad for bad in bad_files() if bad.name != SLOW]
    for number, bad in enumerate(random.Random(0).sample(bads, 70)):
        folder = tmp_path / str(number)
        folder.mkdir()
        bad.make(folder, state, random.Random(number))
        fault = fault_of(load_into, model, folder / bad.path, new_classifier=False)
        assert bad.fails == NOWHERE or fault, bad.name
        assert fault is None or fault.isprintable(), bad.name
        assert bad.fails != EVERYWHERE or fault_of(read_checkpoint, folder / bad.path), bad.name


def test_every_bit_of_the_content_counts(tmp_path, state):
    """A flipped bit is found, or is in bytes that nothing reads."""
    path = tmp_path / 'good.pth'
    torch.save({'state_dict': state}, path)
    data, rng = path.read_bytes(), random.Random(0)
    for _ in range(60):
        place = rng.randrange(8 * len(data))
        changed = bytearray(data)
        changed[place // 8] ^= 1 << place % 8
        path.write_bytes(changed)
        try:
            read = load_file(path)['state_dict']
        except InputError:
            continue
        assert all(torch.equal(value, state[key]) for key, value in read.items()) and len(read) == len(state)


def test_files_without_checksums_are_read(tmp_path, state):
    """``torch.utils.serialization.config.save.compute_crc32`` omits them."""
    config = torch.utils.serialization.config.save
    config.compute_crc32 = False
    try:
        torch.save({'state_dict': state}, tmp_path / 'fast.pth')
    finally:
        config.compute_crc32 = True
    assert load_file(tmp_path / 'fast.pth')['state_dict'].keys() == state.keys()


def test_a_changed_value_is_named_as_a_checksum(tmp_path, state):
    torch.save({'state_dict': state}, tmp_path / 'a.pth')
    with zipfile.ZipFile(tmp_path / 'a.pth') as archive:
        info = archive.getinfo('a/data/0')
    data = bytearray((tmp_path / 'a.pth').read_bytes())
    data[info.header_offset + 200] ^= 1
    (tmp_path / 'a.pth').write_bytes(data)
    with pytest.raises(InputError, match=r'a\.pth is incomplete or corrupt.*checksum of a/data/0'):
        load_file(tmp_path / 'a.pth')


@pytest.mark.parametrize('value', [float('nan'), float('inf'), -float('inf')])
def test_weights_that_are_not_finite_are_refused_unless_asked_for(tmp_path, state, value):
    state['backbone.norm.weight'][3] = value
    torch.save({'state_dict': state}, tmp_path / 'bad.pth')
    with pytest.raises(InputError, match=r'backbone\.norm\.weight.* 1 of 48 .*--allow-non-finite'):
        init_recognizer(build_config(), tmp_path / 'bad.pth')
    init_recognizer(build_config(), tmp_path / 'bad.pth', non_finite=True)
    read_checkpoint(tmp_path / 'bad.pth', non_finite=True)
    with allow_non_finite():
        read_checkpoint(tmp_path / 'bad.pth')


def test_sums_that_overflow_are_of_finite_weights(tmp_path, state):
    state['backbone.norm.weight'] = torch.full((48,), 6e4, dtype=torch.float16)
    torch.save({'state_dict': state}, tmp_path / 'large.pth')
    read_checkpoint(tmp_path / 'large.pth')


@pytest.mark.parametrize('wrapped', ['', 'module.'])
def test_one_key_more_is_named_alone(tmp_path, state, wrapped):
    state = {f'{wrapped}{key}': value for key, value in state.items()} | {'extra.weight': torch.zeros(1)}
    torch.save({'state_dict': state}, tmp_path / 'more.pth')
    with pytest.raises(InputError, match=r'unexpected keys in mmaction_vt: extra\.weight$'):
        read_checkpoint(tmp_path / 'more.pth')


@pytest.mark.parametrize('case', ['timesformer_divided_space_time', 'motionformer_joint', 'dualformer'])
def test_one_key_fewer_of_a_published_layout_is_named_alone(parity, tmp_path, case):
    """Also if it is the one by which a layout is recognised."""
    case = parity(case)
    name = next(key for key in ('state_dict', 'model_state') if key in torch.load(case.checkpoint))
    checkpoint = torch.load(case.checkpoint)
    expected = read_checkpoint(case.checkpoint)['state_dict']
    for key in [key for key in checkpoint[name] if key.endswith(('proj.weight', 'head.weight', 'qkv.weight'))]:
        rest = {other: value for other, value in checkpoint[name].items() if other != key}
        torch.save({name: rest}, tmp_path / 'fewer.pth')
        got = read_checkpoint(tmp_path / 'fewer.pth')['state_dict']
        assert len(expected.keys() - got.keys()) <= 1 and not got.keys() - expected.keys()


def test_a_projection_without_its_key_is_not_zero(tmp_path):
    weight = torch.ones(4, 4)
    state = {f'vivit.encoder.layer.0.attention.attention.{part}.weight': weight for part in ('query', 'value')}
    torch.save(state, tmp_path / 'vivit.pth')
    with pytest.raises(InputError, match=r'missing keys: vivit\.encoder\.layer\.0\.attention\.attention\.key\.weight'):
        read_checkpoint(tmp_path / 'vivit.pth')


def test_both_shapes_are_named(tmp_path, state):
    state['backbone.norm.weight'] = torch.zeros(5)
    torch.save({'state_dict': state}, tmp_path / 'other.pth')
    with pytest.raises(InputError, match=r'backbone\.norm\.weight: \(5,\) in the checkpoint, \(48,\) in the model'):
        init_recognizer(build_config(), tmp_path / 'other.pth')


def test_a_config_in_the_meta_data_may_be_a_text(tmp_path, state):
    """As mmaction 0.x stores its own."""
    torch.save({'state_dict': state, 'meta': {'config': 'model = dict()'}}, tmp_path / 'old.pth')
    init_recognizer(build_config(), tmp_path / 'old.pth')


def write_parts(folder, state):
    """A Hugging Face folder of two files with an index."""
    folder.mkdir(parents=True)
    keys = sorted(state)
    parts = {'a.safetensors': keys[::2], 'b.safetensors': keys[1::2]}
    for name, part in parts.items():
        save_file({key: state[key] for key in part}, folder / name)
    index = {'weight_map': {key: name for name, part in parts.items() for key in part}}
    (folder / 'model.safetensors.index.json').write_text(json.dumps(index))


def test_links_within_a_cache_are_read_and_others_are_not(tmp_path, state):
    folder = tmp_path / 'models--a--b' / 'snapshots' / '0123'
    write_parts(folder, state)
    blobs = tmp_path / 'models--a--b' / 'blobs'
    blobs.mkdir()
    (folder / 'a.safetensors').rename(blobs / 'f00')
    (folder / 'a.safetensors').symlink_to('../../blobs/f00')
    assert read_checkpoint(folder)['state_dict'].keys() == state.keys()
    (folder / 'b.safetensors').rename(tmp_path / 'b.safetensors')
    (folder / 'b.safetensors').symlink_to(tmp_path / 'b.safetensors')
    with pytest.raises(InputError, match=r'b\.safetensors is a link out of its folder'):
        read_checkpoint(folder)


def test_a_key_in_two_parts_is_refused(tmp_path, state):
    write_parts(tmp_path / 'f', state)
    save_file(state, tmp_path / 'f' / 'b.safetensors')
    with pytest.raises(InputError, match=r'b\.safetensors has backbone\..*, which another file'):
        read_checkpoint(tmp_path / 'f')
