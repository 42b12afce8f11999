#include <memory>

#include "common/model/families/qwen3.h"
#include "common/model/families/qwen3_moe.h"
#include "common/model/family_registry.h"

namespace decant {

void RegisterBuiltinFamilies(FamilyRegistry& registry) {
  registry.Add(std::make_unique<Qwen3Family>());
  registry.Add(std::make_unique<Qwen3MoeFamily>());
}

const FamilyRegistry& BuiltinFamilies() {
  // Leaked on purpose: layouts keep pointers into it until the process ends.
  static const FamilyRegistry* const registry = [] {
    auto* families = new FamilyRegistry;
    RegisterBuiltinFamilies(*families);
    return families;
  }();
  return *registry;
}

}  // namespace decant
