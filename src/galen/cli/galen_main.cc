// The program `galen`: everything that needs neither the network runtime nor the image libraries.
#include "galen/cli/commands.h"

int main(int argc, char** argv) {
  using namespace galen::cli;
  return run_program(argc, argv, Program::kGalen,
                     {{"plan", run_plan},
                      {"zoo list", run_zoo_list},
                      {"zoo show", run_zoo_show},
                      {"zoo verify", run_zoo_verify},
                      {"zoo add", run_zoo_add},
                      {"zoo remove", run_zoo_remove},
                      {"zoo licences", run_zoo_licences}});
}
