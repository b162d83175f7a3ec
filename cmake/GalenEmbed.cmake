# galen_embed(TARGET NAMESPACE HEADER NAME FILE [NAME FILE]...)
#
# Builds text files into a target: for each, `const std::string_view NAME` in the namespace, as declared in the header.
function(galen_embed target namespace header)
  set(source "#include \"${header}\"\n\nnamespace ${namespace} {\n")
  set(pairs ${ARGN})
  while(pairs)
    list(POP_FRONT pairs name file)
    set(path "${CMAKE_CURRENT_SOURCE_DIR}/${file}")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${path}")
    # As bytes: a text may hold what CMake's lists and a raw string's end would trip over.
    file(READ "${path}" hex HEX)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" escaped "${hex}")
    # Short pieces, because compilers limit the length of one.
    string(REGEX REPLACE "(................................................................................................................................)" "\\1\"\n    \"" escaped "${escaped}")
    file(SIZE "${path}" size)
    string(APPEND source "\nextern const std::string_view ${name};\nconst std::string_view ${name}{\n    \"${escaped}\", ${size}};\n")
  endwhile()
  string(APPEND source "\n}  // namespace ${namespace}\n")
  set(output "${CMAKE_CURRENT_BINARY_DIR}/embedded_${target}.cc")
  file(CONFIGURE OUTPUT "${output}" CONTENT "${source}" @ONLY)
  target_sources(${target} PRIVATE "${output}")
endfunction()
