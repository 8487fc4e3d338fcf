find_package(GTest REQUIRED)
include(GoogleTest)

# Builds every test program that has tests labelled `fast`.
add_custom_target(fast_tests)

# napier_add_test(NAME SOURCES ... LIBS ... [TIMEOUT seconds] [FAST [SLOW pattern]])
#   A GoogleTest program; each test case runs as a process of its own (SystemC allows one simulation a
#   process). FAST labels its tests `fast`: they run in the test's own process within a second, and once more
#   with sanitizers (scripts/check.sh). SLOW takes those that match a GoogleTest pattern out of that.
function(napier_add_test name)
  cmake_parse_arguments(ARG "FAST" "TIMEOUT;SLOW" "SOURCES;LIBS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}")
  target_link_libraries(${name} PRIVATE napier_options napier_warnings GTest::gmock GTest::gtest_main ${ARG_LIBS})
  target_compile_definitions(${name} PRIVATE NAPIER_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
                                             NAPIER_BINARY="$<TARGET_FILE_DIR:napier>/napier")
  set(how DISCOVERY_TIMEOUT 60 NO_PRETTY_VALUES PROPERTIES TIMEOUT ${ARG_TIMEOUT})
  if(NOT ARG_FAST)
    gtest_discover_tests(${name} ${how})
    return()
  endif()
  add_dependencies(fast_tests ${name})
  if(ARG_SLOW)
    gtest_discover_tests(${name} TEST_FILTER "-${ARG_SLOW}" TEST_LIST ${name}_fast ${how} LABELS fast)
    gtest_discover_tests(${name} TEST_FILTER "${ARG_SLOW}" TEST_LIST ${name}_slow ${how})
  else()
    gtest_discover_tests(${name} ${how} LABELS fast)
  endif()
endfunction()
