"""Tubelets are computed once, and forgotten in time."""

import torch

from mmaction_vt.streaming.tubelet_cache import Key, TubeletCache, tubelets_of_clip


def test_shared_tubelets_are_computed_once():
    asked = []

    def read(keys):
        asked.extend(keys)
        return torch.tensor([[float(key.crop), *map(float, key.frames)] for key in keys])

    cache = TubeletCache(read, lambda pixels: 10 * pixels[:, None])
    clips = [tubelets_of_clip(crop, range(start, start + 6), 2) for crop in (0, 1) for start in (0, 2)]
    first = cache.get(clips)
    assert first.shape == (4, 3, 3) and first[1].tolist() == [[0, 20, 30], [0, 40, 50], [0, 60, 70]]
    assert len(asked) == len(set(asked)) == 8 and (cache.computed, cache.used) == (8, 12)

    cache.drop_before(3)
    assert min(key.frames[0] for key in cache.tubelets) == 4
    assert torch.equal(cache.get(clips[1:2]), first[1:2])
    assert asked[8:] == [Key(0, (2, 3))]
