"""The look of a rendered person: parts with colours, of a clothed figure or of DeepMimic's own one."""

import colorsys
from dataclasses import replace

import numpy as np
from moving_shapes import LUMA
from numpy.random import Generator

from .humanoid import Part, read_skeleton

OWN_FIGURE = 0.25  # share of people who look like DeepMimic's figure: balls and rods with gaps, each of some colour
# A joint of the skeleton, a shape in its frame (metres), and what covers it. Bars are capsules along z.
CLOTHED = (
    ('root', Part('bar', (0.0, 0.02, 0.0), 0.095, 0.10), 'trousers'),
    ('root', Part('capsule', (0.0, 0.13, 0.0), 0.10, 0.12), 'shirt'),
    ('chest', Part('capsule', (0.0, 0.09, 0.0), 0.115, 0.12), 'shirt'),
    ('chest', Part('bar', (-0.015, 0.22, 0.0), 0.07, 0.22), 'shirt'),
    ('neck', Part('capsule', (0.0, 0.03, 0.0), 0.045, 0.08), 'skin'),
    ('neck', Part('sphere', (0.01, 0.165, 0.0), 0.10), 'skin'),
    ('neck', Part('sphere', (-0.022, 0.19, 0.0), 0.098), 'hair'),
    *((f'{side}_hip', Part('capsule', (0.0, -0.21, 0.0), 0.07, 0.36), 'trousers') for side in ('left', 'right')),
    *((f'{side}_knee', Part('capsule', (0.0, -0.20, 0.0), 0.052, 0.36), 'shins') for side in ('left', 'right')),
    *(
        (f'{side}_ankle', Part('box', (0.045, -0.0225, 0.0), sides=(0.2, 0.055, 0.09)), 'shoes')
        for side in ('left', 'right')
    ),
    *((f'{side}_shoulder', Part('capsule', (0.0, -0.13, 0.0), 0.05, 0.24), 'shirt') for side in ('left', 'right')),
    *((f'{side}_elbow', Part('capsule', (0.0, -0.12, 0.0), 0.04, 0.22), 'sleeves') for side in ('left', 'right')),
    *((f'{side}_wrist', Part('sphere', (0.0, -0.05, 0.0), 0.048), 'skin') for side in ('left', 'right')),
)
BRIGHT, DIM = (0.6, 0.9), (0.12, 0.35)  # luma of a person and of the place, or the other way round
HUES = 6  # the circle of hues is cut into as many sectors; training takes what is around them, validation their middles
VALIDATION, TRAINING = 0.12, 0.18  # half the width of a middle, in sectors, and the distance that training keeps


def draw_hue(rng: Generator, split: str) -> float:
    """A hue in [0, 1) of a split: those of training and validation are apart."""
    offset = rng.uniform(-VALIDATION, VALIDATION) if split == 'val' else rng.uniform(TRAINING, 1 - TRAINING)
    return ((rng.integers(HUES) + 0.5 + offset) / HUES) % 1


def draw_colour(
    rng: Generator, split: str, saturation: tuple[float, float], brightness: tuple[float, float]
) -> np.ndarray:
    """A colour (3,) from 0 to 1 with a hue of a split, and saturation and brightness (luma) from ranges."""
    vivid = np.array(colorsys.hsv_to_rgb(draw_hue(rng, split), rng.uniform(*saturation), 1.0))
    return with_brightness(vivid, rng.uniform(*brightness))


def with_brightness(colour: np.ndarray, brightness: float) -> np.ndarray:
    """A colour (3,) mixed with black or white to a luma from 0 to 1."""
    luma = float(colour @ LUMA)
    if luma > brightness:
        return colour * brightness / luma
    return colour + (1 - colour) * (brightness - luma) / (1 - luma)


def draw_body(
    rng: Generator, split: str, size: float, brightness: tuple[float, float]
) -> list[tuple[int, Part, np.ndarray]]:
    """A person's parts.

    Args:
        rng: Random numbers.
        split: ``train`` or ``val``, whose colours differ.
        size: Ratio of the person's size to the skeleton's.
        brightness: Range of the luma of colours.

    Returns:
        For each part the index of its joint, its shape in metres, and its colour (3,) from 0 to 1.
    """
    girth = rng.uniform(0.85, 1.2)
    skeleton = read_skeleton()
    if rng.random() < OWN_FIGURE:
        strong = [draw_colour(rng, split, (0.1, 1.0), brightness) for _ in skeleton.parts]
        same = rng.random() < 0.5
        colours = [strong[0] if same else colour for colour in strong]
        parts = skeleton.parts
    else:
        clothes = draw_clothes(rng, split, brightness)
        parts = tuple((skeleton.names.index(joint), part) for joint, part, _ in CLOTHED)
        colours = [clothes[cover] for _, _, cover in CLOTHED]
    return [(joint, scaled(part, size, girth), colour) for (joint, part), colour in zip(parts, colours, strict=True)]


def draw_clothes(rng: Generator, split: str, brightness: tuple[float, float]) -> dict[str, np.ndarray]:
    """The colour of each cover of ``CLOTHED``; hair may be darker than the range of lumas."""
    tone = np.array(colorsys.hsv_to_rgb(rng.uniform(0.05, 0.09), rng.uniform(0.25, 0.55), 1.0))
    skin = with_brightness(tone, rng.uniform(*brightness))
    tone = np.array(colorsys.hsv_to_rgb(rng.uniform(0.04, 0.12), rng.uniform(0.1, 0.7), 1.0))
    hair = with_brightness(tone, rng.uniform(0.1, brightness[1]))
    shirt, trousers = (draw_colour(rng, split, (0.1, 1.0), brightness) for _ in range(2))
    return dict(
        skin=skin,
        hair=hair,
        shirt=shirt,
        sleeves=shirt if rng.random() < 0.5 else skin,
        trousers=trousers,
        shins=trousers if rng.random() < 0.7 else skin,
        shoes=draw_colour(rng, split, (0.0, 0.8), brightness),
    )


def scaled(part: Part, size: float, girth: float) -> Part:
    """A part of a larger and thicker person; a head, which is a sphere, keeps its girth."""
    return replace(
        part,
        centre=tuple(size * value for value in part.centre),
        radius=size * part.radius * (1 if part.kind == 'sphere' else girth),
        length=size * part.length,
        sides=tuple(size * value for value in part.sides),
    )
