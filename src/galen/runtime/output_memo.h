// The raw outputs of the last few runs, so that cards that share a network answer one image with one run.
#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "galen/image/image.h"
#include "galen/runtime/preprocess.h"
#include "galen/runtime/session.h"

namespace galen::runtime {

// What a network said of one image: every output by name, for each placement and flip.
struct RawOutputs {
  std::vector<PixelMap> placements;
  image::LabelMap field_of_view;  // Where the input rule crops to it
  std::vector<std::string> names;
  // [placement][flip][output], with the flips of the outputs undone by whoever reads them.
  std::vector<std::vector<std::vector<TensorF>>> tensors;
  std::size_t bytes() const;
};

// Tells images apart by all their samples and how they are to be read.
std::string image_identity(const image::Image& image, const image::LabelMap* within);

// Safe from several threads. Keeps at most `most_entries`, and none that is larger than `most_bytes`.
class OutputMemo {
 public:
  explicit OutputMemo(std::size_t most_entries = 4, std::size_t most_bytes = std::size_t{64} << 20)
      : most_entries_(most_entries), most_bytes_(most_bytes) {}
  std::shared_ptr<const RawOutputs> find(const std::string& key);
  void keep(const std::string& key, std::shared_ptr<const RawOutputs> outputs);

 private:
  struct Entry {
    std::string key;
    std::shared_ptr<const RawOutputs> outputs;
  };
  std::size_t most_entries_;
  std::size_t most_bytes_;
  std::mutex mutex_;
  std::list<Entry> entries_;  // Newest first
};

}  // namespace galen::runtime
