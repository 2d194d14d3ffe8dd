#!/usr/bin/env bash
# Linter, type checker and tests, in the environment that is active.
set -euo pipefail
cd "$(dirname "$0")/.."
python -m ruff check .
python -m ruff format --check .
python -m mypy
python -m pytest "$@"
