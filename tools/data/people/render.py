"""Clips of a person who does an action, drawn by pybullet's software renderer over a drawn place."""

import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import cv2
import numpy as np
from rendered_clips import SPLITS

from .body import BRIGHT, DIM, draw_body
from .humanoid import ACTIONS, Part, draw_start, pose, read_motion, read_skeleton, rotate
from .scene import Camera, Light, cast_shadow, draw_backdrop, draw_camera, draw_light

SUPERSAMPLING = 2
NEAR, FAR = 0.05, 60.0  # metres
ALONG_Y = (-math.sqrt(0.5), 0.0, 0.0, math.sqrt(0.5))  # x, y, z, w: turns z to y
BONE = 0.09  # radius of what casts the shadow, in metres
HEAD = (0.0, 0.2, 0.0)  # in the frame of the neck


class Clip(NamedTuple):
    """A rendered clip.

    Attributes:
        frames: (T, size, size, 3) in RGB, uint8.
        masks: The person, (T, size, size) in bool.
        joints: x and y of the skeleton's joints in pixels, (T, J, 2).
        label: Index of the action in ``ACTIONS``.
    """

    frames: np.ndarray
    masks: np.ndarray
    joints: np.ndarray
    label: int


def render(seed: int, split: str, index: int, size: int, frames: int, rate: float) -> Clip:
    """Render one clip, which depends on these arguments only.

    Args:
        seed: Seed of the data set.
        split: ``train`` or ``val``, which have colours and views of their own.
        index: Number of the clip in its split; the label is ``index % 15``.
        size: Side of the square frames in pixels.
        frames: Number T of frames.
        rate: Frames per second.

    Raises:
        ValueError: If there is no such split.
        InputError: If pybullet is not installed.
    """
    if split not in SPLITS:
        raise ValueError(f'unknown split {split!r}; choose from {", ".join(SPLITS)}')
    rng = np.random.default_rng([seed, SPLITS.index(split), index])
    label = index % len(ACTIONS)
    motion = read_motion(ACTIONS[label])
    length = frames / rate * rng.uniform(0.75, 1.3)  # of the motion that is shown
    times = draw_start(rng, ACTIONS[label], length) + np.linspace(0, length, frames, endpoint=False)
    positions, rotations = pose(motion, times)
    body_size = rng.uniform(0.85, 1.1)
    positions = body_size * positions
    head = positions[:, 2] + rotate(rotations[:, 2], body_size * np.array(HEAD))
    camera = draw_camera(rng, split, np.concatenate([positions, head[:, None]], axis=1))
    light = draw_light(rng)
    of_person, of_place = (BRIGHT, DIM) if rng.random() < 0.5 else (DIM, BRIGHT)
    backdrop = draw_backdrop(rng, split, camera, positions, of_place)
    shadows = cast_shadow(camera, light, bones(positions, head), body_size * BONE, size)
    shadows *= rng.uniform(0.2, 0.6)
    parts = draw_body(rng, split, body_size, of_person)
    people = draw_person(parts, positions, rotations, camera, light, size)
    grain = rng.uniform(0, 3)

    rays = camera.rays(size)
    place, on_ground = backdrop.draw(rays, camera.eyes[0])
    clip = np.empty((frames, size, size, 3), np.uint8)
    masks = np.empty((frames, size, size), bool)
    for time, (picture, cover) in enumerate(people):
        if time and not np.array_equal(camera.eyes[time], camera.eyes[time - 1]):
            place, on_ground = backdrop.draw(rays, camera.eyes[time])
        lit = (1 - cover) * (1 - shadows[time] * on_ground)
        frame = place * light.colour.astype(np.float32) * lit[..., None] + picture
        frame += grain * rng.standard_normal((size, size, 1), np.float32)
        clip[time] = np.rint(frame).clip(0, 255)
        masks[time] = cover > 0.5
    return Clip(clip, masks, camera.project(positions, size)[0], label)


def bones(positions: np.ndarray, head: np.ndarray) -> np.ndarray:
    """Ends of the bones (T, B, 2, 3) of joints (T, J, 3): from each to its parent, and from neck to head."""
    parents = read_skeleton().parents
    pairs = [positions[:, (joint, parent)] for joint, parent in enumerate(parents) if parent >= 0]
    return np.stack([*pairs, np.stack([positions[:, 2], head], axis=1)], axis=1)


