"""Write the model zoo from the families' metafiles: ``python tools/analysis/model_zoo.py``.

Each family's ``metafile.yml`` lists its configs and the published results. From these, the tables of
``docs/model_zoo.md`` and ``docs/models.md``, between markers, and ``model-index.yml`` are written. ``--count`` first
updates the metafiles from the configs: frames, resolution, views, parameters and multiply-adds.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import mmaction_vt.utils.program_start  # noqa: F401

import yaml
from mmengine.config import Config
from rich.console import Console

from mmaction_vt.apis.flops import build_without_weights, clips_and_crops_of, count, input_shape_of
from mmaction_vt.cli import run
from mmaction_vt.errors import InputError
from mmaction_vt.utils.config import load_config
from mmaction_vt.utils.files import CHECKPOINT_SUFFIXES

ROOT = Path(__file__).parents[2]
PAGE, NAMES, INDEX = Path('docs/model_zoo.md'), Path('docs/models.md'), Path('model-index.yml')
THIS = 'python tools/analysis/model_zoo.py'
MARKER, NAMES_MARKER, END = '<!-- models of {} -->\n', '<!-- all names -->\n', '<!-- end -->\n'
CONFIGS = Path('configs/recognition')
# What a top-1 accuracy is of, where there are several.
TOP_1 = {'Top 1 Accuracy': '', 'Action Top 1 Accuracy': 'action', 'Noun Top 1 Accuracy': 'noun'}
TOP_5 = 'Top 5 Accuracy'


class IndentedDumper(yaml.SafeDumper):
    """YAML whose lists are indented, as OpenMMLab's metafiles are."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indent what is in a list, too."""
        return super().increase_indent(flow, False)


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description="Write docs/model_zoo.md and model-index.yml from the families' metafiles.")
    parser.add_argument('--count', action='store_true', help='first update the metafiles from the configs')
    parser.add_argument('--check', action='store_true', help='write nothing; fail if a file is out of date')
    parser.add_argument('--root', type=Path, default=ROOT, help='folder of configs and docs (default: the repository)')
    return parser


def read_metafiles(root: Path) -> dict[Path, dict]:
    """Contents of every family's metafile, by path from the root.

    Raises:
        InputError: If there is none.
    """
    paths = sorted((root / CONFIGS).glob('*/metafile.yml'))
    if not paths:
        raise InputError(f'{root} has no configs/recognition/*/metafile.yml: --root is a clone of the repository')
    return {path.relative_to(root): yaml.safe_load(path.read_text(encoding='utf-8')) for path in paths}


def costs(config: Config) -> dict[str, str]:
    """Metadata that are computed from a config."""
    model = build_without_weights(config)
    counts = count(model, input_shape_of(model.backbone))
    sampling = config.test_pipeline[0].sampling
    clips, crops = clips_and_crops_of(config)
    if sampling.type.endswith('SampleCoveringClips'):
        clips = 'covering'
    rate = sampling.get('frame_interval')
    height, width = model.backbone.img_size
    return {
        'Frames': f'{sampling.clip_len} x {rate}' if rate else f'{sampling.clip_len}, one a segment',
        'Resolution': f'{height}x{width}',
        'Views': f'{clips} x {crops}',
        'Parameters': f'{counts.parameters / 1e6:.1f}M',
        'FLOPs': f'{counts.multiply_adds / 1e9:.1f}G',
    }


def add_costs(root: Path, metafile: dict) -> None:
    for model in metafile['Models']:
        metadata = model['Metadata']
        own = {'Architecture': metadata.get('Architecture'), **costs(load_config(root / model['Config']))}
        model['Metadata'] = {**own, **{key: value for key, value in metadata.items() if key not in own}}


def metafile_text(path: Path, metafile: dict) -> str:
    """The metafile, with its leading comment."""
    lines = path.read_text(encoding='utf-8').splitlines(keepends=True)
    comment = ''.join(line for line in lines if line.startswith('#'))
    parts = (
        yaml.dump({key: value}, Dumper=IndentedDumper, sort_keys=False, allow_unicode=True, width=1000)
        for key, value in metafile.items()
    )
    return comment + '\n'.join(parts)


def index_text(metafiles: dict[Path, dict]) -> str:
    imports = {'Import': [path.as_posix() for path in metafiles]}
    return f'# Written by {THIS}\n' + yaml.dump(imports, Dumper=IndentedDumper)


def page_text(page: str, metafiles: dict[Path, dict]) -> str:
    """The page with the tables of every collection between its markers.

    Raises:
        InputError: If a collection has no markers.
    """
    models = [model for metafile in metafiles.values() for model in metafile['Models']]
    for collection in (each for metafile in metafiles.values() for each in metafile['Collections']):
        name = collection['Name']
        own = [model for model in models if model['In Collection'] == name]
        page = put_between(PAGE, page, MARKER.format(name), table(collection, own))
    return page


