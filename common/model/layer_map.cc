#include "common/model/layer_map.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"

namespace decant {
namespace {

// 31 <- 61 layers through n gives 1.9999999999999996 for layer 2 of 60.
constexpr double kSnapDistance = 1e-9;
constexpr double kMaxSteepness = 100.0;

// The place of student layer s among the teacher's layers, not yet snapped.
double TeacherPosition(LayerMapOptions options, int64_t s, int64_t num_student,
                       int64_t num_teacher) {
  const double last_teacher = static_cast<double>(num_teacher - 1);
  if (num_student == 1) return last_teacher;
  const double fraction =
      static_cast<double>(s) / static_cast<double>(num_student - 1);
  if (options.kind == LayerMapKind::kLinear) return fraction * last_teacher;
  const double n = 2.0 * fraction - 1.0;
  return last_teacher / 2.0 *
         (1.0 +
          std::tanh(options.steepness * n) / std::tanh(options.steepness));
}

LayerMapEntry EntryAt(double position, int64_t num_teacher) {
  const double nearest = std::round(position);
  const double t =
      std::abs(position - nearest) < kSnapDistance ? nearest : position;
  LayerMapEntry entry;
  entry.lo = static_cast<int64_t>(std::floor(t));
  entry.hi = std::min(entry.lo + 1, num_teacher - 1);
  entry.w = t - static_cast<double>(entry.lo);
  return entry;
}

}  // namespace

absl::StatusOr<std::vector<LayerMapEntry>> MakeLayerMap(
    LayerMapOptions options, int64_t num_student_layers,
    int64_t num_teacher_layers) {
  if (num_student_layers < 1 || num_teacher_layers < 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        "layer map: cannot map ", num_student_layers, " student layers to ",
        num_teacher_layers, " teacher layers"));
  }
  if (!(options.steepness > 0 && options.steepness <= kMaxSteepness)) {
    return absl::InvalidArgumentError(
        absl::StrCat("layer map: steepness ", options.steepness,
                     " is not in (0, ", kMaxSteepness, "]"));
  }
  std::vector<LayerMapEntry> map;
  map.reserve(static_cast<size_t>(num_student_layers));
  for (int64_t s = 0; s < num_student_layers; ++s) {
    map.push_back(EntryAt(
        TeacherPosition(options, s, num_student_layers, num_teacher_layers),
        num_teacher_layers));
  }
  return map;
}

std::vector<int64_t> UnreadTeacherLayers(const std::vector<LayerMapEntry>& map,
                                         int64_t num_teacher_layers) {
  std::vector<bool> is_read(static_cast<size_t>(num_teacher_layers), false);
  for (const LayerMapEntry& entry : map) {
    is_read[static_cast<size_t>(entry.lo)] = true;
    if (entry.w > 0) is_read[static_cast<size_t>(entry.hi)] = true;
  }
  std::vector<int64_t> unread;
  for (size_t layer = 0; layer < is_read.size(); ++layer) {
    if (!is_read[layer]) unread.push_back(static_cast<int64_t>(layer));
  }
  return unread;
}

}  // namespace decant
