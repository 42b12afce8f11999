// RETURN_IF_ERROR and ASSIGN_OR_RETURN, with the names and shapes Abseil uses
// upstream; Debian 12's Abseil has neither. Delete when it does.
#ifndef DECANT_COMMON_BASE_STATUS_MACROS_H_
#define DECANT_COMMON_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

#define DECANT_CONCAT_INNER(a, b) a##b
#define DECANT_CONCAT(a, b) DECANT_CONCAT_INNER(a, b)

#define RETURN_IF_ERROR(expression)                \
  do {                                             \
    absl::Status decant_status = (expression);     \
    if (!decant_status.ok()) return decant_status; \
  } while (false)

#define ASSIGN_OR_RETURN(lhs, expression)                                \
  ASSIGN_OR_RETURN_INNER(DECANT_CONCAT(decant_statusor_, __LINE__), lhs, \
                         expression)

#define ASSIGN_OR_RETURN_INNER(statusor, lhs, expression)  \
  auto statusor = (expression);                            \
  if (!statusor.ok()) return std::move(statusor).status(); \
  lhs = std::move(statusor).value()

namespace decant {

// The same status with "context: " in front of its message, so that an error
// names the outer thing (file, unit, step) as well as the inner cause.
inline absl::Status Annotate(const absl::Status& status,
                             absl::string_view context) {
  if (status.ok()) return status;
  return absl::Status(status.code(),
                      absl::StrCat(context, ": ", status.message()));
}

}  // namespace decant

#endif  // DECANT_COMMON_BASE_STATUS_MACROS_H_
