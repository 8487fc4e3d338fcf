# Install and export: find_package(napier) gives napier::models, napier::sim, napier::rtl_gen, ...
include(CMakePackageConfigHelpers)
get_property(libraries GLOBAL PROPERTY NAPIER_LIBRARIES)
install(TARGETS ${libraries} napier_options napier_systemc EXPORT napierTargets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS napier RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(EXPORT napierTargets NAMESPACE napier:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/napier)
foreach(folder models sim rtl-gen cost explore)
  install(DIRECTORY ${folder} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/napier FILES_MATCHING PATTERN "*.hpp")
endforeach()
install(DIRECTORY configs DESTINATION ${CMAKE_INSTALL_DATADIR}/napier)
configure_package_config_file(cmake/napierConfig.cmake.in "${PROJECT_BINARY_DIR}/napierConfig.cmake"
                              INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/napier)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/napierConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/napierConfig.cmake" "${PROJECT_BINARY_DIR}/napierConfigVersion.cmake"
              cmake/NapierSystemC.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/napier)
