"""Models of the Hugging Face Hub, named ``hf://owner/name``."""

import re
from functools import partial
from pathlib import Path
from urllib.parse import unquote

from huggingface_hub import constants, errors, hf_hub_download

from ...errors import InputError
from ..huggingface_files import read_index

# Weights in a Hugging Face folder, in order of preference; an index lists the files of a sharded checkpoint.
FOLDER_FILES = (
    'model.safetensors',
    'model.safetensors.index.json',
    'pytorch_model.bin',
    'pytorch_model.bin.index.json',
)
ADDRESS = re.compile(
    r'hf://(?P<repo>[^/@\s]+/[^/@\s]+)(@(?P<revision>refs/pr/\d+|[^/\s]+))?(/(?P<file>\S+))?', re.IGNORECASE
)
# The library's network errors: of requests, httpx or its own, depending on its version.
FAILURES: tuple[type[Exception], ...] = (
    OSError,
    ValueError,
    RuntimeError,
    *errors.HfHubHTTPError.__bases__,
)


def download(address: str, endpoint: str | None = None) -> Path:
    """The local copy of a model or of one of its files, in the cache of ``huggingface_hub``.

    Of a model ``config.json`` and the weights are downloaded, in the first of the forms that ``load_file`` looks for.

    Args:
        address: ``hf://owner/name``, optionally with ``@revision`` (a branch, a tag, a commit) and ``/file``.
        endpoint: Address of the hub. Default: ``HF_ENDPOINT``.

    Raises:
        InputError: If there is no such model or file, or it cannot be downloaded.
    """
    match = ADDRESS.fullmatch(address.rstrip('/'))
    if match is None:
        raise InputError(
            f'{address} is not of the form hf://owner/name, hf://owner/name@revision or hf://owner/name/file'
        )
    repo, file = match['repo'], match['file']
    revision = unquote(match['revision']) if match['revision'] else None
    try:
        if file:
            return Path(hf_hub_download(repo, file, revision=revision, endpoint=endpoint))
        folder = _download_folder(repo, revision, endpoint)
    except FAILURES as error:
        reason = _reason(error, repo, revision, file, endpoint or constants.ENDPOINT)
        raise InputError(
            f'cannot fetch {address}: {reason}; get the files with a browser and give the path of their folder instead'
        ) from error
    if folder is None:
        raise InputError(f'{address} has none of {", ".join(FOLDER_FILES)}: name a file, hf://{repo}/FILE')
    return folder


def _download_folder(repo: str, revision: str | None, endpoint: str | None) -> Path | None:
    """The folder of one commit with the config and the weights, or None if the model has no known weights.

    What was downloaded before is found offline.
    """
    unreachable = None
    for name in FOLDER_FILES:
        offline = unreachable is not None
        try:
            path = Path(hf_hub_download(repo, name, revision=revision, endpoint=endpoint, local_files_only=offline))
            break
        except errors.LocalEntryNotFoundError as error:
            unreachable = unreachable or error
        except errors.EntryNotFoundError:
            continue
    else:
        if unreachable is not None:
            raise unreachable
        return None
    folder = path.parent
    download_same = partial(
        hf_hub_download, repo, revision=folder.name, endpoint=endpoint, local_files_only=unreachable is not None
    )
    if path.suffix == '.json':
        for part in read_index(path):
            download_same(part)
    try:
        download_same('config.json')
    except errors.EntryNotFoundError as error:
        if isinstance(error, errors.LocalEntryNotFoundError) and unreachable is None:
            raise
    return folder


def _reason(error: Exception, repo: str, revision: str | None, file: str | None, endpoint: str) -> str:
    """The cause of an error, in words."""
    if isinstance(error, errors.GatedRepoError):
        return f'it is gated: accept its terms on {endpoint}/{repo} and log in with `hf auth login`'
    if isinstance(error, errors.RepositoryNotFoundError):
        return f'{endpoint} has no model {repo}, or it is private: log in with `hf auth login`'
    if isinstance(error, errors.RevisionNotFoundError):
        return f'{repo} has no revision {revision}'
    if isinstance(error, errors.LocalEntryNotFoundError):
        cause = error.__cause__ or error
        if isinstance(cause, errors.OfflineModeIsEnabled):
            return 'it was not downloaded before, and HF_HUB_OFFLINE is set'
        return f'there is no connection to {endpoint} ({_first_line(cause)})'
    if isinstance(error, errors.EntryNotFoundError):
        return f'{repo} has no file {file}'
    return _first_line(error)


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
