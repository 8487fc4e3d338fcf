# Compiler settings shared by every target. Results must be the same bits on every machine, so floating
# point stays strict: no fast-math, no fused multiply-add chosen by the compiler.
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()

find_program(NAPIER_CCACHE ccache)
if(NAPIER_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${NAPIER_CCACHE}")
  set(CMAKE_C_COMPILER_LAUNCHER "${NAPIER_CCACHE}")
endif()

add_library(napier_options INTERFACE)
target_compile_features(napier_options INTERFACE cxx_std_20)
target_compile_options(napier_options INTERFACE -ffp-contract=off)
if(NAPIER_SANITIZE)
  target_compile_options(napier_options INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all
                                                  -fno-omit-frame-pointer)
  target_link_options(napier_options INTERFACE -fsanitize=address,undefined)
endif()

add_library(napier_warnings INTERFACE)
target_compile_options(napier_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
                                                 -Wno-sign-conversion -Werror)
# GCC 12 reports a false overlap inside std::string's operator+ (GCC bug 105651).
target_compile_options(napier_warnings INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
# With sanitizers GCC warns of uninitialised values inside std::regex (its manual lists such false alarms).
if(NAPIER_SANITIZE)
  target_compile_options(napier_warnings INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
endif()
