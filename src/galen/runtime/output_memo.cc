#include "galen/runtime/output_memo.h"

#include <cstring>

#include "galen/runtime/compiled_cache.h"

namespace galen::runtime {

std::size_t RawOutputs::bytes() const {
  std::size_t total = field_of_view.labels.size();
  for (const auto& flips : tensors) {
    for (const auto& outputs : flips) {
      for (const TensorF& tensor : outputs) total += tensor.values.size() * sizeof(float);
    }
  }
  return total;
}

std::string image_identity(const image::Image& image, const image::LabelMap* within) {
  const auto bytes_of = [](const auto& values) {
    return std::string_view(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(values[0]));
  };
  std::string identity = std::to_string(image.width) + "x" + std::to_string(image.height) + "x" +
                         std::to_string(image.depth) + "x" + std::to_string(image.channels) + " " +
                         std::to_string(image.stored_bits) + " " + std::to_string(checksum(bytes_of(image.samples)));
  if (image.window_low_high) {
    const auto& [low, high] = *image.window_low_high;
    identity += " " + std::to_string(low) + ".." + std::to_string(high);
  }
  if (within) identity += " within " + std::to_string(checksum(bytes_of(within->labels)));
  return identity;
}

std::shared_ptr<const RawOutputs> OutputMemo::find(const std::string& key) {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (auto at = entries_.begin(); at != entries_.end(); ++at) {
    if (at->key != key) continue;
    entries_.splice(entries_.begin(), entries_, at);
    return entries_.front().outputs;
  }
  return nullptr;
}

void OutputMemo::keep(const std::string& key, std::shared_ptr<const RawOutputs> outputs) {
  if (outputs->bytes() > most_bytes_) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  entries_.remove_if([&](const Entry& entry) { return entry.key == key; });
  entries_.push_front({key, std::move(outputs)});
  while (entries_.size() > most_entries_) entries_.pop_back();
}

}  // namespace galen::runtime
