// LibTorch gives every large tensor's memory back to the system when it dies, and a training step asks for the same
// sizes again: the kernel then clears gigabytes of pages per step. This allocator keeps freed blocks, in huge pages.
#pragma once

namespace galen::train {

// From here on LibTorch's CPU tensors use the keeping allocator. Call once, at the start of a program that trains,
// before any tensor is made. Blocks are kept until the program ends.
void keep_freed_tensor_memory();

}  // namespace galen::train