def draw_person(
    parts: list[tuple[int, Part, np.ndarray]],
    positions: np.ndarray,
    rotations: np.ndarray,
    camera: Camera,
    light: Light,
    size: int,
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Pictures of a person on black (size, size, 3) from 0 to 255, and how far it covers each pixel (size, size)."""
    bullet = start_renderer()
    bullet.resetSimulation()
    bodies = [add_part(bullet, part, colour) for _, part, colour in parts]
    joints, distance = camera.project(positions, size)
    margin = 0.3 * camera.focal * 0.5 * size / distance  # a body is at most so far around its joints
    corners = np.stack([(joints - margin[..., None]).min(1), (joints + margin[..., None]).max(1)], axis=1)
    corners = np.stack([np.floor(corners[:, 0]), np.ceil(corners[:, 1])], axis=1).clip(0, size).astype(int)
    for time, ((left, top), (right, bottom)) in enumerate(corners):
        for body, (joint, _, _) in zip(bodies, parts, strict=True):
            w, x, y, z = rotations[time, joint]
            bullet.resetBasePositionAndOrientation(body, positions[time, joint], (x, y, z, w))
        picture = np.zeros((size, size, 3), np.float32)
        cover = np.zeros((size, size), np.float32)
        if left < right and top < bottom:
            seen, inside = take_picture(bullet, camera, time, (left, top, right, bottom), light, size)
            picture[top:bottom, left:right], cover[top:bottom, left:right] = seen, inside
        yield picture, cover


def add_part(bullet: ModuleType, part: Part, colour: np.ndarray) -> int:
    """Add a solid part of one colour; returns its number in the renderer."""
    kinds = dict(sphere=bullet.GEOM_SPHERE, capsule=bullet.GEOM_CAPSULE, bar=bullet.GEOM_CAPSULE, box=bullet.GEOM_BOX)
    shape = bullet.createVisualShape(
        kinds[part.kind],
        radius=part.radius,
        length=part.length,
        halfExtents=[side / 2 for side in part.sides],
        rgbaColor=[*colour, 1],
        visualFramePosition=part.centre,
        visualFrameOrientation=ALONG_Y if part.kind == 'capsule' else (0, 0, 0, 1),
    )
    return bullet.createMultiBody(baseMass=0, baseVisualShapeIndex=shape)


def take_picture(
    bullet: ModuleType, camera: Camera, time: int, box: tuple[int, int, int, int], light: Light, size: int
) -> tuple[np.ndarray, np.ndarray]:
    """Picture and cover in a box (left, top, right, bottom) of pixels, smoothed by supersampling."""
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    view = np.eye(4)
    view[:3, :3], view[:3, 3] = camera.axes, -camera.axes @ camera.eyes[time]
    edges = [(2 * edge / size - 1) * NEAR / camera.focal for edge in (left, right, bottom, top)]
    edges[2:] = [-edge for edge in edges[2:]]
    _, _, colours, _, numbers = bullet.getCameraImage(
        SUPERSAMPLING * width,
        SUPERSAMPLING * height,
        view.T.ravel().tolist(),
        bullet.computeProjectionMatrix(*edges, NEAR, FAR),
        lightDirection=light.towards.tolist(),
        lightColor=light.colour.tolist(),
        lightAmbientCoeff=light.ambient,
        lightDiffuseCoeff=1.2 - light.ambient,
        lightSpecularCoeff=0.0,
        shadow=0,
        renderer=bullet.ER_TINY_RENDERER,
    )
    shape = (SUPERSAMPLING * height, SUPERSAMPLING * width)
    inside = (np.reshape(numbers, shape) >= 0).astype(np.float32)
    seen = np.reshape(colours, (*shape, 4))[..., :3] * inside[..., None]
    return tuple(cv2.resize(array, (width, height), interpolation=cv2.INTER_AREA) for array in (seen, inside))


@lru_cache(maxsize=1)
def start_renderer() -> ModuleType:
    """pybullet with a connection, one for each process."""
    with quiet():  # it prints when it was built
        import pybullet
    pybullet.connect(pybullet.DIRECT)
    return pybullet


@contextmanager
def quiet() -> Iterator[None]:
    """Discard what C code prints to the standard error."""
    kept = os.dup(2)
    with Path(os.devnull).open('wb') as nowhere:
        os.dup2(nowhere.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
