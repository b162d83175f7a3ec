// The only file that includes CLI11: it is heavy to compile.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "galen/base/nearest.h"
#include "galen/cli/command.h"
#include "galen/cli/version.h"

namespace galen::cli {
namespace {

using Kind = Option::Kind;
using Values = std::map<std::string, std::vector<std::string>>;

void declare(CLI::App& app, const Option& option, Values& values) {
  if (option.kind == Kind::kFlag) {
    app.add_flag_callback(option.name, [&values, key = option_key(option)] { values[key] = {"true"}; });
    return;
  }
  CLI::Option* declared =
      option.kind == Kind::kPositionals
          ? app.add_option_function<std::vector<std::string>>(
                option.name,
                [&values, key = option_key(option)](const std::vector<std::string>& given) { values[key] = given; })
          : app.add_option_function<std::string>(
                option.name, [&values, key = option_key(option)](const std::string& given) { values[key] = {given}; });
  if (option.required) declared->required();
  if (option.kind == Kind::kInteger) declared->check(CLI::TypeValidator<long>(""));
  if (option.kind == Kind::kNumber) declared->check(CLI::Number);
}

std::string first_word(const std::string& name) { return name.substr(0, name.find(' ')); }

Error unknown_command(const std::string& word) {
  std::vector<std::string> names;
  for (const Command& command : command_table()) names.push_back(first_word(command.name));
  const std::string close = nearest(word, names);
  return usage_error("There is no command '" + word + "'" + (close.empty() ? "." : "; did you mean '" + close + "'?") +
                     " 'galen --help' lists them.");
}

// CLI11's sentences begin with the option's name and have no full stop.
Error usage_sentence(const std::string& what, const std::string& command) {
  std::string sentence = what;
  const auto end = sentence.find_last_not_of(" \n.");
  sentence = end == std::string::npos ? "The command cannot be understood" : sentence.substr(0, end + 1);
  return usage_error(sentence + ". 'galen " + (command.empty() ? "" : command + " ") + "--help' explains.");
}

}  // namespace

Result<Parsed> parse_arguments(const std::vector<std::string>& words) {
  CLI::App app;
  app.set_help_flag("-h,--help");
  app.set_version_flag("--version", version_text());
  app.require_subcommand(0, 1);

  Values global_values;
  for (const Option& option : global_options()) declare(app, option, global_values);

  // The values of a command live as long as `app`, which writes to them.
  std::map<std::string, CLI::App*> groups;
  std::vector<std::pair<CLI::App*, const Command*>> commands;
  std::vector<std::unique_ptr<Values>> values;
  for (const Command& command : command_table()) {
    CLI::App* parent = &app;
    std::string name = command.name;
    if (const auto space = name.find(' '); space != std::string::npos) {
      const std::string group = name.substr(0, space);
      name = name.substr(space + 1);
      if (groups.count(group) == 0) {
        groups[group] = app.add_subcommand(group);
        groups[group]->fallthrough()->require_subcommand(0, 1);
      }
      parent = groups[group];
    }
    CLI::App* sub = parent->add_subcommand(name);
    sub->fallthrough();
    values.push_back(std::make_unique<Values>());
    for (const Option& option : command.options) declare(*sub, option, *values.back());
    commands.emplace_back(sub, &command);
  }

  const auto chosen = [&]() -> std::size_t {
    return static_cast<std::size_t>(
        std::find_if(commands.begin(), commands.end(), [](const auto& entry) { return entry.first->parsed(); }) -
        commands.begin());
  };
  const auto chosen_group = [&]() -> std::string {
    for (const auto& [name, group] : groups) {
      if (group->parsed()) return name;
    }
    return "";
  };

  Parsed parsed;
  try {
    app.parse(std::vector<std::string>(words.rbegin(), words.rend()));
  } catch (const CLI::CallForHelp&) {
    const std::size_t index = chosen();
    if (index < commands.size()) {
      parsed.text = help_text(*commands[index].second);
    } else {
      parsed.text = chosen_group().empty() ? help_text() : help_text_of_group(chosen_group());
    }
    return parsed;
  } catch (const CLI::CallForVersion&) {
    parsed.text = version_text();
    return parsed;
  } catch (const CLI::ParseError& error) {
    const std::size_t index = chosen();
    if (index == commands.size() && dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
      const std::string group = chosen_group();
      const auto word = std::find_if(words.begin(), words.end(), [&](const std::string& candidate) {
        return !candidate.empty() && candidate.front() != '-' && candidate != group;
      });
      if (!group.empty()) return usage_sentence("'galen " + group + "' has no such command", group);
      if (word != words.end()) return unknown_command(*word);
    }
    return usage_sentence(error.what(), index < commands.size() ? commands[index].second->name : "");
  }

  const std::size_t index = chosen();
  if (index == commands.size()) {
    parsed.text = chosen_group().empty() ? help_text() : help_text_of_group(chosen_group());
    return parsed;
  }
  parsed.command = commands[index].second;
  for (const Option& option : global_options()) {
    if (global_values.count(option_key(option)) != 0 && !takes(*parsed.command, option)) {
      return usage_sentence("'galen " + parsed.command->name + "' does not take " + option.name, parsed.command->name);
    }
  }
  for (const Values* source :
       {static_cast<const Values*>(&global_values), static_cast<const Values*>(values[index].get())}) {
    for (const auto& [key, given] : *source) {
      if (!given.empty()) parsed.arguments.values[key] = given;
    }
  }
  return parsed;
}

}  // namespace galen::cli
