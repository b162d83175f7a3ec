// The command table: each command and each of its options is declared once, in command_table.cc; the parser, --help and
// docs/commands.md come from there. What a command does is a RunCommand in its own file.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "galen/base/result.h"
#include "galen/cli/console.h"

namespace galen::cli {

// Exit statuses of the program.
enum ExitStatus : int {
  kExitDone = 0,
  kExitFailed = 1,   // Failed while running
  kExitUsage = 2,    // Wrong use
  kExitRefused = 3,  // Nothing in the request can be answered
  kExitPartial = 4,  // Some of a batch failed
};

int exit_status(const Error& error);

struct Option {
  enum class Kind {
    kPositional,   // One value by its place
    kPositionals,  // The rest of the values, at least one where required
    kFlag,         // Present or not
    kText,         // Any text; also files and folders
    kInteger,
    kNumber,
  };
  // "IMAGE" for values by place, "--overlay" or "-o,--output" for the others.
  std::string name;
  Kind kind = Kind::kFlag;
  std::string value;  // What --help calls the value: "DIR"
  std::string help;
  bool required = false;
  std::string standard;  // The value where none is given, as --help shows it
  bool engine = false;   // A command of Program::kGalen needs the engine once this option is given
};

// Which program runs a command: those of the first kind start within milliseconds because they load neither the network
// runtime nor the image libraries; galen starts the others in its place.
enum class Program { kGalen, kEngine, kTrainer };

struct Command {
  std::string name;     // "segment"; two words for a command of a group: "zoo list"
  std::string summary;  // One line
  std::string details;  // What else to know; may be empty
  std::vector<std::string> examples;
  std::vector<Option> options;
  Program program = Program::kEngine;
};

// What was typed: values by the option's long name without dashes ("output") or by place name ("IMAGE").
class Arguments {
 public:
  std::map<std::string, std::vector<std::string>> values;

  bool has(const std::string& name) const { return values.count(name) != 0; }
  std::string text(const std::string& name, const std::string& otherwise = "") const;
  std::vector<std::string> list(const std::string& name) const;
  // The parser has checked that the text is a number.
  long integer(const std::string& name, long otherwise) const;
  double number(const std::string& name, double otherwise) const;
};

// Returns the exit status, or an error whose sentence is printed and whose kind gives the status.
using RunCommand = std::function<Result<int>(const Arguments&, Console&)>;
using RunTable = std::map<std::string, RunCommand>;

// Every command, in the order in which --help lists them, and the options that all of them take.
const std::vector<Command>& command_table();
const std::vector<Option>& global_options();
// Whether the command takes the global option.
bool takes(const Command& command, const Option& global);
const Command* find_command(const std::string& name);

// "output" of "-o,--output", "IMAGE" of "IMAGE".
std::string option_key(const Option& option);

// Texts made from the table.
std::string help_text();  // Fits one screen
std::string help_text(const Command& command);
std::string help_text_of_group(const std::string& group);  // "zoo"
std::string commands_document();                           // docs/commands.md

struct Parsed {
  const Command* command = nullptr;  // None: `text` is to be printed and nothing else done
  Arguments arguments;
  std::string text;
};

// `words` are the arguments after the program's name. Errors are of kind kUsage.
Result<Parsed> parse_arguments(const std::vector<std::string>& words);

// The main function of a program: parses, runs the command out of `table`, or starts the program that has it in place
// of this one. Prints errors to stderr as one sentence.
int run_program(int argc, char** argv, Program self, const RunTable& table);

}  // namespace galen::cli
