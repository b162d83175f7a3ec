// What a running process takes for requests: one side of speed_tables.py. Prints one JSON document.
//   request_speed ask ZOO "REQUEST" OUT IMAGE…        answers each image with all its files; seconds each, memory after
//   each request_speed switch ZOO ID ID…                   going from one entry to the next: in memory, and from disk
//   request_speed network ZOO ID RUNS                 images a second of the network alone, at its best number of
//   streams
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "galen/base/files.h"
#include "galen/base/json.h"
#include "galen/base/memory.h"
#include "galen/base/threads.h"
#include "galen/engine/answer.h"
#include "galen/report/output.h"
#include "galen/runtime/predictor.h"
#include "galen/runtime/session.h"

namespace {

using galen::Error;
using galen::Json;
using galen::Result;
using galen::runtime::Predictor;

class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

// Resident memory now.
long resident_kib() {
  std::ifstream file("/proc/self/statm");
  long size = 0, resident = 0;
  file >> size >> resident;
  return resident * (::sysconf(_SC_PAGESIZE) / 1024);
}

Result<std::unique_ptr<Predictor>> open(const std::string& folder) {
  Result<galen::zoo::Zoo> zoo = galen::zoo::Zoo::open(folder);
  if (!zoo) return zoo.error();
  return std::make_unique<Predictor>(std::move(*zoo));
}

Result<Json> ask(const std::vector<std::string>& words) {
  const Result<std::unique_ptr<Predictor>> predictor = open(words.at(0));
  if (!predictor) return predictor.error();
  const Result<std::unique_ptr<galen::plan::Planner>> planner = galen::plan::make_planner();
  if (!planner) return planner.error();
  galen::engine::PredictorRunner runner(**predictor);
  Json seconds = Json::array(), memory = Json::array();
  for (std::size_t i = 3; i < words.size(); ++i) {
    const Stopwatch watch;
    const Result<galen::engine::Study> study = galen::engine::open_study(words[i], runner);
    if (!study) return study.error();
    Result<galen::engine::StudyResult> result = galen::engine::ask(words.at(1), *study, **planner, runner);
    if (!result) return result.error();
    if (const auto written = galen::report::write_output(*result, study->image, words.at(2)); !written) {
      return written.error();
    }
    seconds.push_back(watch.seconds());
    memory.push_back(resident_kib());
  }
  return Json{{"seconds", seconds}, {"resident_kib", memory}};
}

Result<Json> switch_entries(const std::vector<std::string>& words) {
  Json from_disk = Json::array(), cached = Json::array();
  const std::vector<std::string> ids(words.begin() + 1, words.end());
  // In the first round the compiled networks may have to be made.
  for (int round = 0; round < 6; ++round) {
    const Result<std::unique_ptr<Predictor>> predictor = open(words.at(0));
    if (!predictor) return predictor.error();
    for (const bool in_memory : {false, true}) {
      for (const std::string& id : ids) {
        const Stopwatch watch;
        if (const auto ready = (*predictor)->warm(id); !ready) return ready.error();
        if (round > 0) (in_memory ? cached : from_disk).push_back(watch.seconds());
      }
    }
  }
  return Json{{"cached_seconds", cached}, {"from_disk_seconds", from_disk}};
}

// Runs on one input by as many threads as there are streams.
Result<double> images_per_second(const Predictor& predictor, const galen::zoo::Card& card, int streams, int runs) {
  const Result<std::string> bytes = predictor.zoo().network_bytes(card);
  if (!bytes) return bytes.error();
  galen::runtime::SessionOptions options;
  options.input_shape = {1, card.input.channels, card.input.height, card.input.width};
  options.streams = streams;
  const auto session = galen::runtime::make_session(*bytes, card.network.sha256, galen::cache_folder(), options);
  if (!session) return session.error();
  galen::runtime::TensorF input{options.input_shape, {}};
  input.values.resize(static_cast<std::size_t>(card.input.channels * card.input.height * card.input.width));
  for (std::size_t i = 0; i < input.values.size(); ++i) input.values[i] = static_cast<float>(i % 255) / 255.0F;
  const std::vector<std::string> names = (*session)->outputs();
  bool failed = false;
  const auto run = [&](std::size_t) {
    if (!(*session)->run({input}, names)) failed = true;
  };
  galen::parallel_for(static_cast<std::size_t>(4 * streams), run, streams);
  const Stopwatch watch;
  galen::parallel_for(static_cast<std::size_t>(runs), run, streams);
  if (failed) return Error{card.id + ": the network cannot be run"};
  return runs / watch.seconds();
}

Result<Json> network(const std::vector<std::string>& words) {
  const Result<std::unique_ptr<Predictor>> predictor = open(words.at(0));
  if (!predictor) return predictor.error();
  const Result<galen::zoo::Card> card = (*predictor)->zoo().card(words.at(1));
  if (!card) return card.error();
  Json document = Json::object();
  for (const int streams : {1, galen::available_processors()}) {
    const Result<double> rate = images_per_second(**predictor, *card, streams, std::stoi(words.at(2)));
    if (!rate) return rate.error();
    document["images_per_second"][std::to_string(streams) + " streams"] = *rate;
  }
  return document;
}

}  // namespace

int main(int argc, char** argv) {
  galen::keep_resident_memory_flat();
  const std::vector<std::string> words(argv + std::min(argc, 2), argv + argc);
  const std::string mode = argc > 1 ? argv[1] : "";
  const bool known = (mode == "ask" && words.size() >= 4) || (mode == "switch" && words.size() >= 3) ||
                     (mode == "network" && words.size() == 3);
  if (!known) {
    std::fprintf(stderr, "usage: %s ask ZOO REQUEST OUT IMAGE… | switch ZOO ID ID… | network ZOO ID RUNS\n", argv[0]);
    return 2;
  }
  const Result<Json> document = mode == "ask" ? ask(words) : mode == "switch" ? switch_entries(words) : network(words);
  if (!document) {
    std::fprintf(stderr, "%s\n", document.error().message.c_str());
    return 1;
  }
  std::cout << document->dump() << '\n';
  return 0;
}
