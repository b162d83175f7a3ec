// Every operator against the ONNX project's node test data: a model of one node (or a few), inputs and outputs.
// The data: the folder onnx/backend/test/data/node of the Python wheel onnx 1.16 (scripts/install-dependencies unpacks
// it).
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>

#include "galen/base/files.h"
#include "galen/network/tensor_file.h"
#include "galen/train/interpreter.h"
#include "galen/train/operators.h"

namespace galen::train {
namespace {

namespace fs = std::filesystem;
using torch::Tensor;

fs::path data_folder() {
  if (const char* given = std::getenv("GALEN_ONNX_NODE_TESTS")) return given;
  const char* home = std::getenv("HOME");
  return fs::path(home == nullptr ? "" : home) / ".cache/galen/dependencies/onnx-1.16.2/onnx/backend/test/data/node";
}

// Many operators kept their meaning through opsets older and newer than the ones that galen reads, and have data only
// there. A model of those is read as one of the nearest opset that galen reads, and keeps its own number for the
// interpreter; a newer meaning comes with a new attribute or input, which the interpreter refuses.
// In a ModelProto (onnx.proto), field 8 is an OperatorSetIdProto, whose field 2 is the number.
constexpr int kOldestOpset = 11, kNewestOpset = 17;

Result<network::Graph> read_model(const fs::path& path) {
  Result<std::string> bytes = read_text_file(path);
  if (!bytes) return bytes.error();
  for (std::size_t at = 0; at + 4 <= bytes->size();) {
    const auto byte = [&](std::size_t index) { return static_cast<unsigned char>((*bytes)[index]); };
    const unsigned field = byte(at) >> 3, wire = byte(at) & 7;
    std::uint64_t value = 0;
    std::size_t next = at + 1;
    for (int shift = 0; next < bytes->size(); shift += 7) {
      value |= static_cast<std::uint64_t>(byte(next) & 127) << shift;
      if ((byte(next++) & 128) == 0) break;
    }
    if (wire == 2) {  // Sub-messages and strings, of `value` bytes; `next` is their first
      const std::size_t last = next + value - 1;
      if (field == 8 && last < bytes->size() && byte(last - 1) == 0x10) {
        const int opset = byte(last);
        (*bytes)[last] = static_cast<char>(std::clamp(opset, kOldestOpset, kNewestOpset));
        Result<network::Graph> graph = network::parse_onnx(*bytes);
        if (graph) graph->opset = opset;
        return graph;
      }
      next += value;
    }
    at = next;
  }
  return Error{"no opset"};
}

const InterpreterOptions kPlanar = [] {
  InterpreterOptions options;
  options.channels_last = false;
  return options;
}();

// Supported operators for which the data hold nothing that the interpreter can run.
// Reading a model makes Constant nodes initializers.
const std::set<std::string> kWithoutData = {"Constant"};

// Directories whose outputs cannot be compared, each with its reason.
const std::map<std::string, std::string> kLeftOut = {
    {"test_reduce_min_empty_set", "the least of no elements (opset 20)"},
    {"test_training_dropout", "random numbers of NumPy"},
    {"test_training_dropout_default", "random numbers of NumPy"},
    {"test_training_dropout_default_mask", "random numbers of NumPy"},
    {"test_training_dropout_mask", "random numbers of NumPy"},
    {"test_training_dropout_zero_ratio", "training_mode as a value: the mode of the run decides"},
    {"test_training_dropout_zero_ratio_mask", "training_mode as a value: the mode of the run decides"},
};

Result<Tensor> read_tensor(const fs::path& path) {
  Result<std::string> bytes = read_text_file(path);
  if (!bytes) return bytes.error();
  Result<network::Tensor> tensor = network::parse_tensor_proto(*bytes);
  if (!tensor) return tensor.error();
  return to_torch(*tensor);
}

bool agree(const Tensor& expected, const Tensor& given, std::string& why) {
  if (expected.sizes() != given.sizes()) {
    why = "shapes differ";
    return false;
  }
  if (expected.scalar_type() != given.scalar_type()) {
    why = std::string("types differ: ") + torch::toString(expected.scalar_type()) + ", " +
          torch::toString(given.scalar_type());
    return false;
  }
  const Tensor a = expected.to(torch::kDouble), b = given.to(torch::kDouble);
  if (torch::allclose(a, b, 1e-3, 1e-5, true)) return true;
  why = "largest difference " + std::to_string((a - b).abs().max().item<double>());
  return false;
}

struct Outcome {
  bool ran = false;
  std::string problem;
};

Outcome run_folder(const fs::path& folder, std::set<std::string>& ops) {
  Outcome outcome;
  const Result<network::Graph> graph = read_model(folder / "model.onnx");
  if (!graph) return outcome;  // Sub-graphs, sequences, other element types
  for (const auto& node : graph->nodes) {
    if (operators().count(node.op) == 0) return outcome;
    ops.insert(node.op);
  }
  const Result<std::unique_ptr<Interpreter>> interpreter = Interpreter::create(*graph, kPlanar);
  if (!interpreter) return outcome;  // An attribute value that is refused by name
  outcome.ran = true;
  const torch::NoGradGuard guard;
  try {
    std::map<std::string, Tensor> inputs;
    for (std::size_t i = 0; i < graph->inputs.size(); ++i) {
      Result<Tensor> input = read_tensor(folder / "test_data_set_0" / ("input_" + std::to_string(i) + ".pb"));
      if (!input) return {};
      inputs[graph->inputs[i].name] = *input;
    }
    const auto outputs = (*interpreter)->run(inputs, Mode::kInference);
    for (std::size_t i = 0; i < graph->outputs.size(); ++i) {
      Result<Tensor> expected = read_tensor(folder / "test_data_set_0" / ("output_" + std::to_string(i) + ".pb"));
      if (!expected) return {};
      const Tensor& given = outputs.at(graph->outputs[i].name);
      std::string why;
      if (!given.defined()) {
        outcome.problem = "output " + std::to_string(i) + " is missing";
      } else if (!agree(*expected, given, why)) {
        outcome.problem = "output " + std::to_string(i) + ": " + why;
      }
    }
  } catch (const std::exception& error) {
    outcome.problem = error.what();
  }
  return outcome;
}

TEST(OperatorTest, AgreesWithTheNodeTestsOfTheOnnxProject) {
  const fs::path folder = data_folder();
  if (!fs::exists(folder)) {
    GTEST_SKIP() << "no ONNX node test data at " << folder
                 << "; scripts/install-dependencies unpacks it, or set GALEN_ONNX_NODE_TESTS";
  }
  std::map<std::string, int> count;
  int ran = 0, skipped = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename();
    if (kLeftOut.count(name) != 0) continue;
    std::set<std::string> ops;
    const Outcome outcome = run_folder(entry.path(), ops);
    if (!outcome.ran) {
      ++skipped;
      continue;
    }
    ++ran;
    for (const auto& op : ops) ++count[op];
    EXPECT_EQ(outcome.problem, "") << name;
  }
  std::string listing;
  for (const auto& op : supported_operators()) {
    listing += " " + op + " " + std::to_string(count[op]);
    const bool excepted = kWithoutData.count(op) != 0;
    EXPECT_TRUE(count[op] > 0 || excepted) << op << " has no test data";
    EXPECT_FALSE(count[op] > 0 && excepted) << op << " has test data after all";
  }
  std::cout << ran << " node tests ran, " << skipped << " are of other operators or opsets. By operator:" << listing
            << "\n";
  EXPECT_GT(ran, 300);
}

}  // namespace
}  // namespace galen::train
