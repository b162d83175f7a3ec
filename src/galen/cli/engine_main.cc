// The program `galen-engine`: the commands that read images and run networks. `galen` starts it in its place.
#include <cstdlib>

#include "galen/base/memory.h"
#include "galen/base/threads.h"
#include "galen/cli/commands.h"

int main(int argc, char** argv) {
  using namespace galen::cli;
  galen::keep_resident_memory_flat();
  galen::install_interrupt_handler();
  const int status = run_program(argc, argv, Program::kEngine,
                                 {{"ask", run_ask},
                                  {"plan", run_plan_of_image},
                                  {"run", run_run},
                                  {"segment", run_segment},
                                  {"classify", run_classify},
                                  {"measure", run_measure},
                                  {"eval", run_eval},
                                  {"bench", run_bench},
                                  {"doctor", run_doctor},
                                  {"convert", run_convert}});
  // Everything is printed and written; the libraries' own tidying up takes longer than a short command.
  std::_Exit(status);
}
