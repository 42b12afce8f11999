// The ops a runner knows, by name. Filled once at the start of the program
// from the visible list in worker/ops/builtin_ops.cc.
#ifndef DECANT_WORKER_OPS_OP_REGISTRY_H_
#define DECANT_WORKER_OPS_OP_REGISTRY_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/nearest.h"
#include "worker/ops/op.h"

namespace decant {

// Not thread-safe while ops are added; afterwards read-only.
class OpRegistry {
 public:
  // Adding a second op of the same name replaces the first.
  void Add(std::unique_ptr<Op> op) {
    std::string name(op->name());
    ops_[std::move(name)] = std::move(op);
  }

  // NotFound with the nearest known name.
  absl::StatusOr<Op*> Find(absl::string_view name) const {
    const auto it = ops_.find(std::string(name));
    if (it != ops_.end()) return it->second.get();
    return absl::NotFoundError(absl::StrCat("this runner has no op '", name,
                                            "'", Suggestion(name, Names())));
  }

  // {name: version}.
  std::map<std::string, int64_t> Versions() const {
    std::map<std::string, int64_t> versions;
    for (const auto& [name, op] : ops_) versions[name] = op->version();
    return versions;
  }

 private:
  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const auto& [name, op] : ops_) names.push_back(name);
    return names;
  }

  std::map<std::string, std::unique_ptr<Op>> ops_;
};

// All ops of this build (worker/ops/builtin_ops.cc).
void RegisterBuiltinOps(OpRegistry& registry);

}  // namespace decant

#endif  // DECANT_WORKER_OPS_OP_REGISTRY_H_
