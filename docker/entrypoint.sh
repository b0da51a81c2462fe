#!/usr/bin/env bash
# Entry point of the image: docker run ... IMAGE COMMAND [ARGUMENT...]
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

usage() {
    cat <<'END'
docker run [OPTION...] IMAGE COMMAND [ARGUMENT...], where COMMAND is one of
  train CONFIG [OPTION...]                      train, on one GPU
  test CONFIG CHECKPOINT [OPTION...]            test a checkpoint, on one GPU
  dist_train CONFIG GPUS [OPTION...]            train on several GPUs
  dist_test CONFIG CHECKPOINT GPUS [OPTION...]  test on several GPUs
  shell                                         a shell
  help                                          this text
or any program with its arguments, such as python demo/demo.py --help
END
}

fail() {
    echo "error: $1" >&2
    exit 2
}

# expect COUNT FORM ARGUMENT...: refuse fewer arguments, unless help is asked for.
expect() {
    local count=$1 form=$2
    shift 2
    if (($# < count)) && [[ ${1:-} != -h && ${1:-} != --help ]]; then
        fail "too few arguments ($#): usage: $form; configs are in configs/recognition"
    fi
}

# Warn about options that are often forgotten when the container is started.
warn_of_forgotten_options() {
    local shared
    shared=$(df --output=size --block-size=1M /dev/shm 2>/dev/null | tail -n 1) || shared=
    if [[ -n $shared ]] && ((shared < 1024)); then
        echo "warning: /dev/shm, which data loaders and NCCL use, has ${shared// /} MiB:" \
            "start the container with --ipc=host or --shm-size=16g" >&2
    fi
    if [[ ! -e /dev/nvidiactl && ! -e /dev/dxg ]]; then
        echo "warning: no GPU is visible: start the container with --gpus all" >&2
    fi
    if [[ -e work_dirs && ! -w work_dirs ]]; then
        echo "warning: uid $(id -u) cannot write to work_dirs: create the folder on the host before mounting it," \
            "and start the container with --user \"\$(id -u):\$(id -g)\"" >&2
    fi
}

command=${1:-help}
shift || true

case $command in
    train)
        expect 1 'train CONFIG [OPTION...]' "$@"
        warn_of_forgotten_options
        exec "${PYTHON:-python}" "$root/tools/train.py" "$@"
        ;;
    test)
        expect 2 'test CONFIG CHECKPOINT [OPTION...]' "$@"
        warn_of_forgotten_options
        exec "${PYTHON:-python}" "$root/tools/test.py" "$@"
        ;;
    dist_train)
        expect 2 'dist_train CONFIG GPUS [OPTION...]' "$@"
        warn_of_forgotten_options
        exec bash "$root/tools/dist_train.sh" "$@"
        ;;
    dist_test)
        expect 3 'dist_test CONFIG CHECKPOINT GPUS [OPTION...]' "$@"
        warn_of_forgotten_options
        exec bash "$root/tools/dist_test.sh" "$@"
        ;;
    shell)
        exec bash "$@"
        ;;
    help | -h | --help)
        usage
        ;;
    *)
        command -v -- "$command" >/dev/null ||
            fail "unknown command $command; choose from train, test, dist_train, dist_test, shell, help, or a program of the image"
        exec "$command" "$@"
        ;;
esac
