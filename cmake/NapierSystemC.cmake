# napier::systemc: SystemC has no CMake package on Debian, only systemc.pc.
# Debian builds SystemC as C++17 and the library refuses, at link time, callers compiled with another
# standard (an undefined sc_api_version_... symbol). Stating the library's standard keeps C++20 callers.
pkg_check_modules(SYSTEMC REQUIRED IMPORTED_TARGET systemc)
add_library(napier_systemc INTERFACE)
add_library(napier::systemc ALIAS napier_systemc)
set_target_properties(napier_systemc PROPERTIES EXPORT_NAME systemc)
target_link_libraries(napier_systemc INTERFACE PkgConfig::SYSTEMC)
target_compile_definitions(napier_systemc INTERFACE SC_CPLUSPLUS=201703L)
