// Several sessions of one network as one, for runs side by side.
#pragma once

#include <memory>
#include <vector>

#include "galen/runtime/session.h"

namespace galen::runtime {

// A session whose runs go to whichever of `sessions` is idle, and wait where none is. `sessions` are alike and not
// empty.
std::shared_ptr<Session> pool_of(std::vector<std::shared_ptr<Session>> sessions);

}  // namespace galen::runtime
