#!/usr/bin/env bash
# The checks of the code itself: layout, static analysis, and the fast tests once more with the address and
# undefined-behaviour sanitizers.
#   scripts/check.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

./scripts/install.sh --tests
folders=(models sim rtl-gen cost explore cli python tests)

echo "Layout (clang-format)"
find "${folders[@]}" -path '*/templates' -prune -o \( -name '*.cpp' -o -name '*.hpp' \) -print0 | xargs -0 clang-format --dry-run -Werror

echo "Static analysis (clang-tidy) of the exact unit functions and what they stand on"
cmake --preset release
find models/base models/format models/units -name '*.cpp' -print0 |
  xargs -0 -n 1 -P "$(nproc)" clang-tidy -p build/release --quiet

echo "Sanitizers"
cmake --preset asan
cmake --build --preset asan
ctest --preset asan -L fast
