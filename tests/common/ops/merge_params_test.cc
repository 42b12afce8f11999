#include "common/ops/merge_params.h"

#include "tests/common/ops/codec_cases.h"

namespace decant {
namespace {

MergeParams Blend() {
  MergeParams params;
  params.name = "model.layers.0.mlp.gate_proj.weight";
  params.student = {"student", "", {params.name}};
  params.blend_count = 4;
  params.num_partials = 2;
  params.covered_rows = 3;
  params.covered_columns = 5;
  params.lora_rank = 8;
  params.lora_alpha = 16;
  params.seed = 11;
  return params;
}

MergeParams Pair() {
  MergeParams params = Blend();
  params.blend_count = 0;
  params.num_partials = 0;
  params.teacher_lo = TensorRef{"teacher", "", {"a"}};
  params.teacher_hi = TensorRef{"teacher", "", {"b"}};
  params.weight = 0.75;
  return params;
}

TEST(MergeParamsTest, RoundTrips) {
  ExpectRoundTrip(Blend());
  ExpectRoundTrip(Pair());
}

TEST(MergeParamsTest, RefusesWhatItCannotMean) {
  ExpectRefused(Blend(), {{"dtype", "F64", "dtype"},
                          {"dtype", "F8_E4M3", "dtype"},
                          {"drop", 1.5, "drop"},
                          {"drop", -0.5, "drop"},
                          {"drop_method", "median", "drop_method"},
                          {"rescale", "max", "rescale"},
                          {"align_side", "top", "align_side"},
                          {"uncovered", "keep", "uncovered"},
                          {"lora_rank", -1, "lora_rank"},
                          {"covered_rows", 0, "covered_rows"},
                          {"strength", "1", "strength"},
                          {"student", Removed(), "student"},
                          {"student", Json::object(), "name"},
                          {"dropp", 0.5, "dropp"}});
}

TEST(MergeParamsTest, TakesEitherPartialSumsOrTeacherTensors) {
  ExpectRefused(Blend(),
                {{"blend_count", 0, "either"},
                 {"teacher_lo", Pair().teacher_lo->ToJson(), "either"}});
  ExpectRefused(Pair(), {{"teacher_lo", Removed(), "either"}});
}

}  // namespace
}  // namespace decant
