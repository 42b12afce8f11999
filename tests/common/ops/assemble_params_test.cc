#include "common/ops/assemble_params.h"

#include "tests/common/ops/codec_cases.h"

namespace decant {
namespace {

AssembleParams GoodAssemble() {
  AssembleParams params;
  params.tensors.push_back({.name = "a",
                            .dtype = DType::kBF16,
                            .shape = {2, 3},
                            .from = {"student", "", {"a"}}});
  params.tensors.push_back({.name = "b",
                            .dtype = DType::kF32,
                            .shape = {4},
                            .from = {"", "tensor.b", {"b"}}});
  return params;
}

TEST(AssembleParamsTest, RoundTrips) { ExpectRoundTrip(GoodAssemble()); }

TEST(AssembleParamsTest, RefusesWhatItCannotMean) {
  const Json no_dtype = {{{"name", "a"},
                          {"shape", {2}},
                          {"from", GoodAssemble().tensors[0].from.ToJson()}}};
  const Json bad_dtype = {{{"name", "a"},
                           {"dtype", "BF15"},
                           {"shape", {2}},
                           {"from", GoodAssemble().tensors[0].from.ToJson()}}};

  ExpectRefused(GoodAssemble(), {{"tensors", Json::array(), "not empty"},
                                 {"tensors", "a", "list"},
                                 {"tensors", Removed(), "tensors"},
                                 {"tensors", no_dtype, "dtype"},
                                 {"tensors", bad_dtype, "BF15"},
                                 {"tensor", 1, "tensor"}});
}

}  // namespace
}  // namespace decant
