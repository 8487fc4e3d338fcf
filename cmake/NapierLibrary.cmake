# napier_add_library(NAME SOURCES ... [HEADERS ...] [PUBLIC ...] [PRIVATE ...])
#   One static library a folder, named napier_NAME, with the alias napier::NAME. Headers are included by
#   their path from the top of the source tree and installed under the same path.
function(napier_add_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;HEADERS;PUBLIC;PRIVATE" ${ARGN})
  set(target napier_${name})
  add_library(${target} STATIC ${ARG_SOURCES} ${ARG_HEADERS})
  add_library(napier::${name} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
  target_include_directories(${target} PUBLIC "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>"
                                              "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/napier>")
  target_link_libraries(${target} PUBLIC napier_options ${ARG_PUBLIC}
                                  PRIVATE $<BUILD_INTERFACE:napier_warnings> ${ARG_PRIVATE})
  set_property(GLOBAL APPEND PROPERTY NAPIER_LIBRARIES ${target})
endfunction()

# napier_embed(TARGET NAME FILE)
#   Makes the text of FILE available to TARGET as `extern const std::string_view NAME` in namespace
#   napier::embedded, so that the installed program needs no data folder for it.
function(napier_embed target name file)
  set(out "${CMAKE_CURRENT_BINARY_DIR}/embedded_${name}.cpp")
  get_filename_component(source "${file}" ABSOLUTE)
  add_custom_command(
    OUTPUT "${out}"
    COMMAND ${CMAKE_COMMAND} "-DNAME=${name}" "-DSOURCE=${source}" "-DOUTPUT=${out}"
            -P "${PROJECT_SOURCE_DIR}/cmake/EmbedFile.cmake"
    DEPENDS "${source}" "${PROJECT_SOURCE_DIR}/cmake/EmbedFile.cmake"
    COMMENT "Embedding ${file}")
  target_sources(${target} PRIVATE "${out}")
endfunction()
