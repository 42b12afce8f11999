// Families by model_type. A new family is one file in families/ and one line
// in builtin_families.cc.
#ifndef DECANT_COMMON_MODEL_FAMILY_REGISTRY_H_
#define DECANT_COMMON_MODEL_FAMILY_REGISTRY_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/model/family.h"

namespace decant {

class FamilyRegistry {
 public:
  // A later family of the same name replaces the earlier one.
  void Add(std::unique_ptr<const Family> family);

  // InvalidArgument listing the known families. The result lives as long as
  // the registry.
  absl::StatusOr<const Family*> Find(absl::string_view name) const;

  std::vector<std::string> Names() const;  // Sorted.

 private:
  std::map<std::string, std::unique_ptr<const Family>> families_;
};

void RegisterBuiltinFamilies(FamilyRegistry& registry);

// The families Decant ships; built on first use, never destroyed.
const FamilyRegistry& BuiltinFamilies();

}  // namespace decant

#endif  // DECANT_COMMON_MODEL_FAMILY_REGISTRY_H_