def put_between(path: Path, page: str, start: str, lines: Iterable[str]) -> str:
    """Replace the lines of a page between a marker and the end marker.

    Raises:
        InputError: If it has no such marker.
    """
    before, marker, rest = page.partition(start)
    _, end, after = rest.partition(END)
    if not marker or not end:
        raise InputError(f'{path} has no markers for its table: expected the lines {start!r} and {END!r}')
    return before + marker + '\n'.join(['', *lines, '']) + end + after


def names_table(root: Path, metafiles: dict[Path, dict]) -> Iterator[str]:
    """Lines of the table of all configs, with data set and source of the weights."""
    collections = {each['Name']: each for metafile in metafiles.values() for each in metafile['Collections']}
    models = {model['Name']: model for metafile in metafiles.values() for model in metafile['Models']}
    yield row(['name', 'data', 'weights', 'licence'])
    yield row(['---'] * 4)
    for path in sorted((root / CONFIGS).glob('*/*.py'), key=lambda path: (path.parent.name, path.stem)):
        model = models.get(path.stem, {})
        licence = collections[model['In Collection']]['Weights License'] if 'Weights' in model else ''
        data = model.get('Metadata', {}).get('Training Data', '')
        yield row([f'`{path.stem}`', data, link(model.get('Weights')), licence])


def table(collection: dict, models: list[dict]) -> Iterator[str]:
    """Lines of a collection: its code, its models, and the commands to test them."""
    yield f'Code: <{collection["Code"]}>. Licence of the weights: {collection["Weights License"]}.'
    yield ''
    has_top_5 = any(TOP_5 in published_metrics(model) for model in models)
    header = ['name', 'top-1', 'file', *(['top-5'] if has_top_5 else []), 'data', 'frames x rate', 'side']
    header += ['M parameters', 'GFLOPs x clips x crops', 'model', 'theirs: M', 'theirs: FLOPs']
    yield row(header)
    yield row(['---'] * len(header))
    for model in models:
        data, metrics = model['Metadata'], published_metrics(model)
        cells = [f'[{model["Name"]}](../{model["Config"]})', top_1(metrics), download_link(model.get('Weights'))]
        cells += [metrics.get(TOP_5, '')] if has_top_5 else []
        cells += [data['Training Data'], data['Frames'], data['Resolution'].partition('x')[0]]
        flops = data['FLOPs'].rstrip('G')
        cells += [data['Parameters'].rstrip('M'), f'{flops} x {data["Views"]}', data['Architecture']]
        cells += [data.get('Published Parameters', '').rstrip('M'), data.get('Published FLOPs', '')]
        yield row(cells)
    folders = dict.fromkeys(Path(model['Config']).parent.as_posix() for model in models if 'Weights' in model)
    yield from ('', *(f'    python tools/test.py {folder}/CONFIG.py FILE' for folder in folders))


def published_metrics(model: dict) -> dict:
    return next((result['Metrics'] for result in model.get('Results', ())), {})


def top_1(metrics: dict) -> str:
    """The top-1 accuracies of a model."""
    return ', '.join(f'{metrics[key]} {what}'.strip() for key, what in TOP_1.items() if key in metrics)


def download_link(address: str | None) -> str:
    """A link to a file, or to the page that offers it, which is named."""
    if address is None:
        return ''
    parts = urlsplit(address)
    is_file = parts.path.endswith(CHECKPOINT_SUFFIXES)
    return f'[{"download" if is_file else parts.netloc}]({address})'


def link(address: str | None) -> str:
    """A link to a file by its name."""
    if address is None:
        return ''
    parts = urlsplit(address)
    name = Path(parts.path).name
    is_named = name.endswith(CHECKPOINT_SUFFIXES) or parts.netloc == 'huggingface.co'
    return f'[{name if is_named else parts.netloc}]({address})'


def row(cells: list) -> str:
    return f'| {" | ".join(map(str, cells))} |'


def main(args: Namespace) -> None:
    metafiles = read_metafiles(args.root)
    texts: dict[Path, str] = {}
    if args.count:
        for path, metafile in metafiles.items():
            add_costs(args.root, metafile)
            texts[path] = metafile_text(args.root / path, metafile)
    texts[INDEX] = index_text(metafiles)
    names = (args.root / NAMES).read_text(encoding='utf-8')
    texts[NAMES] = put_between(NAMES, names, NAMES_MARKER, names_table(args.root, metafiles))
    texts[PAGE] = page_text((args.root / PAGE).read_text(encoding='utf-8'), metafiles)

    for path, text in texts.items():
        target = args.root / path
        if target.is_file() and target.read_text(encoding='utf-8') == text:
            continue
        if args.check:
            command = f'{THIS} --count' if args.count else THIS
            raise InputError(f'{path} is out of date: run {command}')
        target.write_text(text, encoding='utf-8')
        Console(soft_wrap=True).print(f'Wrote {path}')


if __name__ == '__main__':
    run(main, build_parser())
