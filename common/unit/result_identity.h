// The identity of a made model: what its bytes are a function of.
#ifndef DECANT_COMMON_UNIT_RESULT_IDENTITY_H_
#define DECANT_COMMON_UNIT_RESULT_IDENTITY_H_

#include <string>

namespace decant {

// SHA-256 (64 hex digits) of `recipe_identity` (the digest of canonical recipe
// and source fingerprints) and `numerics_class`. Equal identities mean equal
// output folders, byte for byte; decant.json carries it.
std::string ResultIdentity(const std::string& recipe_identity,
                           const std::string& numerics_class);

}  // namespace decant

#endif  // DECANT_COMMON_UNIT_RESULT_IDENTITY_H_
