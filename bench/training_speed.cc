// Trains a network on made-up images and prints the images per second and per second of processor time, as JSON on one
// line. Used by training_speed.py.
//   training_speed ARCHITECTURE SIDE BATCH STEPS fp32|bf16 [PREFIX...]   (PREFIX: parts that are frozen)
#include <torch/torch.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include "galen/base/json.h"
#include "galen/base/threads.h"
#include "galen/network/architecture.h"
#include "galen/train/interpreter.h"
#include "galen/train/interpreter_memory.h"

int main(int argc, char** argv) {
  if (argc < 6) {
    std::fprintf(stderr, "usage: %s ARCHITECTURE SIDE BATCH STEPS fp32|bf16 [FROZEN PREFIX...]\n", argv[0]);
    return 2;
  }
  const std::int64_t side = std::atoi(argv[2]), batch = std::atoi(argv[3]);
  const int steps = std::atoi(argv[4]);
  galen::train::keep_freed_tensor_memory();
  torch::set_num_threads(galen::available_processors());
  torch::manual_seed(1);

  const auto graph = galen::network::build_architecture({.name = argv[1], .segmentation_channels = 1});
  galen::train::InterpreterOptions options;
  options.bfloat16 = std::strcmp(argv[5], "bf16") == 0;
  for (int i = 6; i < argc; ++i) options.frozen.emplace_back(argv[i]);
  auto made = graph ? galen::train::Interpreter::create(*graph, options)
                    : galen::Result<std::unique_ptr<galen::train::Interpreter>>(graph.error());
  if (!made) {
    std::fprintf(stderr, "%s\n", made.error().message.c_str());
    return 1;
  }
  std::vector<torch::Tensor> parameters;
  for (const auto& [name, tensor] : (*made)->parameters()) parameters.push_back(tensor);
  torch::optim::AdamW optimizer(parameters, torch::optim::AdamWOptions(1e-3));
  const torch::Tensor image = torch::randn({batch, 3, side, side});
  const torch::Tensor target = (torch::rand({batch, 1, side, side}) > 0.5).to(torch::kFloat);

  double best = 1e9, least_processor = 1e9, loss = 0;
  for (int step = 0; step <= steps; ++step) {  // The first one warms up
    const auto start = std::chrono::steady_clock::now();
    const std::clock_t processor_start = std::clock();
    {
      auto outputs = (*made)->run({{"image", image}}, galen::train::Mode::kTraining);
      const torch::Tensor value =
          torch::binary_cross_entropy_with_logits(outputs.at("segmentation").to(torch::kFloat), target);
      outputs.clear();
      optimizer.zero_grad();
      value.backward();
      loss = value.item<double>();
    }
    optimizer.step();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    if (step == 0) continue;
    best = std::min(best, took.count());
    least_processor = std::min(least_processor, static_cast<double>(std::clock() - processor_start) / CLOCKS_PER_SEC);
  }
  const galen::Json result = {{"images_per_second", static_cast<double>(batch) / best},
                              {"images_per_processor_second", static_cast<double>(batch) / least_processor},
                              {"loss", loss}};
  std::printf("%s\n", galen::to_text(result).c_str());
  return 0;
}
