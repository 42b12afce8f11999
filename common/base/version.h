// What this build is, and which API versions it speaks.
#ifndef DECANT_COMMON_BASE_VERSION_H_
#define DECANT_COMMON_BASE_VERSION_H_

#include <cstdint>

namespace decant {

inline constexpr char kVersion[] = "0.1.0";

// A peer is refused unless its version lies in this range.
inline constexpr uint32_t kMinApiVersion = 1;
inline constexpr uint32_t kMaxApiVersion = 1;

// Of one gRPC message, both ways. Lists are paged and tensors never travel, so
// this only bounds what a broken peer can make us hold.
inline constexpr int kMaxMessageBytes = 64 << 20;

}  // namespace decant

#endif  // DECANT_COMMON_BASE_VERSION_H_
