// galen doctor
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "galen/base/files.h"
#include "galen/cli/commands.h"
#include "galen/cli/machine.h"
#include "galen/cli/open_zoo.h"
#include "galen/runtime/tuning.h"

namespace galen::cli {
namespace {

namespace fs = std::filesystem;

bool trainer_is_built() {
  std::error_code code;
  return fs::exists(fs::read_symlink("/proc/self/exe", code).parent_path() / "galen-train", code);
}

// What works and what does not, as the sentences that a person needs.
struct Findings {
  Json document = machine_document();
  Json entries = Json::array();
  Json missing = Json::array();
  bool good = true;  // Every entry is
};

// What was measured to be fastest for the card's network on this processor; nothing before its first use.
std::optional<Json> tuning_of(const zoo::Card& card, const std::map<std::string, runtime::Tuning>& tunings) {
  for (const auto& [key, tuning] : tunings) {
    const bool same =
        key.rfind(card.network.sha256, 0) == 0 && key.find(runtime::processor_description()) != std::string::npos;
    if (!same) continue;
    Json measured = Json::array();
    for (const runtime::Measured& one : tuning.measured) {
      measured.push_back({{"threads", one.threads}, {"precision", to_string(one.precision)}, {"seconds", one.seconds}});
    }
    return Json{
        {"threads", tuning.threads}, {"precision", to_string(tuning.precision)}, {"measured", std::move(measured)}};
  }
  return std::nullopt;
}

void examine_zoo(const Arguments& arguments, Console& console, Findings& findings) {
  const Result<zoo::Zoo> zoo = open_zoo(arguments);
  if (!zoo) {
    findings.missing.push_back(zoo.error().message);
    return;
  }
  findings.document["zoo"] = zoo->folder().string();
  const auto add = [&](const std::string& id, const std::string& problem) {
    findings.entries.push_back({{"id", id}, {"ok", problem.empty()}, {"problem", problem}, {"runs_with", nullptr}});
    findings.good = findings.good && problem.empty();
  };
  const Progress progress = console.progress();
  const std::map<std::string, runtime::Tuning> tunings = runtime::read_tunings(cache_folder());
  std::size_t done = 0;
  for (const zoo::Card& card : zoo->cards()) {
    tell(progress, done++, zoo->cards().size(), card.id);
    const Status status = zoo->verify(card);
    add(card.id, status ? "" : status.error().message);
    if (const auto tuning = tuning_of(card, tunings)) findings.entries.back()["runs_with"] = *tuning;
  }
  for (const zoo::BrokenEntry& entry : zoo->broken()) add(entry.id, entry.problem);
  if (findings.entries.empty()) findings.missing.push_back("The zoo " + zoo->folder().string() + " has no entries.");
}

}  // namespace

Result<int> run_doctor(const Arguments& arguments, Console& console) {
  Findings findings;
  findings.document["cache"] = cache_folder().string();
  if (const Status writable = make_writable_folder(cache_folder()); !writable)
    findings.missing.push_back(writable.error().message);
  examine_zoo(arguments, console, findings);
  findings.document["trainer"] = trainer_is_built();
  findings.document["entries"] = findings.entries;
  findings.document["problems"] = findings.missing;
  const bool good = findings.good && findings.missing.empty();
  if (arguments.has("json")) {
    console.print_pretty(findings.document);
    return good ? kExitDone : kExitFailed;
  }
  for (const auto& [name, value] : findings.document.items()) {
    if (name == "entries" || name == "problems") continue;
    std::string text;
    if (value.is_array()) {
      for (const Json& part : value) text += (text.empty() ? "" : " ") + part.get<std::string>();
    } else if (value.is_boolean()) {
      text = value.get<bool>() ? "built" : "not built ('scripts/build --training' builds it)";
    } else {
      text = value.is_string() ? value.get<std::string>() : to_text(value);
    }
    console.print(name + ": " + text);
  }
  for (const Json& entry : findings.entries) {
    console.print("  " + entry["id"].get<std::string>() + ": " +
                  (entry["ok"].get<bool>() ? "good" : entry["problem"].get<std::string>()));
  }
  for (const Json& problem : findings.missing) console.say(problem.get<std::string>());
  console.print(good ? "Everything is in place." : "Something is wrong; see above.");
  return good ? kExitDone : kExitFailed;
}

}  // namespace galen::cli
