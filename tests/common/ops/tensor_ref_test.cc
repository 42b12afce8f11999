#include "common/ops/tensor_ref.h"

#include "tests/common/ops/codec_cases.h"

namespace decant {
namespace {

TEST(TensorRefTest, RoundTrips) {
  ExpectRoundTrip(TensorRef{"teacher", "", {"a.weight", 3, 5}});
  ExpectRoundTrip(TensorRef{"", "partial.0", {"sum"}});
}

TEST(TensorRefTest, WholeTensorsStateNoRows) {
  const Json json = TensorRef{"student", "", {"a.weight"}}.ToJson();

  EXPECT_EQ(CanonicalJson(json),
            R"({"checkpoint":"student","name":"a.weight"})");
}

TEST(TensorRefTest, RefusesWhatItCannotMean) {
  const TensorRef good = {"teacher", "", {"a.weight"}};

  ExpectRefused(good, {{"name", Removed(), "name"},
                       {"name", 3, "name"},
                       {"checkpoint", Removed(), "exactly one"},
                       {"input", "partial.0", "exactly one"},
                       {"first_row", -1, "first_row"},
                       {"num_rows", -2, "num_rows"},
                       {"nam", "x", "nam"}});
}

}  // namespace
}  // namespace decant
