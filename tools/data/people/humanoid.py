"""A person moved by motion capture: the skeleton and motions that the package pybullet carries, and poses in between.

Lengths are in metres. y points up, and a person who stands in the rest pose looks along x, with the right at z > 0.
Rotations are quaternions (w, x, y, z).
"""

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from numpy.random import Generator

from mmaction_vt.errors import InputError

SCALE = 0.25  # of humanoid.urdf
# Joints in the order of a motion's columns, with the number of columns; an angle turns about z.
COLUMNS = (
    *(('root', 4), ('chest', 4), ('neck', 4), ('right_hip', 4), ('right_knee', 1), ('right_ankle', 4)),
    *(('right_shoulder', 4), ('right_elbow', 1), ('left_hip', 4), ('left_knee', 1), ('left_ankle', 4)),
    *(('left_shoulder', 4), ('left_elbow', 1)),
)
ACTIONS = (
    *('backflip', 'cartwheel', 'crawl', 'dance_a', 'dance_b', 'getup_facedown', 'getup_faceup', 'jump'),
    *('kick', 'punch', 'roll', 'run', 'spin', 'spinkick', 'walk'),
)
# Seconds at which a motion is halfway through what its name says; the others do it all the time.
HEIGHTS = dict(
    **dict(backflip=0.85, cartwheel=1.2, getup_facedown=2.4, getup_faceup=3.0),
    **dict(jump=1.0, kick=0.7, punch=0.7, roll=0.6, spin=1.7),
)


