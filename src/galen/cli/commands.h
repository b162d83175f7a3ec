// What the commands do, one function each, in NAME_command.cc.
#pragma once

#include "galen/cli/command.h"

namespace galen::cli {

// Run by `galen` itself.
Result<int> run_plan(const Arguments& arguments, Console& console);
Result<int> run_zoo_list(const Arguments& arguments, Console& console);
Result<int> run_zoo_show(const Arguments& arguments, Console& console);
Result<int> run_zoo_verify(const Arguments& arguments, Console& console);
Result<int> run_zoo_add(const Arguments& arguments, Console& console);
Result<int> run_zoo_remove(const Arguments& arguments, Console& console);
Result<int> run_zoo_licences(const Arguments& arguments, Console& console);

// Run by `galen-engine`.
Result<int> run_ask(const Arguments& arguments, Console& console);
Result<int> run_plan_of_image(const Arguments& arguments, Console& console);
Result<int> run_run(const Arguments& arguments, Console& console);
Result<int> run_segment(const Arguments& arguments, Console& console);
Result<int> run_classify(const Arguments& arguments, Console& console);
Result<int> run_measure(const Arguments& arguments, Console& console);
Result<int> run_eval(const Arguments& arguments, Console& console);
Result<int> run_bench(const Arguments& arguments, Console& console);
Result<int> run_doctor(const Arguments& arguments, Console& console);
Result<int> run_convert(const Arguments& arguments, Console& console);

}  // namespace galen::cli
