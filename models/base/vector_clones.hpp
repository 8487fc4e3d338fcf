#pragma once

/// Before a function: compile it several times, for the instruction sets of recent x86 machines and for any,
/// and let the loader pick. For plain loops over arrays; contraction and reassociation stay off, so each
/// clone gives the same bits. The address sanitizer cannot instrument the loader's choice.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#define NAPIER_VECTOR_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define NAPIER_VECTOR_CLONES
#endif
