// The library is made of the layers; CMake asks for one source of its own.
