// decant: the command line.
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "cli/command_line.h"
#include "cli/interrupt.h"

int main(int argc, char** argv) {
  // Lives as long as the process: its thread waits for signals to the end.
  auto* interrupt = new decant::Interrupt;
  interrupt->Install();
  // gRPC's own log would mix with our one line of error.
  setenv("GRPC_VERBOSITY", "NONE", /*overwrite=*/0);
  const bool is_terminal = isatty(STDERR_FILENO) == 1;
  const char* no_color = std::getenv("NO_COLOR");
  decant::Console console = {
      .out = std::cout,
      .err = std::cerr,
      .err_is_terminal = is_terminal,
      .use_color = is_terminal && (no_color == nullptr || *no_color == '\0'),
  };
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  return decant::RunCommandLine(arguments, console, *interrupt);
}
