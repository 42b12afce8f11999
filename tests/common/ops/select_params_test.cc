#include "common/ops/select_params.h"

#include "tests/common/ops/codec_cases.h"

namespace decant {
namespace {

SelectParams GoodSelect() {
  return {.num_experts = 8, .count = 3, .weight = 0.25};
}

TEST(SelectParamsTest, RoundTrips) { ExpectRoundTrip(GoodSelect()); }

TEST(SelectParamsTest, RefusesWhatItCannotMean) {
  ExpectRefused(GoodSelect(), {{"rule", "best", "nearest-centroid"},
                               {"num_experts", 0, "num_experts"},
                               {"count", 0, "count"},
                               {"count", 9, "num_experts"},
                               {"count", 2.5, "count"},
                               {"weight", -0.1, "weight"},
                               {"seed", 1, "seed"}});
}

}  // namespace
}  // namespace decant
