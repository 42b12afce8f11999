#include "common/ops/virtual_stack.h"

#include "tests/common/ops/codec_cases.h"

namespace decant {
namespace {

ExpertStack Experts(int64_t num_experts) {
  return {.name_template = "layers.0.experts.{e}.up_proj.weight",
          .num_rows = 4,
          .num_columns = 6,
          .num_experts = num_experts};
}

TEST(VirtualStackTest, RoundTrips) {
  ExpectRoundTrip(VirtualStack{.lo = Experts(8)});
  ExpectRoundTrip(
      VirtualStack{.lo = Experts(8), .hi = Experts(8), .weight = 0.25});
}

TEST(VirtualStackTest, RefusesWhatItCannotMean) {
  const VirtualStack good = {.lo = Experts(8), .hi = Experts(8), .weight = 0.5};

  ExpectRefused(good, {{"lo", Removed(), "lo"},
                       {"lo", "x", ""},
                       {"hi", Experts(9).ToJson(), "expert counts"},
                       {"weight", 1.5, "weight"},
                       {"checkpoint", Removed(), "checkpoint"},
                       {"experts", 1, "experts"}});
}

}  // namespace
}  // namespace decant
