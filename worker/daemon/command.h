// What the policy asks the daemon to do with the runner of a slot.
#ifndef DECANT_WORKER_DAEMON_COMMAND_H_
#define DECANT_WORKER_DAEMON_COMMAND_H_

#include <cstddef>
#include <variant>

#include "worker/frames/frame.h"

namespace decant {

struct StartRunnerCommand {
  size_t slot = 0;
};
struct SendCommand {
  size_t slot = 0;
  Frame frame;
};
struct KillRunnerCommand {
  size_t slot = 0;
};
using Command =
    std::variant<StartRunnerCommand, SendCommand, KillRunnerCommand>;

}  // namespace decant

#endif  // DECANT_WORKER_DAEMON_COMMAND_H_
