#include "common/ops/fingerprint_params.h"

#include "tests/common/ops/codec_cases.h"

namespace decant {
namespace {

FingerprintParams GoodFingerprint() {
  FingerprintParams params;
  params.experts.lo = {.name_template = "e.{e}",
                       .num_rows = 4,
                       .num_columns = 6,
                       .num_experts = 3};
  params.row_end = 4;
  return params;
}

TEST(FingerprintParamsTest, RoundTrips) { ExpectRoundTrip(GoodFingerprint()); }

TEST(FingerprintParamsTest, RefusesWhatItCannotMean) {
  ExpectRefused(GoodFingerprint(), {{"row_begin", -1, "row_begin"},
                                    {"row_begin", 4, "row_end"},
                                    {"row_end", Removed(), "row_end"},
                                    {"experts", Removed(), "experts"},
                                    {"rows", 1, "rows"}});
}

}  // namespace
}  // namespace decant
