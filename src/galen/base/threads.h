// Worker threads and cancellation.
#pragma once

#include <cstddef>
#include <functional>

namespace galen {

// Processors that this process may use (affinity and cgroup quota count), at least 1.
int available_processors();

// Calls body(i) for i in [0, count) on up to `threads` threads (0: all available). Returns when all are done.
// An exception in a body is rethrown here after the others have finished.
void parallel_for(std::size_t count, const std::function<void(std::size_t)>& body, int threads = 0);

// Set by Ctrl-C (SIGINT, SIGTERM) once install_interrupt_handler() was called; long loops ask and stop cleanly.
void install_interrupt_handler();
bool interrupted();

}  // namespace galen
