find_package(GTest REQUIRED)
include(GoogleTest)

# napier_add_test(NAME SOURCES ... LIBS ... [TIMEOUT seconds] [LABELS ...])
#   A GoogleTest program; each test case runs as a process of its own (SystemC allows one simulation a
#   process).
function(napier_add_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;LIBS;LABELS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}")
  target_link_libraries(${name} PRIVATE napier_options napier_warnings GTest::gmock GTest::gtest_main ${ARG_LIBS})
  target_compile_definitions(${name} PRIVATE NAPIER_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
                                             NAPIER_BINARY="$<TARGET_FILE_DIR:napier>/napier")
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60 NO_PRETTY_VALUES
                       PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}")
endfunction()
