#include "common/ops/project_params.h"

#include "tests/common/ops/codec_cases.h"

namespace decant {
namespace {

ProjectParams GoodProject() {
  ProjectParams params;
  params.experts.lo = {.name_template = "e.{e}",
                       .num_rows = 4,
                       .num_columns = 6,
                       .num_experts = 3};
  params.use_selection = true;
  params.position_begin = 1;
  params.position_end = 3;
  params.rank = 2;
  params.out_rows = 3;
  params.out_columns = 5;
  params.seed = -7;
  params.step = 1;
  params.name = "model.layers.0.mlp.gate_proj.weight";
  return params;
}

TEST(ProjectParamsTest, RoundTrips) { ExpectRoundTrip(GoodProject()); }

TEST(ProjectParamsTest, RefusesWhatItCannotMean) {
  ExpectRefused(GoodProject(), {{"position_begin", 3, "position_end"},
                                {"position_begin", -1, "position_begin"},
                                {"rank", -1, "rank"},
                                {"out_rows", 0, "out_rows"},
                                {"out_columns", "5", "out_columns"},
                                {"use_selection", 1, "use_selection"},
                                {"name", Removed(), "name"},
                                {"ranks", 1, "ranks"}});
}

}  // namespace
}  // namespace decant
