#include "common/model/family_registry.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace decant {

void FamilyRegistry::Add(std::unique_ptr<const Family> family) {
  std::string name(family->name());
  families_[std::move(name)] = std::move(family);
}

absl::StatusOr<const Family*> FamilyRegistry::Find(
    absl::string_view name) const {
  const auto it = families_.find(std::string(name));
  if (it != families_.end()) return it->second.get();
  return absl::InvalidArgumentError(
      absl::StrCat("unknown model family '", name,
                   "'; known: ", absl::StrJoin(Names(), ", ")));
}

std::vector<std::string> FamilyRegistry::Names() const {
  std::vector<std::string> names;
  for (const auto& [name, family] : families_) names.push_back(name);
  return names;
}

}  // namespace decant
