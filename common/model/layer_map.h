// Which teacher layers a student layer is made from.
#ifndef DECANT_COMMON_MODEL_LAYER_MAP_H_
#define DECANT_COMMON_MODEL_LAYER_MAP_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"

namespace decant {

enum class LayerMapKind { kSigmoid, kLinear };

// A student layer reads teacher layers `lo` and `hi` with weights 1 - w and w,
// 0 <= w < 1. With w = 0 only `lo` is read (`hi` is lo + 1, or the last layer).
struct LayerMapEntry {
  int64_t lo = 0;
  int64_t hi = 0;
  double w = 0;
  friend bool operator==(const LayerMapEntry&, const LayerMapEntry&) = default;
};

struct LayerMapOptions {
  LayerMapKind kind = LayerMapKind::kSigmoid;
  double steepness = 1.0;  // Of the sigmoid; published systems use 1/0.15.
};

// Maps student layer s in [0, L_S) to t = (L_T-1)/2 (1 + tanh(a n)/tanh(a)),
// n = 2s/(L_S-1) - 1 (sigmoid, a = steepness), or t = s (L_T-1)/(L_S-1)
// (linear); values within 1e-9 of a whole layer are that layer. First and last
// layers map exactly, t is monotone, t(s) + t(L_S-1-s) = L_T-1. One student
// layer maps to the last teacher layer. (Decant's own definition.)
//
// InvalidArgument: a layer count below 1, or a steepness that is not in
// (0, 100].
absl::StatusOr<std::vector<LayerMapEntry>> MakeLayerMap(
    LayerMapOptions options, int64_t num_student_layers,
    int64_t num_teacher_layers);

// Teacher layers that no entry reads, ascending.
std::vector<int64_t> UnreadTeacherLayers(const std::vector<LayerMapEntry>& map,
                                         int64_t num_teacher_layers);

}  // namespace decant

#endif  // DECANT_COMMON_MODEL_LAYER_MAP_H_
