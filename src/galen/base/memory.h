// How the process takes memory from the system.
#pragma once

namespace galen {

// For programs that answer many images: gives large blocks back to the system when they are freed and keeps the heap in
// one piece for all threads. Without it the resident memory creeps up with fragmentation, since glibc raises its limit
// for what counts as large with every large block that is freed. Call first in main(); other C libraries: no effect.
void keep_resident_memory_flat();

}  // namespace galen
