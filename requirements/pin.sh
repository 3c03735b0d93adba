#!/bin/sh
# Writes the exact versions that a fresh install of pyproject.toml gives today.
set -eu
python=${1:-python3}
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
"$python" -m venv "$room/venv"
frozen() { "$room/venv/bin/pip" freeze --exclude pip --exclude setuptools --exclude shortscience; }
"$room/venv/bin/pip" install -q .
{ echo '# What the site runs on, pinned. Made by `make pins`.'; frozen; } > requirements/run.txt
"$room/venv/bin/pip" install -q '.[test,lint]'
{
    echo '# What tests and checks need besides, pinned. Made by `make pins`.'
    echo '-r run.txt'
    frozen | grep -vxF -f requirements/run.txt
} > "$room/test.txt"
mv "$room/test.txt" requirements/test.txt
"$python" -m venv "$room/torch"
"$room/torch/bin/pip" install -q './reproductions[compiled,ray,bbc,test]'
{
    sed -n '/^#/p' requirements/reproductions.txt
    "$room/torch/bin/pip" freeze --exclude pip --exclude setuptools --exclude reproductions |
        sed 's/+[a-z0-9]*$//'
} > "$room/reproductions.txt"
mv "$room/reproductions.txt" requirements/reproductions.txt
rm -rf build/lib build/bdist*
