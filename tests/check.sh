#!/usr/bin/env bash
# Linter, type checker and tests, in the environment that is active.
set -euo pipefail
cd "$(dirname "$0")/.."
# The report is tested in a real browser; elsewhere than on Debian as root, those tests ask for one by skipping.
if ! command -v chromium >/dev/null && command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium >/dev/null
fi
python -m ruff check .
python -m ruff format --check .
python -m mypy
python -m pytest "$@"
