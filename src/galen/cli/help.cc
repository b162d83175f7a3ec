// Texts made from the command table.
#include <algorithm>
#include <iterator>
#include <set>
#include <sstream>

#include "galen/cli/command.h"
#include "galen/cli/version.h"

namespace galen::cli {
namespace {

using Kind = Option::Kind;
constexpr std::size_t kWidth = 100;

std::string option_label(const Option& option) {
  return option.value.empty() ? option.name : option.name + " " + option.value;
}

std::string option_help(const Option& option) {
  return option.standard.empty() ? option.help : option.help + " (" + option.standard + ")";
}

// "galen segment TASK IMAGE… -o DIR [--overlay]"
std::string usage_line(const Command& command) {
  std::string line = "galen " + command.name;
  for (const Option& option : command.options) {
    std::string part = option_label(option);
    if (option.kind == Kind::kPositionals) part += "…";
    if (const auto comma = part.find(','); comma != std::string::npos && option.name.front() == '-') {
      part = part.substr(0, comma) + (option.value.empty() ? "" : " " + option.value);
    }
    line += option.required ? " " + part : " [" + part + "]";
  }
  return line;
}

// Breaks the text at spaces; every line but the first is indented.
std::string wrapped(const std::string& text, std::size_t indent, std::size_t first_column) {
  std::istringstream words(text);
  std::string word, result;
  std::size_t column = first_column;
  while (words >> word) {
    if (column > indent && column + 1 + word.size() > kWidth) {
      result += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (!result.empty()) {
      result += ' ';
      ++column;
    }
    result += word;
    column += word.size();
  }
  return result;
}

void list_options(std::ostream& out, const std::vector<Option>& options) {
  std::size_t label_width = 0;
  for (const Option& option : options) label_width = std::max(label_width, option_label(option).size());
  for (const Option& option : options) {
    const std::string label = option_label(option);
    out << "  " << label << std::string(label_width - label.size() + 2, ' ')
        << wrapped(option_help(option), label_width + 4, label_width + 4) << '\n';
  }
}

// " (not train)": the commands that do not take the global option.
std::string without(const Option& option) {
  std::string names;
  for (const Command& command : command_table()) {
    if (!takes(command, option)) names += (names.empty() ? "" : ", ") + command.name;
  }
  return names.empty() ? "" : " (not " + names + ")";
}

std::string group_of(const Command& command) {
  const auto space = command.name.find(' ');
  return space == std::string::npos ? "" : command.name.substr(0, space);
}

}  // namespace

std::string version_text() { return "galen " GALEN_VERSION; }

std::string help_text() {
  std::ostringstream out;
  out << "galen answers requests about medical images, offline, on a CPU.\n\n";
  std::string last_group;
  const auto line = [&](const std::string& name, const std::string& summary) {
    out << "  galen " << name << std::string(name.size() < 10 ? 10 - name.size() : 1, ' ') << summary << '\n';
  };
  for (const Command& command : command_table()) {
    const std::string group = group_of(command);
    if (group.empty()) {
      line(command.name, command.summary);
    } else if (group != last_group) {
      std::string names;
      for (const Command& member : command_table()) {
        if (group_of(member) == group) names += (names.empty() ? "" : ", ") + member.name.substr(group.size() + 1);
      }
      line(group, names + " (the catalogue of networks)");
    }
    last_group = group;
  }
  out << '\n';
  list_options(out, global_options());
  out << "\n'galen COMMAND --help' explains each. Results go to stdout, messages to stderr.\n"
         "Exit status: 0 done, 1 failed, 2 wrong use, 3 refused, 4 some of a batch failed.";
  return out.str();
}

std::string help_text_of_group(const std::string& group) {
  std::ostringstream out;
  for (const Command& command : command_table()) {
    if (group_of(command) == group) out << "  " << usage_line(command) << "\n      " << command.summary << '\n';
  }
  return out.str();
}

std::string help_text(const Command& command) {
  std::ostringstream out;
  out << wrapped(usage_line(command), 6, 0) << "\n\n" << command.summary << '\n';
  if (!command.details.empty()) out << '\n' << wrapped(command.details, 0, 0) << '\n';
  out << '\n';
  std::vector<Option> options = command.options;
  std::copy_if(global_options().begin(), global_options().end(), std::back_inserter(options),
               [&](const Option& option) { return takes(command, option); });
  list_options(out, options);
  if (!command.examples.empty()) out << "\nFor example:\n";
  for (const std::string& example : command.examples) out << "  " << example << '\n';
  return out.str();
}

std::string commands_document() {
  std::ostringstream out;
  out << "# Commands\n\n"
         "Made from the command table by `scripts/update-docs`.\n\n"
         "Results go to stdout, progress and messages to stderr. Exit status: 0 done; 1 failed while running; 2 wrong "
         "use; 3 refused "
         "(nothing in the request can be answered); 4 some of a batch failed.\n\n"
         "Every command takes these options as well:\n\n";
  for (const Option& option : global_options())
    out << "- `" << option_label(option) << "`: " << option_help(option) << without(option) << '\n';
  for (const Command& command : command_table()) {
    out << "\n## galen " << command.name << "\n\n    " << usage_line(command) << "\n\n";
    std::string summary = command.summary;
    summary.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(summary.front())));
    out << summary << '.';
    if (!command.details.empty()) out << ' ' << command.details;
    out << "\n\n";
    for (const Option& option : command.options)
      out << "- `" << option_label(option) << "`: " << option_help(option) << '\n';
    if (!command.examples.empty()) out << "\nFor example:\n\n";
    for (const std::string& example : command.examples) out << "    " << example << '\n';
  }
  return out.str();
}

}  // namespace galen::cli
