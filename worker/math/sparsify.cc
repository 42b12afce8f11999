#include "worker/math/sparsify.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "worker/math/drop_sums.h"
#include "worker/math/inner_product.h"
#include "worker/math/magnitude_drop.h"
#include "worker/math/random_drop.h"
#include "worker/math/torch_status.h"

namespace decant {
namespace {

absl::Status CheckOptions(const SparsifyOptions& options,
                          const at::Tensor& delta) {
  if (!delta.defined() || delta.scalar_type() != at::kFloat ||
      !delta.is_contiguous()) {
    return absl::InvalidArgumentError(
        "sparsify: the weight change must be a contiguous fp32 tensor");
  }
  if (!(options.drop >= 0 && options.drop <= 1)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "sparsify: drop must lie in [0, 1]; it is ", options.drop));
  }
  return absl::OkStatus();
}

// `keeps_all` makes the norm ratios exactly 1: the sums behind them may differ
// in the last bit.
double ScaleFor(const SparsifyOptions& options, const DropSums& sums,
                bool keeps_all) {
  switch (options.rescale) {
    case Rescale::kNone:
      return 1;
    case Rescale::kInverse:
      return 1 / (1 - options.drop);
    case Rescale::kL1:
      return keeps_all || sums.kept.absolute == 0
                 ? 1
                 : sums.total.absolute / sums.kept.absolute;
    case Rescale::kL2:
      return keeps_all || sums.kept.squared == 0
                 ? 1
                 : std::sqrt(sums.total.squared / sums.kept.squared);
  }
  return 1;
}

SparsifyReport MakeReport(const SparsifyOptions& options, const DropSums& sums,
                          int64_t num_kept, int64_t count) {
  SparsifyReport report;
  report.num_kept = num_kept;
  if (num_kept > 0) {
    report.scale = ScaleFor(options, sums, num_kept == count);
  }
  if (sums.total.squared > 0 && num_kept < count) {
    report.energy_kept = std::min(sums.kept.squared / sums.total.squared, 1.0);
  }
  return report;
}

absl::StatusOr<SparsifyReport> ZeroAll(at::Tensor& delta) {
  ASSIGN_OR_RETURN(const double energy, SquaredNorm(delta));
  if (!std::isfinite(energy)) {
    return absl::InvalidArgumentError(
        "sparsify: NaN or Inf in the weight change");
  }
  RETURN_IF_ERROR(TryTorch("sparsify", [&] { delta.zero_(); }));
  SparsifyReport report;
  report.energy_kept = energy > 0 ? 0 : 1;
  return report;
}

absl::StatusOr<SparsifyReport> SparsifyByMagnitude(
    const SparsifyOptions& options, at::Tensor& delta) {
  const int64_t num_kept = NumKept(options.drop, delta.numel());
  if (num_kept == 0) return ZeroAll(delta);
  ASSIGN_OR_RETURN(const MagnitudeThreshold threshold,
                   FindMagnitudeThreshold(delta, num_kept));
  const SparsifyReport report =
      MakeReport(options, threshold.sums, num_kept, delta.numel());
  RETURN_IF_ERROR(
      KeepLargest(threshold, static_cast<float>(report.scale), delta));
  return report;
}

absl::StatusOr<SparsifyReport> SparsifyAtRandom(const SparsifyOptions& options,
                                                at::Tensor& delta) {
  const RandomKeep keep = {options.key, KeepThreshold(options.drop)};
  ASSIGN_OR_RETURN(const RandomCount count, CountRandom(keep, delta));
  if (!std::isfinite(count.sums.total.squared)) {
    return absl::InvalidArgumentError(
        "sparsify: NaN or Inf in the weight change");
  }
  const SparsifyReport report =
      MakeReport(options, count.sums, count.num_kept, delta.numel());
  RETURN_IF_ERROR(KeepRandom(keep, static_cast<float>(report.scale), delta));
  return report;
}

}  // namespace

absl::StatusOr<DropMethod> ParseDropMethod(absl::string_view name) {
  if (name == "magnitude") return DropMethod::kMagnitude;
  if (name == "random") return DropMethod::kRandom;
  return absl::InvalidArgumentError(absl::StrCat(
      "unknown drop method '", name, "'; known: magnitude, random"));
}

absl::StatusOr<Rescale> ParseRescale(absl::string_view name) {
  if (name == "l2") return Rescale::kL2;
  if (name == "l1") return Rescale::kL1;
  if (name == "none") return Rescale::kNone;
  if (name == "inverse") return Rescale::kInverse;
  return absl::InvalidArgumentError(absl::StrCat(
      "unknown rescale '", name, "'; known: l2, l1, none, inverse"));
}

int64_t NumKept(double drop, int64_t count) {
  // nearbyint follows the rounding mode, by default to nearest, halves to even.
  return static_cast<int64_t>(
      std::nearbyint((1.0 - drop) * static_cast<double>(count)));
}

absl::StatusOr<SparsifyReport> SparsifyInPlace(const SparsifyOptions& options,
                                               at::Tensor& delta) {
  RETURN_IF_ERROR(CheckOptions(options, delta));
  if (delta.numel() == 0) return SparsifyReport();
  return options.method == DropMethod::kMagnitude
             ? SparsifyByMagnitude(options, delta)
             : SparsifyAtRandom(options, delta);
}

}  // namespace decant
