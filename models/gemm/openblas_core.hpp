#pragma once

namespace napier {

/// Starts the program anew with the core type that OpenBLAS should have been loaded with: SkylakeX where the
/// machine has AVX-512, the fastest there, set in OPENBLAS_CORETYPE. Returns where that is so already.
void choose_openblas_core();

}  // namespace napier
