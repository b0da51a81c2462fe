from types import SimpleNamespace

import av
import numpy as np
import pytest
from videos import cut_without_encoding, write_video

from mmaction_vt.datasets.transforms import DecordDecode, DecordInit
from mmaction_vt.errors import InputError


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp('some videos')


@pytest.fixture(scope='module')
def video(folder):
    return write_video(folder / 'a clip.mp4')


def read(path, frame_inds=(0,)) -> dict:
    results = DecordInit()(dict(filename=str(path)))
    return DecordDecode()(dict(results, frame_inds=np.array(frame_inds)))


def refusal(path, frame_inds=(0,)) -> str:
    with pytest.raises(InputError) as caught:
        read(path, frame_inds)
    message = str(caught.value)
    assert str(path) in message
    assert '\n' not in message
    return message


def test_opens_a_video(video):
    results = DecordInit()(dict(filename=str(video)))
    assert results['total_frames'] == 24
    assert results['avg_fps'] == 30


@pytest.mark.parametrize('frame_inds', [[0, 4, 23], [9, 2, 9, 9, 20, 0], [5]])
def test_frames_come_as_they_were_asked_for(video, frame_inds):
    results = read(video, frame_inds)
    values = [img.mean() for img in results['imgs']]
    assert np.abs(np.array(values) - 5 * np.array(frame_inds)).max() < 3
    assert results['img_shape'] == results['original_shape'] == (48, 64)


def test_a_frame_asked_for_twice_is_two_arrays(video):
    first, second = read(video, [3, 3])['imgs']
    assert not np.shares_memory(first, second)


def test_each_frame_is_decoded_once_and_in_order(video):
    class Reader:
        def get_batch(self, indices):
            self.indices = list(indices)
            return self

        def asnumpy(self):
            return np.zeros((len(self.indices), 2, 2, 3), np.uint8)

    reader = Reader()
    imgs = DecordDecode()._decord_load_frames(reader, np.array([8, 4, 0, 4, 8, 2]))
    assert reader.indices == [0, 2, 4, 8]
    assert len(imgs) == 6


def test_a_file_that_does_not_exist(folder):
    assert 'does not exist' in refusal(folder / 'none.mp4')


def test_an_empty_file(folder):
    path = folder / 'empty.mp4'
    path.touch()
    assert 'cannot be read' in refusal(path)


def test_a_text_file(folder):
    path = folder / 'text.mp4'
    path.write_text('no video\n' * 100)
    assert 'not a video' in refusal(path)


def test_a_sound_file(folder):
    path = folder / 'sound.mp4'
    with av.open(str(path), 'w') as container:
        stream = container.add_stream('aac', rate=16000, layout='mono')
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format='fltp', layout='mono')
        frame.sample_rate = 16000
        for packet in [*stream.encode(frame), *stream.encode()]:
            container.mux(packet)
    assert 'not a video' in refusal(path)


@pytest.mark.parametrize('movflags', ['', 'faststart'])
def test_a_file_that_is_cut_off(folder, movflags):
    path = write_video(folder / f'cut{movflags}.mp4', **(dict(movflags=movflags) if movflags else {}))
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])
    assert 'truncated' in refusal(path)


def test_a_stream_that_is_cut_off_is_read_as_far_as_it_goes(folder):
    path = write_video(folder / 'cut.mkv')
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])
    total_frames = DecordInit()(dict(filename=str(path)))['total_frames']
    assert 0 < total_frames < 24
    assert len(read(path, [0, total_frames - 1])['imgs']) == 2


def test_a_file_with_a_damaged_middle(folder):
    path = write_video(folder / 'damaged.mp4')
    data = bytearray(path.read_bytes())
    start = data.find(b'mdat') + (data.find(b'moov') - data.find(b'mdat')) // 2
    data[start : data.find(b'moov') - 8] = bytes(data.find(b'moov') - 8 - start)
    path.write_bytes(data)
    assert 'corrupt' in refusal(path, [0, 12, 23])


def test_frames_before_the_cut_do_not_count(video, folder):
    # decord can hang when it is asked for more frames than are shown
    path = cut_without_encoding(video, folder / 'stream copy.mp4', 10)
    results = DecordInit()(dict(filename=str(path)))
    assert results['total_frames'] == 14
    assert len(read(path, [0, 5, 13])['imgs']) == 3


def test_a_backend_other_than_the_disk_reads_bytes(video, monkeypatch):
    opened = []
    monkeypatch.setattr(
        'mmaction.datasets.transforms.loading.FileClient',
        lambda backend: SimpleNamespace(get=lambda name: opened.append(name) or video.read_bytes()),
    )
    results = DecordInit(io_backend='petrel')(dict(filename='s3://bucket/a.mp4'))
    assert opened == ['s3://bucket/a.mp4']
    assert results['total_frames'] == 24
