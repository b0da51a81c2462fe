"""Where a rendered person is seen: a camera, light, the ground and what is behind it.

World coordinates are in metres, y up; pictures are (H, W, 3) in float32 from 0 to 255.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from moving_shapes import draw_texture, two_colours
from numpy.random import Generator

from .body import draw_colour

SECTOR = 60  # degrees: training and validation take turns in each sector of azimuths, and in its mirror image
VALIDATION, TRAINING = 8, 12  # degrees: validation is within, training beyond, from the middle of a sector
TILE = 256  # pixels of a texture
REACH = 25.0  # metres: the ground fades into the horizon


@dataclass(frozen=True)
class Camera:
    """A camera that may move, and does not turn.

    Attributes:
        axes: To the right, up and back, (3, 3).
        eyes: Its position in each frame, (T, 3).
        focal: Focal length in units of half the picture's side.
    """

    axes: np.ndarray
    eyes: np.ndarray
    focal: float

    def project(self, points: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
        """Where points (T, P, 3) are in pictures: x and y in pixels (T, P, 2), and distances (T, P)."""
        seen = (points - self.eyes[:, None]) @ self.axes.T
        distance = np.maximum(-seen[..., 2], 0.05)
        return 0.5 * size * (1 + self.focal * seen[..., :2] * (1, -1) / distance[..., None]), distance

    def rays(self, size: int) -> np.ndarray:
        """Direction of each pixel (size, size, 3), of length 1 along the optical axis."""
        line = ((np.arange(size) + 0.5) * 2 / size - 1) / self.focal
        x, y = np.meshgrid(line, -line)
        return (np.stack([x, y, -np.ones_like(x)], axis=-1) @ self.axes).astype(np.float32)


def draw_azimuth(rng: Generator, split: str) -> float:
    """A direction in degrees from which a person is seen; those of training and validation are apart."""
    half = SECTOR / 2
    offset = rng.uniform(-VALIDATION, VALIDATION) if split == 'val' else rng.uniform(TRAINING, SECTOR - TRAINING)
    return SECTOR * rng.integers(360 // SECTOR) + half + offset


def draw_camera(rng: Generator, split: str, joints: np.ndarray) -> Camera:
    """A camera that sees all joints (T, J, 3) of a clip, of which the first is the root: at rest, or following it."""
    azimuth = math.radians(draw_azimuth(rng, split))
    elevation = math.radians(rng.uniform(2, 30))
    back = np.array(
        [math.cos(elevation) * math.cos(azimuth), math.sin(elevation), math.cos(elevation) * math.sin(azimuth)]
    )
    right = np.cross((0, 1, 0), back)
    right /= np.linalg.norm(right)
    axes = np.stack([right, np.cross(back, right), back])
    focal = 1 / math.tan(math.radians(rng.uniform(35, 60)) / 2)

    middle = (joints.reshape(-1, 3).min(0) + joints.reshape(-1, 3).max(0)) / 2
    root = joints[:, 0] * (1, 0, 1) + middle * (0, 1, 0)
    travel = np.linalg.norm(np.ptp(root, axis=0))
    follow = max(0.0 if rng.random() < 0.5 else rng.uniform(0.5, 1.0), 1 - 0.6 / max(travel, 1e-6))
    targets = middle + follow * (root - middle)
    seen = (joints - targets[:, None]) @ axes.T
    room = 0.2 + np.abs(seen[..., :2]).max(-1)  # of the bodies' own thickness, too
    distance = (room * focal + seen[..., 2]).max() * rng.uniform(1.0, 1.25)
    slack = 1 - (room * focal + seen[..., 2]).max() / distance
    shift = rng.uniform(-1, 1, 2) * slack * distance / focal
    eyes = targets + distance * back + shift @ axes[:2]
    eyes[:, 1] = np.maximum(eyes[:, 1], 0.15)
    return Camera(axes, eyes, focal)


@dataclass(frozen=True)
class Light:
    """A distant light.

    Attributes:
        towards: Unit vector to it.
        colour: Of the light (3,), about 1.
        ambient: Share of light that comes from everywhere.
    """

    towards: np.ndarray
    colour: np.ndarray
    ambient: float


def draw_light(rng: Generator) -> Light:
    azimuth, elevation = rng.uniform(0, 2 * math.pi), math.radians(rng.uniform(30, 85))
    towards = [math.cos(elevation) * math.cos(azimuth), math.sin(elevation), math.cos(elevation) * math.sin(azimuth)]
    return Light(np.array(towards), rng.uniform(0.85, 1.0) + rng.uniform(-0.08, 0.08, 3), rng.uniform(0.5, 0.8))


@dataclass(frozen=True)
class Backdrop:
    """The ground, and a wall or the sky.

    Attributes:
        ground: Texture (TILE, TILE, 3).
        tile: Its side in metres.
        wall: Texture of a wall, or None for the sky.
        normal: Of the wall, horizontal, (3,).
        offset: The wall's points have this product with the normal.
        sky: Colours at the horizon and far up (2, 3).
    """

    ground: np.ndarray
    tile: float
    wall: np.ndarray | None
    normal: np.ndarray
    offset: float
    sky: np.ndarray

    def draw(self, rays: np.ndarray, eye: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The picture from an eye (3,) along rays (H, W, 3), and where it shows the ground, (H, W)."""
        eye = eye.astype(np.float32)
        far = eye[1] / np.maximum(-rays[..., 1], 1e-6)
        picture = self.lookup(self.ground, eye[0] + far * rays[..., 0], eye[2] + far * rays[..., 2])
        if self.wall is None:
            up = rays[..., 1:2] / np.linalg.norm(rays, axis=-1, keepdims=True)
            sky = self.sky[0] + (self.sky[1] - self.sky[0]) * up.clip(0, 1) ** 0.7
            on_ground = far < REACH
            haze = (far / REACH).clip(0, 1)[..., None] ** 2
            return np.where(on_ground[..., None], picture + haze * (self.sky[0] - picture), sky), on_ground
        distance = (self.offset - eye @ self.normal) / np.minimum(rays @ self.normal, -1e-6)
        along = eye + distance[..., None] * rays
        behind = self.lookup(self.wall, along[..., 0] * self.normal[2] - along[..., 2] * self.normal[0], along[..., 1])
        on_ground = far <= distance
        return np.where(on_ground[..., None], picture, behind), on_ground

    def lookup(self, texture: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """A texture at positions in metres; it continues mirrored."""
        scale = np.float32(TILE / self.tile)
        places = [np.abs((value * scale + TILE) % (2 * TILE) - TILE).clip(0, TILE - 1) for value in (x, y)]
        return cv2.remap(texture, *places, cv2.INTER_LINEAR)


def draw_backdrop(
    rng: Generator, split: str, camera: Camera, joints: np.ndarray, brightness: tuple[float, float]
) -> Backdrop:
    """Ground and wall or sky, with colours of a split in a range of lumas; a wall is behind all joints (T, J, 3)."""
    ground, wall = (
        draw_texture(rng, TILE, two_colours(rng, 255 * draw_colour(rng, split, (0, 0.6), brightness), difference=40))
        for _ in range(2)
    )
    turn = rng.uniform(-0.5, 0.5)
    back = camera.axes[2]
    azimuth = math.atan2(back[2], back[0]) + turn
    normal = np.array([math.cos(azimuth), 0, math.sin(azimuth)], np.float32)
    offset = float((joints @ normal).min() - rng.uniform(0.5, 3))
    sky = np.stack([draw_colour(rng, split, (0, 0.6), brightness) for _ in range(2)])
    has_wall = rng.random() < 0.5
    return Backdrop(
        ground, rng.uniform(1, 5), wall if has_wall else None, normal, offset, (255 * sky).astype(np.float32)
    )


def cast_shadow(camera: Camera, light: Light, bones: np.ndarray, radius: float, size: int) -> np.ndarray:
    """Share of light that a person keeps from the ground, in pictures.

    Args:
        camera: The camera.
        light: The light.
        bones: Ends of the bones, (T, B, 2, 3).
        radius: Of the bones.
        size: Side of a picture.

    Returns:
        (T, size, size) from 0 to 1.
    """
    fallen = bones - light.towards * (bones[..., 1:2] / light.towards[1])
    ends, distance = camera.project(fallen.reshape(len(bones), -1, 3), size)
    ends, distance = ends.reshape(*bones.shape[:3], 2), distance.reshape(bones.shape[:3]).mean(-1)
    widths = np.maximum(radius * camera.focal * size / distance, 1)
    shadows = np.zeros((len(bones), size, size), np.uint8)
    for shadow, lines, width in zip(shadows, ends.clip(-4 * size, 4 * size), widths, strict=True):
        for (start, end), thickness in zip(np.rint(16 * lines).astype(int), width, strict=True):
            cv2.line(shadow, start, end, 255, round(thickness), cv2.LINE_AA, shift=4)
    blurred = [cv2.GaussianBlur(shadow, (0, 0), size / 64) for shadow in shadows]
    return np.stack(blurred).astype(np.float32) / 255
