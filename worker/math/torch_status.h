// The one place where exceptions of libtorch and CUDA become a Status.
#ifndef DECANT_WORKER_MATH_TORCH_STATUS_H_
#define DECANT_WORKER_MATH_TORCH_STATUS_H_

#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace decant {

// The exception being handled, as "<doing>: <first line of its message>".
// ResourceExhausted when memory (of the host or of a device) ran out, else
// Internal. Call it only inside a catch block.
absl::Status StatusFromCurrentException(absl::string_view doing);

namespace torch_status_internal {

template <typename T>
struct Wrapped {
  using Type = absl::StatusOr<T>;
};
template <typename T>
struct Wrapped<absl::StatusOr<T>> {
  using Type = absl::StatusOr<T>;
};
template <>
struct Wrapped<absl::Status> {
  using Type = absl::Status;
};
template <>
struct Wrapped<void> {
  using Type = absl::Status;
};

}  // namespace torch_status_internal

// Runs `body` and returns its result: a T as StatusOr<T>, void as Status, a
// Status or StatusOr as it is. Whatever `body` throws becomes a Status.
//
//   ASSIGN_OR_RETURN(at::Tensor gram,
//                    TryTorch("Gram of the experts", [&] {
//                      return x.matmul(x.t());
//                    }));
template <typename Body>
auto TryTorch(absl::string_view doing, Body&& body) ->
    typename torch_status_internal::Wrapped<std::invoke_result_t<Body>>::Type {
  try {
    if constexpr (std::is_void_v<std::invoke_result_t<Body>>) {
      std::forward<Body>(body)();
      return absl::OkStatus();
    } else {
      return std::forward<Body>(body)();
    }
  } catch (...) {
    return StatusFromCurrentException(doing);
  }
}

}  // namespace decant

#endif  // DECANT_WORKER_MATH_TORCH_STATUS_H_
