#include "common/ops/seal_params.h"

#include "tests/common/ops/codec_cases.h"

namespace decant {
namespace {

SealParams GoodSeal() {
  SealParams params;
  params.name = "demo";
  params.output_path = "/out/demo";
  params.files = {"model.safetensors"};
  params.config = {{"model_type", "qwen3"}};
  params.recipe_text = "name: demo\n";
  params.made_tensors = {"a", "b"};
  params.recipe_identity = "00ff";
  params.provenance = {{"teacher", "x"}};
  return params;
}

TEST(SealParamsTest, RoundTrips) { ExpectRoundTrip(GoodSeal()); }

TEST(SealParamsTest, RefusesWhatItCannotMean) {
  ExpectRefused(GoodSeal(), {{"name", Removed(), "name"},
                             {"files", "model.safetensors", "files"},
                             {"files", Json::array({1}), "files"},
                             {"config", Removed(), "config"},
                             {"made_tensors", Removed(), "made_tensors"},
                             {"output", "/x", "output"}});
}

}  // namespace
}  // namespace decant
