#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <exception>
#include <filesystem>
#include <iostream>
#include <new>

#include "galen/base/threads.h"
#include "galen/cli/command.h"

namespace galen::cli {
namespace {

Program program_of(const Parsed& parsed) {
  const Command& command = *parsed.command;
  const bool engine = std::any_of(command.options.begin(), command.options.end(), [&](const Option& option) {
    return option.engine && parsed.arguments.has(option_key(option));
  });
  return engine ? Program::kEngine : command.program;
}

const char* file_name(Program program) {
  switch (program) {
    case Program::kEngine:
      return "galen-engine";
    case Program::kTrainer:
      return "galen-train";
    case Program::kGalen:
      break;
  }
  return "galen";
}

// Puts the program that has the command in place of this process. Returns only when that fails.
Error start(Program program, const std::string& command, char** argv) {
  std::error_code code;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", code);
  const std::filesystem::path other = self.parent_path() / file_name(program);
  if (!std::filesystem::exists(other, code)) {
    if (program == Program::kTrainer) {
      return Error{"The trainer is not built; 'scripts/build --training' builds it (" + other.string() + ")."};
    }
    return Error{"The program " + other.string() + " is missing; build or install galen again."};
  }
  // The trainer has this one command, so that the command's name is left out for it.
  std::vector<char*> words;
  bool named = program != Program::kTrainer;
  for (char** word = argv; *word != nullptr; ++word) {
    if (!named && command == *word) {
      named = true;
    } else {
      words.push_back(*word);
    }
  }
  words.push_back(nullptr);
  ::execv(other.c_str(), words.data());
  return Error{"The program " + other.string() + " cannot be started: " + std::strerror(errno) + "."};
}

Result<int> run(const std::vector<std::string>& words, char** argv, Program self, const RunTable& table,
                Console& console) {
  // For scripts/update-docs; no one else needs it.
  if (words == std::vector<std::string>{"--commands-document"}) {
    console.print(commands_document());
    return kExitDone;
  }
  Result<Parsed> parsed = parse_arguments(words);
  if (!parsed) return parsed.error();
  if (parsed->command == nullptr) {
    console.print(parsed->text);
    return kExitDone;
  }
  const Program program = program_of(*parsed);
  if (program != self) return start(program, parsed->command->name, argv);
  const auto found = table.find(parsed->command->name);
  GALEN_CHECK(found != table.end(), "no function for the command '" + parsed->command->name + "'");
  return found->second(parsed->arguments, console);
}

}  // namespace

int run_program(int argc, char** argv, Program self, const RunTable& table) {
  std::ios::sync_with_stdio(false);
  Console console(std::cout, std::cerr, ::isatty(STDERR_FILENO) == 1);
  const std::vector<std::string> words(argv + std::min(1, argc), argv + argc);
  try {
    const Result<int> status = run(words, argv, self, table, console);
    if (!status) {
      console.say(status.error().message);
      return exit_status(status.error());
    }
    if (const Status written = console.flush(); !written) {
      console.say(written.error().message);
      return kExitFailed;
    }
    return *status;
  } catch (const std::bad_alloc&) {
    console.say("There is not enough memory for this.");
  } catch (const std::exception& error) {
    console.say(std::string("A fault in galen, which should be reported: ") + error.what());
  }
  return kExitFailed;
}

}  // namespace galen::cli
