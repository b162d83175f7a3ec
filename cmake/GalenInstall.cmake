# `cmake --install` gives a tree that can be moved anywhere on the machine, and to another with the same or a newer C
# library: programs, zoo, headers, the library libgalen.so, and every shared library that they need.
#
#   bin/galen, bin/galen-engine     lib/libgalen.so            include/galen/…
#   share/galen/zoo/…               lib/galen/*.so             lib/cmake/galen/galenConfig.cmake
#
# The trainer and LibTorch (1 GB) are a component of their own: cmake --install build/release --component training.
include(CMakePackageConfigHelpers)

set(private_libraries ${CMAKE_INSTALL_LIBDIR}/galen)

# One library with all layers below the command line, for C++ programs.
set(layers base image dicom measure network language zoo plan runtime evaluate engine report)
add_library(galen_library SHARED EXCLUDE_FROM_ALL ${PROJECT_SOURCE_DIR}/cmake/empty.cc)
target_link_libraries(galen_library PRIVATE galen_engine galen_evaluate)
set(whole WHOLE_ARCHIVE)
foreach(layer IN LISTS layers)
  get_target_property(type galen_${layer} TYPE)
  if(type STREQUAL STATIC_LIBRARY)
    list(APPEND whole galen_${layer})
  endif()
endforeach()
list(JOIN whole "," whole)
set_target_properties(galen_library PROPERTIES LINK_LIBRARY_OVERRIDE "${whole}")
target_include_directories(galen_library INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_compile_features(galen_library INTERFACE cxx_std_20)
set_target_properties(galen_library PROPERTIES OUTPUT_NAME galen EXPORT_NAME galen SOVERSION ${PROJECT_VERSION}
                      INSTALL_RPATH "$ORIGIN/galen")

# DT_RPATH, unlike DT_RUNPATH, also serves the libraries that the libraries need.
target_link_options(galen_library PRIVATE LINKER:--disable-new-dtags)
set(programs galen galen-engine)
foreach(program IN LISTS programs)
  target_link_options(${program} PRIVATE LINKER:--disable-new-dtags)
  set_target_properties(${program} PROPERTIES INSTALL_RPATH "$ORIGIN/../${private_libraries}")
endforeach()

set(from_the_system "^ld-linux" "^libc\\.so" "^libm\\.so" "^libdl\\.so" "^libpthread\\.so" "^librt\\.so" "^linux-vdso")
install(TARGETS ${programs} RUNTIME_DEPENDENCY_SET galen_needs RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS galen_library EXPORT galen RUNTIME_DEPENDENCY_SET galen_needs LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(RUNTIME_DEPENDENCY_SET galen_needs PRE_EXCLUDE_REGEXES ${from_the_system} POST_EXCLUDE_REGEXES "/libgalen\\.so"
        DIRECTORIES "${OpenVINO_DIR}/../libs" LIBRARY DESTINATION ${private_libraries})
# OpenVINO opens these by name, from the folder that it is in itself.
file(GLOB opened_by_name "${OpenVINO_DIR}/../libs/libopenvino_intel_cpu_plugin.so*"
     "${OpenVINO_DIR}/../libs/libopenvino_onnx_frontend.so*" "${OpenVINO_DIR}/../libs/libopenvino_ir_frontend.so*"
     "${OpenVINO_DIR}/../libs/libtbb*.so*" "${OpenVINO_DIR}/../libs/libhwloc.so*")
install(FILES ${opened_by_name} DESTINATION ${private_libraries})

if(TARGET galen-train)
  target_link_options(galen-train PRIVATE LINKER:--disable-new-dtags)
  set_target_properties(galen-train PROPERTIES INSTALL_RPATH "$ORIGIN/../${private_libraries}")
  install(TARGETS galen-train RUNTIME_DEPENDENCY_SET trainer_needs COMPONENT training EXCLUDE_FROM_ALL
          RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  install(RUNTIME_DEPENDENCY_SET trainer_needs PRE_EXCLUDE_REGEXES ${from_the_system} COMPONENT training EXCLUDE_FROM_ALL
          DIRECTORIES "${GALEN_DEPENDENCIES_DIR}/torch-2.13.0/torch/lib" LIBRARY DESTINATION ${private_libraries})
endif()

install(DIRECTORY ${PROJECT_SOURCE_DIR}/zoo/ DESTINATION ${CMAKE_INSTALL_DATADIR}/galen/zoo)
foreach(layer IN LISTS layers)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/src/galen/${layer} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/galen
          FILES_MATCHING PATTERN "*.h"
          # Helpers of tests
          PATTERN "*_test.h" EXCLUDE PATTERN "test_*.h" EXCLUDE PATTERN "fake_runner.h" EXCLUDE
          PATTERN "drawn_mask.h" EXCLUDE)
endforeach()
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/galen)

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/galen)
set(zoo_folder ${CMAKE_INSTALL_DATADIR}/galen/zoo)
install(EXPORT galen NAMESPACE galen:: FILE galenTargets.cmake DESTINATION ${package})
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/galenConfig.cmake.in ${PROJECT_BINARY_DIR}/galenConfig.cmake
                              INSTALL_DESTINATION ${package} PATH_VARS zoo_folder)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/galenConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/galenConfig.cmake ${PROJECT_BINARY_DIR}/galenConfigVersion.cmake DESTINATION ${package})
