# Compiler settings shared by every target.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()

find_program(GALEN_CCACHE ccache)
if(GALEN_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${GALEN_CCACHE}")
endif()

add_library(galen_settings INTERFACE)
add_library(galen::settings ALIAS galen_settings)
target_include_directories(galen_settings INTERFACE
  $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src>
  $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/generated>
  $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_compile_features(galen_settings INTERFACE cxx_std_20)

# Warnings concern galen's own sources only and are not passed on to users.
# GCC 12 sees overlaps in std::string concatenation that are not there (GCC bug 105651), hence -Wno-restrict.
set(GALEN_WARNING_FLAGS -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  list(APPEND GALEN_WARNING_FLAGS -Wno-restrict)
endif()
if(GALEN_WARNINGS_AS_ERRORS)
  list(APPEND GALEN_WARNING_FLAGS -Werror)
endif()

if(GALEN_SANITIZE)
  add_compile_options(-fsanitize=${GALEN_SANITIZE} -fno-omit-frame-pointer -g)
  add_link_options(-fsanitize=${GALEN_SANITIZE})
endif()
if(GALEN_FUZZERS)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

find_package(Threads REQUIRED)
