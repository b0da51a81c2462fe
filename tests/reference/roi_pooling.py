"""RoIAlign and pooling, written out in loops from He et al. (2017), section 3."""

import math

import numpy as np


def bilinear(plane, y, x):
    """The value of a map (H, W) at a point; pixel (i, j) has its centre at (i, j), and beyond the border there is 0."""
    height, width = plane.shape
    if not (-1 <= y <= height and -1 <= x <= width):
        return 0.0
    y, x = min(max(y, 0), height - 1), min(max(x, 0), width - 1)
    top, left = math.floor(y), math.floor(x)
    bottom, right = min(top + 1, height - 1), min(left + 1, width - 1)
    down, across = y - top, x - left
    upper = plane[top, left] * (1 - across) + plane[top, right] * across
    lower = plane[bottom, left] * (1 - across) + plane[bottom, right] * across
    return upper * (1 - down) + lower * down


def align(plane, box, size, points):
    """The grid (size, size) of a box of a map (H, W); the box is given as shares of the map's width and height."""
    height, width = plane.shape
    left, top, right, bottom = box[0] * width, box[1] * height, box[2] * width, box[3] * height
    cell_height, cell_width = (bottom - top) / size, (right - left) / size
    grid = np.zeros((size, size))
    for row in range(size):
        for column in range(size):
            values = [
                bilinear(
                    plane,
                    top + (row + (i + 0.5) / points) * cell_height - 0.5,
                    left + (column + (j + 0.5) / points) * cell_width - 0.5,
                )
                for i in range(points)
                for j in range(points)
            ]
            grid[row, column] = np.mean(values)
    return grid


def pool(maps, rois, size, points, over_time, over_space):
    """Features (K, C) of boxes (K, 5) in maps (N, C, T, H, W)."""
    reduce = dict(mean=np.mean, max=np.max)
    features = np.zeros((len(rois), maps.shape[1]))
    for number, (clip, *box) in enumerate(rois):
        for channel in range(maps.shape[1]):
            planes = maps[int(clip), channel]
            if over_time == 'mean':
                planes = planes.mean(0, keepdims=True)
            steps = [reduce[over_space](align(plane, box, size, points)) for plane in planes]
            features[number, channel] = reduce[over_time](steps)
    return features