@dataclass(frozen=True)
class Part:
    """A solid part of a body, in the frame of its joint.

    Attributes:
        kind: ``sphere``, ``capsule`` (along y), ``bar`` (a capsule along z) or ``box``.
        centre: Its centre.
        radius: Radius of a sphere, capsule or bar.
        length: Of a capsule or bar without its ends.
        sides: Of a box.
    """

    kind: str
    centre: tuple[float, float, float]
    radius: float = 0.0
    length: float = 0.0
    sides: tuple[float, float, float] = (0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Skeleton:
    """The joints of humanoid.urdf, each after its parent.

    Attributes:
        names: Their names.
        parents: Index of each joint's parent, -1 for the root.
        offsets: Position of each joint in its parent's frame, (J, 3).
        parts: The parts of DeepMimic's figure, each with the index of its joint.
    """

    names: tuple[str, ...]
    parents: tuple[int, ...]
    offsets: np.ndarray
    parts: tuple[tuple[int, Part], ...]


@dataclass(frozen=True)
class Motion:
    """A motion.

    Attributes:
        times: Time of each pose in seconds, from 0, (F,).
        root: Position of the root, (F, 3).
        rotations: Rotations of the joints of ``COLUMNS`` relative to their parents, (F, 13, 4).
        repeats: Whether it is a cycle: it continues with its first pose where it ended.
    """

    times: np.ndarray
    root: np.ndarray
    rotations: np.ndarray
    repeats: bool

    @property
    def seconds(self) -> float:
        """Its duration, for a cycle that of one."""
        return float(self.times[-1])


def data_folder() -> Path:
    """The folder of pybullet's data.

    Raises:
        InputError: If pybullet is not installed.
    """
    spec = find_spec('pybullet_data')
    if spec is None or spec.origin is None:
        raise InputError('people are rendered with pybullet, which is not installed: pip install "mmaction_vt[people]"')
    return Path(spec.origin).parent


@lru_cache(maxsize=1)
def read_skeleton() -> Skeleton:
    """Read the skeleton of ``humanoid.urdf``."""
    text = (data_folder() / 'humanoid' / 'humanoid.urdf').read_bytes().rstrip(b'\0 \r\n')
    robot = ElementTree.fromstring(text)
    joints = list(robot.iter('joint'))
    names = tuple(joint.get('name') for joint in joints)  # a joint has the name of the link that it moves
    links = [joint.find('parent').get('link') for joint in joints]
    parents = tuple(names.index(link) if link in names else -1 for link in links)
    offsets = SCALE * np.array([numbers(joint.find('origin').get('xyz')) for joint in joints])
    parts = []
    for link in robot.iter('link'):
        shape = link.find('collision/geometry/*')
        if shape is not None:
            centre = tuple((SCALE * numbers(link.find('collision/origin').get('xyz'))).tolist())
            sizes = {key: SCALE * numbers(value) for key, value in shape.items()}
            radius, length = (float(sizes[key][0]) if key in sizes else 0.0 for key in ('radius', 'length'))
            sides = tuple(sizes.get('size', np.zeros(3)).tolist())
            parts.append((names.index(link.get('name')), Part(shape.tag, centre, radius, length, sides)))
    return Skeleton(names, parents, offsets, tuple(parts))


def numbers(text: str) -> np.ndarray:
    return np.array([float(word) for word in text.split()])


@lru_cache(maxsize=len(ACTIONS))
def read_motion(action: str) -> Motion:
    """Read a motion of ``data/motions``.

    Args:
        action: One of ``ACTIONS``.
    """
    content = json.loads((data_folder() / 'data' / 'motions' / f'humanoid3d_{action}.txt').read_text(encoding='utf-8'))
    frames = np.array(content['Frames'])
    times = np.concatenate([[0], np.cumsum(frames[:-1, 0])])
    rotations, column = [], 4
    for _, count in COLUMNS:
        values = frames[:, column : column + count]
        if count == 1:
            nothing = np.zeros_like(values)
            values = np.concatenate([np.cos(values / 2), nothing, nothing, np.sin(values / 2)], axis=1)
        rotations.append(values)
        column += count
    return Motion(times, frames[:, 1:4], np.stack(rotations, axis=1), content['Loop'] == 'wrap')


def pose(motion: Motion, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where the joints are at some times.

    Args:
        motion: The motion.
        times: Seconds (T,); a motion that does not repeat rests at its ends.

    Returns:
        Positions of the skeleton's joints (T, J, 3), and their rotations (T, J, 4).
    """
    skeleton = read_skeleton()
    cycles = np.floor(times / motion.seconds) if motion.repeats else np.zeros_like(times)
    times = (times - cycles * motion.seconds).clip(0, motion.seconds)
    after = np.searchsorted(motion.times, times, side='right').clip(1, len(motion.times) - 1)
    first, second = motion.times[after - 1], motion.times[after]
    share = ((times - first) / (second - first))[:, None]
    root = motion.root[after - 1] * (1 - share) + motion.root[after] * share
    travel = (motion.root[-1] - motion.root[0]) * (1, 0, 1)
    root = root + cycles[:, None] * travel
    start, end = motion.rotations[after - 1], motion.rotations[after]
    same_side = np.where((start * end).sum(-1, keepdims=True) < 0, -1, 1)
    local = start * (1 - share[..., None]) + same_side * end * share[..., None]
    local /= np.linalg.norm(local, axis=-1, keepdims=True)

    moved = {name: index for index, (name, _) in enumerate(COLUMNS)}
    positions = np.empty((len(times), len(skeleton.names), 3))
    rotations = np.empty((len(times), len(skeleton.names), 4))
    for joint, (name, parent) in enumerate(zip(skeleton.names, skeleton.parents, strict=True)):
        if parent < 0:
            positions[:, joint], rotations[:, joint] = root, local[:, moved[name]]
            continue
        positions[:, joint] = positions[:, parent] + rotate(rotations[:, parent], skeleton.offsets[joint])
        rotations[:, joint] = rotations[:, parent]
        if name in moved:
            rotations[:, joint] = multiply(rotations[:, parent], local[:, moved[name]])
    return positions, rotations


def draw_start(rng: Generator, action: str, length: float) -> float:
    """When a clip of a motion begins: what the motion's name says happens in the inner 70 % of the clip.

    Args:
        rng: Random numbers.
        action: One of ``ACTIONS``.
        length: Seconds of the motion that the clip shows.

    Returns:
        Seconds; in a motion that repeats, they may be negative.
    """
    motion = read_motion(action)
    if action not in HEIGHTS:
        return rng.uniform(0, motion.seconds)
    latest = HEIGHTS[action] - length * 0.15
    earliest = HEIGHTS[action] - length * 0.85
    if not motion.repeats:
        end = max(motion.seconds - length, 0)
        earliest, latest = (min(max(start, 0), end) for start in (earliest, latest))
    return latest - (latest - earliest) * rng.random()


def multiply(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Products of quaternions (..., 4)."""
    w, v = first[..., :1], first[..., 1:]
    x, u = second[..., :1], second[..., 1:]
    return np.concatenate([w * x - (v * u).sum(-1, keepdims=True), w * u + x * v + np.cross(v, u)], axis=-1)


def rotate(rotations: np.ndarray, vector: np.ndarray) -> np.ndarray:
    """A vector (3,) turned by quaternions (..., 4)."""
    w, v = rotations[..., :1], rotations[..., 1:]
    turned = np.cross(v, vector)
    return vector + 2 * (w * turned + np.cross(v, turned))
