#!/usr/bin/env bash
# Installs packages, builds everything and runs every test.
#   scripts/test.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

./scripts/install.sh --tests
cmake --preset release
cmake --build --preset release
ctest --preset release
