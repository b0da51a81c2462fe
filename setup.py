"""What packaging needs beyond ``pyproject.toml``: configs and programs inside the package, where ``mim`` looks."""

import shutil
from contextlib import suppress
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py
from setuptools.command.editable_wheel import editable_wheel

ROOT = Path(__file__).resolve().parent
PACKAGE = 'mmaction_vt'
# What OpenMMLab's package manager `mim` looks for inside an installed package, under `.mim`.
MIM_CONTENTS = ('configs', 'demo', 'tools', 'model-index.yml')


class BuildWithMim(build_py):
    """Copy configs and programs into the built package."""

    def run(self) -> None:
        super().run()
        if self.editable_mode:
            return
        target = Path(self.build_lib) / PACKAGE / '.mim'
        shutil.rmtree(target, ignore_errors=True)
        for name in MIM_CONTENTS:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, target / name, ignore=shutil.ignore_patterns('__pycache__', '*.pyc'))
            elif source.is_file():
                target.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, target / name)


class EditableWithMim(editable_wheel):
    """Link configs and programs into the package in the source tree."""

    def run(self) -> None:
        target = ROOT / PACKAGE / '.mim'
        target.mkdir(exist_ok=True)
        for name in MIM_CONTENTS:
            link = target / name
            if (ROOT / name).exists() and not link.is_symlink():
                with suppress(OSError):  # Windows may forbid links: then ``mim`` finds nothing, and the package does
                    link.symlink_to(Path('..', '..', name), target_is_directory=(ROOT / name).is_dir())
        super().run()


setup(cmdclass={'build_py': BuildWithMim, 'editable_wheel': EditableWithMim})
