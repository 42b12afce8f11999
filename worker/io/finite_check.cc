#include "worker/io/finite_check.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "worker/math/merge_tensor.h"

namespace decant {

absl::Status CheckFinite(const at::Tensor& tensor, absl::string_view what,
                         int64_t first_index) {
  ASSIGN_OR_RETURN(const std::optional<int64_t> index, FindNonFinite(tensor));
  if (!index.has_value()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      what, ": NaN or infinity at flat index ", first_index + *index,
      "; check the checkpoint it comes from"));
}

}  // namespace decant
