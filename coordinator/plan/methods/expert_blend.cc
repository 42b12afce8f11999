#include "coordinator/plan/methods/expert_blend.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/base/status_macros.h"
#include "common/ops/fingerprint_params.h"
#include "common/ops/project_params.h"
#include "common/ops/select_params.h"

namespace decant {
namespace {

// "t03" or, for a virtual layer, "t03-04".
std::string LayerName(const LayerMapEntry& entry) {
  if (entry.w == 0) return absl::StrFormat("t%02d", entry.lo);
  return absl::StrFormat("t%02d-%02d", entry.lo, entry.hi);
}

int64_t NumLayersRead(const VirtualStack& stack) {
  return stack.hi.has_value() ? 2 : 1;
}

int64_t DTypeBytes(const ModelLayout& teacher, const ExpertStack& stack) {
  const RoledTensor* tensor = teacher.FindByName(stack.Slice(0).name);
  return tensor == nullptr ? 2 : DTypeSizeBytes(tensor->dtype);
}

}  // namespace

int64_t EffectiveProjectRank(const MoeToDenseOptions& options,
                             int64_t teacher_rows, int64_t teacher_columns,
                             int64_t student_rows, int64_t student_columns) {
  const int64_t full = std::min(teacher_rows, teacher_columns);
  int64_t rank = options.project_rank == 0 ? full : options.project_rank;
  if (options.rank_cap == "student") {
    rank = std::min({rank, student_rows, student_columns});
  }
  return rank >= full ? 0 : rank;
}

double TruncationFlops(int64_t rows, int64_t columns, int64_t rank) {
  if (rank == 0) return 0;
  const auto small = static_cast<double>(std::min(rows, columns));
  const auto large = static_cast<double>(std::max(rows, columns));
  return 2 * small * small * large + 10 * small * small * small +
         4 * small * large * static_cast<double>(rank);
}

absl::StatusOr<VirtualStack> ExpertBlendPlanner::Stack(
    const LayerMapEntry& entry, ExpertKind kind) const {
  VirtualStack stack{.checkpoint = kTeacherSource};
  ASSIGN_OR_RETURN(stack.lo, context_.teacher.Experts(entry.lo, kind));
  if (entry.w != 0) {
    ASSIGN_OR_RETURN(stack.hi, context_.teacher.Experts(entry.hi, kind));
    stack.weight = entry.w;
  }
  return stack;
}

absl::Status ExpertBlendPlanner::AddFingerprints(const LayerMapEntry& entry,
                                                 ExpertKind kind,
                                                 UnitSpec& select) {
  ASSIGN_OR_RETURN(VirtualStack stack, Stack(entry, kind));
  stack.weight = 0;  // The Grams serve every weight between lo and hi.
  const int64_t experts = stack.lo.num_experts;
  const double row_values = static_cast<double>(experts * stack.lo.num_columns *
                                                NumLayersRead(stack));
  const auto dtype_bytes =
      static_cast<double>(DTypeBytes(context_.teacher, stack.lo));
  const double grams = stack.hi.has_value() ? 3 : 1;
  const double row_flops = 2 * grams * static_cast<double>(experts * experts) *
                           static_cast<double>(stack.lo.num_columns);
  const int64_t rows = stack.lo.num_rows;
  const int64_t blocks = NumBlocks(rows, row_values * dtype_bytes, row_flops);
  for (int64_t block = 0; block < blocks; ++block) {
    const FingerprintParams params{.experts = stack,
                                   .row_begin = rows * block / blocks,
                                   .row_end = rows * (block + 1) / blocks};
    const auto block_rows =
        static_cast<double>(params.row_end - params.row_begin);
    UnitSpec unit{
        .id = absl::StrCat(context_.index, "/fingerprint/", LayerName(entry),
                           ".", ExpertKindName(kind), ".", block),
        .step = context_.index,
        .phase = "fingerprint",
        .op = kFingerprintOp,
        .op_version = kFingerprintVersion,
        .params = params.ToJson(),
        .outputs = {"gram"},
        .sources = {kTeacherSource}};
    unit.cost.bytes_read =
        static_cast<int64_t>(row_values * dtype_bytes * block_rows);
    unit.cost.bytes_written =
        static_cast<int64_t>(grams) * experts * experts * 8;
    unit.cost.flops = row_flops * block_rows;
    unit.cost.host_memory_bytes = 768'000'000;
    unit.cost.device_memory_bytes = 768'000'000;
    select.inputs.push_back(
        {.name = absl::StrCat(ExpertKindName(kind), ".", block),
         .unit = builder_.Add(std::move(unit)),
         .output = "gram"});
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ExpertBlendPlanner::AddSelect(
    const LayerMapEntry& entry, int64_t count, int64_t num_experts) {
  const SelectParams params{.rule = options_.select,
                            .num_experts = num_experts,
                            .count = count,
                            .weight = entry.w};
  UnitSpec unit{.id = absl::StrCat(context_.index, "/select/", LayerName(entry),
                                   absl::StrFormat("+%.6f", entry.w)),
                .step = context_.index,
                .phase = "select",
                .op = kSelectOp,
                .op_version = kSelectVersion,
                .params = params.ToJson(),
                .outputs = {"selection"},
                .portable = true};
  for (const ExpertKind kind : kExpertKinds) {
    RETURN_IF_ERROR(AddFingerprints(entry, kind, unit));
  }
  unit.cost.bytes_read =
      num_experts * num_experts * 8 * static_cast<int64_t>(unit.inputs.size());
  unit.cost.bytes_written = num_experts * 32;
  unit.cost.host_memory_bytes = 64'000'000;
  return builder_.Add(std::move(unit));
}

absl::StatusOr<BlendPlan> ExpertBlendPlanner::Plan(const LayerMapEntry& entry,
                                                   ExpertKind kind,
                                                   const RoledTensor& target) {
  ASSIGN_OR_RETURN(const VirtualStack stack, Stack(entry, kind));
  const ExpertStack& lo = stack.lo;
  const bool use_selection = options_.select != "all";
  BlendPlan blend{.count = lo.num_experts,
                  .covered_rows = std::min(lo.num_rows, target.shape[0]),
                  .covered_columns = std::min(lo.num_columns, target.shape[1])};
  std::string select;
  if (use_selection) {
    blend.count = options_.count == 0 ? std::min<int64_t>(64, lo.num_experts)
                                      : options_.count;
    ASSIGN_OR_RETURN(select, AddSelect(entry, blend.count, lo.num_experts));
  }

  ProjectParams params{
      .experts = stack,
      .use_selection = use_selection,
      .rank = EffectiveProjectRank(options_, lo.num_rows, lo.num_columns,
                                   target.shape[0], target.shape[1]),
      .out_rows = target.shape[0],
      .out_columns = target.shape[1]};
  if (params.rank > 0) {
    // Only a randomised SVD draws numbers; without one, units of different
    // layers and steps stay equal and are shared.
    params.seed = context_.seed;
    params.step = context_.index;
    params.name = target.name;
  }
  const int64_t values = lo.num_rows * lo.num_columns;
  const double expert_bytes = static_cast<double>(
      values * DTypeBytes(context_.teacher, lo) * NumLayersRead(stack));
  const double expert_flops =
      static_cast<double>(values) * 8 +
      TruncationFlops(lo.num_rows, lo.num_columns, params.rank);
  const int64_t blocks = NumBlocks(blend.count, expert_bytes, expert_flops);
  for (int64_t block = 0; block < blocks; ++block) {
    params.position_begin = blend.count * block / blocks;
    params.position_end = blend.count * (block + 1) / blocks;
    UnitSpec unit{.id = absl::StrCat(context_.index, "/project/", target.name,
                                     ".", block),
                  .step = context_.index,
                  .phase = "project",
                  .op = kProjectOp,
                  .op_version = kProjectVersion,
                  .params = params.ToJson(),
                  .outputs = {"partial"},
                  .sources = {kTeacherSource}};
    if (use_selection) {
      unit.inputs = {
          {.name = "selection", .unit = select, .output = "selection"}};
    }
    const auto experts =
        static_cast<double>(params.position_end - params.position_begin);
    unit.cost.bytes_read = static_cast<int64_t>(expert_bytes * experts);
    unit.cost.bytes_written = blend.covered_rows * blend.covered_columns * 8;
    unit.cost.flops = expert_flops * experts;
    // Two experts in flight, each in fp32 and fp64, and the sum.
    unit.cost.host_memory_bytes = values * 40 + 256'000'000;
    unit.cost.device_memory_bytes = values * 40 + 256'000'000;
    blend.units.push_back(builder_.Add(std::move(unit)));
  }
  return blend;
}

}  // namespace decant
