#include "common/unit/result_identity.h"

#include "common/base/digest.h"
#include "common/base/json.h"

namespace decant {

std::string ResultIdentity(const std::string& recipe_identity,
                           const std::string& numerics_class) {
  // A JSON list and not a concatenation: no pair of strings can then be
  // mistaken for another.
  const Json parts = {"decant-result-1", recipe_identity, numerics_class};
  return Sha256Hex(CanonicalJson(parts));
}

}  // namespace decant
