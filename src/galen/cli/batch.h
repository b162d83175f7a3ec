// One task over many images, by several threads, with the results printed in the images' order.
#pragma once

#include <filesystem>
#include <functional>
#include <vector>

#include "galen/cli/command.h"

namespace galen::cli {

// What one image gave: a JSON document for --json and --jsonl, and a line for people.
struct BatchAnswer {
  Json document;
  std::string line;
};

enum class BatchForm { kLines, kJsonLines, kJsonArray };

// `answer` is called from several threads at once. An image that fails is reported on stderr, and as a document with
// the key "error" in its place; the others go on. Status: done, partial, or where all failed: refused (all of them
// were) or failed.
Result<int> run_batch(const std::vector<std::filesystem::path>& images, const std::string& task, BatchForm form,
                      const std::function<Result<BatchAnswer>(const std::filesystem::path&)>& answer, Console& console);

// Reading, preparing and writing of some images go on while the network runs on another.
int batch_workers(std::size_t images);

}  // namespace galen::cli
