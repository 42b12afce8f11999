// Ready units are not leased before their action key was looked up: a known
// result whose artifacts exist stands in for running them.
#ifndef DECANT_COORDINATOR_DISPATCH_CACHE_LOOKUPS_H_
#define DECANT_COORDINATOR_DISPATCH_CACHE_LOOKUPS_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "coordinator/dispatch/core_state.h"
#include "coordinator/dispatch/unit_flow.h"

namespace decant {

class CacheLookups {
 public:
  CacheLookups(CoreState& state, UnitFlow& flow) : state_(state), flow_(flow) {}

  // Takes CoreState::to_look_up, gives every unit its action key, and sends
  // batches to the pool.
  void Start();

 private:
  struct Batch {
    std::vector<UnitKey> units;
    std::vector<int64_t> tickets;  // Of each unit, when it was sent.
    std::vector<std::string> action_keys;
  };

  void Send(Batch batch);
  void Finish(const Batch& batch,
              std::vector<std::optional<UnitResult>> results);

  CoreState& state_;
  UnitFlow& flow_;
};

}  // namespace decant

#endif  // DECANT_COORDINATOR_DISPATCH_CACHE_LOOKUPS_H_
