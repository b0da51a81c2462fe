"""Nearest neighbours are those of a plain computation, without the query and without doubles."""

import numpy as np
import pytest
import torch

from mmaction_vt.errors import InputError
from mmaction_vt.features import (
    FeatureStore,
    Moment,
    Query,
    VideoFeatures,
    best_moments,
    make_query,
    nearest,
    read_index,
)
from mmaction_vt.features.faiss_index import build_index, find, load_index
from mmaction_vt.features.search import overlap


def write(folder, videos, step=1.0, length=1.0):
    with FeatureStore(folder, dict(level='window')) as store:
        for video, features in videos.items():
            starts = torch.arange(len(features), dtype=torch.float64) * step
            store.add(VideoFeatures(video, features, torch.stack((starts, starts + length), 1), 10.0, 100))
    return read_index(folder)


@pytest.fixture
def videos():
    generator = torch.Generator().manual_seed(0)
    return {f'/v/{name}.mp4': torch.randn(5, 8, generator=generator) for name in 'abc'}


def test_moments_are_ordered_by_cosine_similarity(videos, tmp_path):
    entries = write(tmp_path / 'out', videos)
    vector = torch.randn(8, generator=torch.Generator().manual_seed(1))
    query = make_query(vector[None].numpy(), None)
    expected = {
        (video, float(row)): torch.cosine_similarity(vector, features[row], dim=0).item()
        for video, features in videos.items()
        for row in range(5)
    }
    moments = nearest(entries, query, 100)
    assert len(moments) == 15
    assert {(moment.video, moment.start): moment.similarity for moment in moments} == pytest.approx(expected, abs=1e-6)
    assert nearest(entries, query, 4) == moments[:4]
    values = [moment.similarity for moment in moments]
    assert values == sorted(values, reverse=True)


def test_the_query_itself_is_left_out(videos, tmp_path):
    entries = write(tmp_path / 'out', videos)
    vectors, times = entries[1].vectors()
    query = make_query(vectors, times, '/v/b.mp4', 1.2, 2.6)  # centres 1.5 and 2.5
    unit = vectors[1:3] / np.linalg.norm(vectors[1:3], axis=1, keepdims=True)
    assert query.vector == pytest.approx(unit.mean(0) / np.linalg.norm(unit.mean(0)), abs=1e-6)
    moments = nearest(entries, query, 100)
    assert {moment.start for moment in moments if moment.video == '/v/b.mp4'} == {0, 3, 4}
    whole = nearest(entries, make_query(vectors, times, '/v/b.mp4'), 100)
    assert {moment.video for moment in whole} == {'/v/a.mp4', '/v/c.mp4'}
    with pytest.raises(InputError, match='no features between 7 and 8 seconds: they go from 0 to 5'):
        make_query(vectors, times, '/v/b.mp4', 7, 8)
    with pytest.raises(InputError, match='frame rate of b is unknown'):
        make_query(vectors, None, 'b', 1)


def test_a_moment_counts_once(tmp_path):
    """Of windows that share more than half of their time, the best stays."""
    features = torch.zeros(6, 2)
    features[:, 0], features[:, 1] = torch.tensor([0.1, 3, 9, 4, 1, 5]), 1.0
    entries = write(tmp_path / 'out', {'/v/a.mp4': features}, step=0.25)
    moments = nearest(entries, Query(np.array([1, 0], np.float32)), 10)
    assert [moment.start for moment in moments] == [0.5, 1.25, 0.0]
    assert overlap(Moment('a', 0, 1, 0), Moment('a', 0.25, 1.25, 0)) == pytest.approx(0.6)
    assert overlap(Moment('a', 0, 1, 0), Moment('b', 0, 1, 0)) == 0


def test_videos_without_times(tmp_path):
    moments = [Moment('a', None, None, 0.5), Moment('a', None, None, 0.7), Moment('b', None, None, 0.1)]
    query = Query(np.zeros(1, np.float32), 'b')
    assert best_moments(moments, query, 5) == [moments[1]]


def test_other_dimensions_are_refused(videos, tmp_path):
    entries = write(tmp_path / 'out', videos)
    with pytest.raises(InputError, match=r'features of /v/a\.mp4 have 8 channels, the query has 4'):
        nearest(entries, make_query(np.ones((1, 4), np.float32), None), 3)


def test_faiss_finds_the_same(videos, tmp_path):
    pytest.importorskip('faiss')
    entries = write(tmp_path / 'out', videos)
    query = make_query(*entries[0].vectors(), '/v/a.mp4')
    built = build_index(entries, tmp_path / 'index.faiss')
    for index in (built, load_index(entries, tmp_path / 'index.faiss')):
        found = best_moments(find(index, entries, query, 15), query, 6)
        expected = nearest(entries, query, 6)
        assert [moment[:3] for moment in found] == [moment[:3] for moment in expected]
        assert [moment.similarity for moment in found] == pytest.approx(
            [moment.similarity for moment in expected], abs=1e-6
        )
    with pytest.raises(InputError, match='has 15 moments, the features have 10: it was built from others'):
        load_index(entries[:2], tmp_path / 'index.faiss')
    (tmp_path / 'text.faiss').write_text('text')
    with pytest.raises(InputError, match='is not an index of faiss'):
        load_index(entries, tmp_path / 'text.faiss')
