#include "coordinator/plan/methods/moe_to_dense.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/status_macros.h"
#include "common/ops/merge_params.h"
#include "coordinator/plan/methods/expert_blend.h"
#include "coordinator/plan/methods/moe_to_dense_options.h"

namespace decant {
namespace {

constexpr TensorRole kAttentionRoles[] = {TensorRole::kQuery, TensorRole::kKey,
                                          TensorRole::kValue,
                                          TensorRole::kAttentionOutput};

// Plans one step; a class only because the parts share six things.
class MoeToDensePlanner {
 public:
  MoeToDensePlanner(const RecipeStep& step, MoeToDenseOptions options,
                    const StepContext& context, PlanBuilder& builder)
      : step_(step),
        options_(std::move(options)),
        context_(context),
        builder_(builder),
        blend_(options_, context_, builder_) {}

  absl::StatusOr<StepPlan> Plan();

 private:
  absl::Status Check() const;
  absl::Status PlanLayer(int64_t layer, const LayerMapEntry& entry);
  absl::Status PlanFfn(int64_t layer, const LayerMapEntry& entry);
  // Merges the teacher tensor(s) of `role` into the student tensor.
  absl::Status MergeDirect(const ModelView::Tensor& target, TensorRole role,
                           const LayerMapEntry& entry, int64_t teacher_layer);
  absl::Status PlanEmbeddings();
  MergeParams BaseParams(const RoledTensor& target) const;
  void AddMerge(const ModelView::Tensor& target, MergeParams params,
                UnitSpec unit);
  void Warn(const std::string& warning) { warnings_.insert(warning); }
  void DescribeLayerMap(const std::vector<LayerMapEntry>& map, Json& details);

  const RecipeStep& step_;
  const MoeToDenseOptions options_;
  const StepContext& context_;
  PlanBuilder& builder_;
  ExpertBlendPlanner blend_;
  std::optional<ModelView> next_;
  std::set<std::string> warnings_;
};

absl::Status MoeToDensePlanner::Check() const {
  const ModelConfig& teacher = context_.teacher.config();
  const ModelConfig& student = context_.student.config();
  if (teacher.num_experts == 0) {
    return YamlError(step_.method_mark,
                     absl::StrCat("moe-to-dense needs a Mixture-of-Experts "
                                  "teacher, but the teacher is a dense ",
                                  teacher.family));
  }
  if (student.num_experts != 0) {
    return YamlError(step_.method_mark,
                     absl::StrCat("moe-to-dense needs a dense student, but the "
                                  "student is a Mixture of Experts (",
                                  student.family, ")"));
  }
  if (options_.count > teacher.num_experts) {
    // A count above zero was written down, so its place is known.
    return YamlError(
        step_.params.Find("experts")->Find("count")->mark(),
        absl::StrCat("experts.count: ", options_.count, " exceeds the ",
                     teacher.num_experts, " experts the teacher has a layer"));
  }
  if (options_.embeddings == "distill" && !context_.same_vocabulary) {
    return YamlError(step_.mark,
                     "embeddings: distill needs teacher and student with the "
                     "same tokenizer.json and vocabulary size");
  }
  return absl::OkStatus();
}

MergeParams MoeToDensePlanner::BaseParams(const RoledTensor& target) const {
  return {.name = target.name,
          .dtype = context_.dtype,
          .uncovered = options_.uncovered,
          .align_side = options_.align_side,
          .align_scaling = options_.align_scaling,
          .drop = options_.drop,
          .drop_method = options_.drop_method,
          .rescale = options_.rescale,
          .lora_rank = options_.lora_rank,
          .lora_alpha = options_.lora_alpha,
          .strength = options_.strength,
          .seed = context_.seed,
          .step = context_.index};
}

void MoeToDensePlanner::AddMerge(const ModelView::Tensor& target,
                                 MergeParams params, UnitSpec unit) {
  const int64_t rows = target.header.shape[0];
  const int64_t columns = target.header.shape[1];
  const int64_t values = rows * columns;
  const int64_t smaller = std::min(rows, columns);
  params.student = ReadTensor(target, "student", unit);
  unit.id = absl::StrCat(context_.index, "/merge/", target.header.name);
  unit.step = context_.index;
  unit.phase = "merge";
  unit.op = kMergeOp;
  unit.op_version = kMergeVersion;
  unit.params = params.ToJson();
  unit.outputs = {"tensor"};
  unit.cost.bytes_read += values * DTypeSizeBytes(target.header.dtype);
  unit.cost.bytes_written = values * DTypeSizeBytes(params.dtype);
  if (params.align_side != "none") {
    // Two thin QRs, the small core and its polar factor, two products back.
    const auto small = static_cast<double>(smaller);
    unit.cost.flops +=
        12 * small * static_cast<double>(values) + 30 * small * small * small;
  }
  if (params.lora_rank > 0 && params.lora_rank < smaller) {
    unit.cost.flops += TruncationFlops(rows, columns, params.lora_rank);
  }
  unit.cost.flops += 20 * static_cast<double>(values);
  unit.cost.host_memory_bytes += values * 48 + 256'000'000;
  unit.cost.device_memory_bytes += values * 48 + 256'000'000;
  if (params.lora_rank > smaller) {
    Warn(absl::StrCat("lora.rank ", params.lora_rank,
                      " exceeds the smaller dimension of some tensors: those "
                      "are merged at full rank"));
  }
  const std::string made_by = builder_.Add(std::move(unit));
  next_->SetMadeBy(target.header.name, made_by, params.dtype);
}

absl::Status MoeToDensePlanner::MergeDirect(const ModelView::Tensor& target,
                                            TensorRole role,
                                            const LayerMapEntry& entry,
                                            int64_t teacher_layer) {
  const RoledTensor* lo = context_.teacher.Find(role, teacher_layer);
  const RoledTensor* hi =
      entry.w == 0 ? nullptr : context_.teacher.Find(role, entry.hi);
  if (lo == nullptr || (entry.w != 0 && hi == nullptr)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the teacher has no ", TensorRoleName(role), " tensor in layer ",
        lo == nullptr ? teacher_layer : entry.hi, " for the student's ",
        target.header.name));
  }
  if (hi != nullptr && hi->shape != lo->shape) {
    return absl::InvalidArgumentError(
        absl::StrCat("teacher tensors ", lo->name, " ", ShapeString(lo->shape),
                     " and ", hi->name, " ", ShapeString(hi->shape),
                     " differ in shape, so there is no layer between them"));
  }
  UnitSpec unit;
  AddSource(kTeacherSource, unit);
  MergeParams params = BaseParams(target.header);
  params.covered_rows = std::min(lo->shape[0], target.header.shape[0]);
  params.covered_columns = std::min(lo->shape[1], target.header.shape[1]);
  params.project_rank =
      EffectiveProjectRank(options_, lo->shape[0], lo->shape[1],
                           target.header.shape[0], target.header.shape[1]);
  params.teacher_lo =
      TensorRef{.checkpoint = kTeacherSource, .slice = {.name = lo->name}};
  if (hi != nullptr) {
    params.teacher_hi =
        TensorRef{.checkpoint = kTeacherSource, .slice = {.name = hi->name}};
    params.weight = entry.w;
  }
  const int64_t values = lo->shape[0] * lo->shape[1];
  unit.cost.bytes_read =
      values * DTypeSizeBytes(lo->dtype) * (hi == nullptr ? 1 : 2);
  unit.cost.flops =
      TruncationFlops(lo->shape[0], lo->shape[1], params.project_rank);
  unit.cost.host_memory_bytes = values * 16;
  unit.cost.device_memory_bytes = values * 16;
  AddMerge(target, std::move(params), std::move(unit));
  return absl::OkStatus();
}

absl::Status MoeToDensePlanner::PlanFfn(int64_t layer,
                                        const LayerMapEntry& entry) {
  const bool lo_sparse = context_.teacher.is_sparse(entry.lo);
  if (entry.w != 0 && context_.teacher.is_sparse(entry.hi) != lo_sparse) {
    return absl::InvalidArgumentError(absl::StrCat(
        "student layer ", layer, " lies between teacher layers ", entry.lo,
        " and ", entry.hi,
        ", of which only one has experts; use layers.map or steepness to "
        "avoid the pair"));
  }
  for (const ExpertKind kind : kExpertKinds) {
    const TensorRole role = DenseFfnRole(kind);
    const ModelView::Tensor* target = context_.student.Find(role, layer);
    if (target == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat("the student has no ", TensorRoleName(role),
                       " tensor in layer ", layer));
    }
    if (!lo_sparse) {
      RETURN_IF_ERROR(MergeDirect(*target, role, entry, entry.lo));
      continue;
    }
    ASSIGN_OR_RETURN(const BlendPlan blend,
                     blend_.Plan(entry, kind, target->header));
    UnitSpec unit;
    MergeParams params = BaseParams(target->header);
    params.blend_count = blend.count;
    params.num_partials = static_cast<int64_t>(blend.units.size());
    params.covered_rows = blend.covered_rows;
    params.covered_columns = blend.covered_columns;
    for (size_t i = 0; i < blend.units.size(); ++i) {
      unit.inputs.push_back({.name = absl::StrCat("partial.", i),
                             .unit = blend.units[i],
                             .output = "partial"});
      unit.cost.bytes_read += blend.covered_rows * blend.covered_columns * 8;
    }
    AddMerge(*target, std::move(params), std::move(unit));
  }
  return absl::OkStatus();
}

absl::Status MoeToDensePlanner::PlanLayer(int64_t layer,
                                          const LayerMapEntry& entry) {
  if (options_.attention == "project") {
    for (const TensorRole role : kAttentionRoles) {
      const ModelView::Tensor* target = context_.student.Find(role, layer);
      if (target == nullptr) {
        return absl::InvalidArgumentError(
            absl::StrCat("the student has no ", TensorRoleName(role),
                         " tensor in layer ", layer));
      }
      RETURN_IF_ERROR(MergeDirect(*target, role, entry, entry.lo));
    }
  }
  return PlanFfn(layer, entry);
}

absl::Status MoeToDensePlanner::PlanEmbeddings() {
  if (options_.embeddings == "keep") return absl::OkStatus();
  const LayerMapEntry whole{};
  const ModelView::Tensor* embedding =
      context_.student.Find(TensorRole::kEmbedding);
  RETURN_IF_ERROR(MergeDirect(*embedding, TensorRole::kEmbedding, whole, -1));
  const ModelView::Tensor* head = context_.student.Find(TensorRole::kHead);
  if (head == nullptr) return absl::OkStatus();
  // A tied teacher's head is its embedding.
  const bool has_head = context_.teacher.Find(TensorRole::kHead) != nullptr;
  return MergeDirect(
      *head, has_head ? TensorRole::kHead : TensorRole::kEmbedding, whole, -1);
}

void MoeToDensePlanner::DescribeLayerMap(const std::vector<LayerMapEntry>& map,
                                         Json& details) {
  Json entries = Json::array();
  for (size_t layer = 0; layer < map.size(); ++layer) {
    entries.push_back({{"student", layer},
                       {"lo", map[layer].lo},
                       {"hi", map[layer].hi},
                       {"weight", map[layer].w}});
  }
  const int64_t num_layers = context_.teacher.config().num_layers;
  const std::vector<int64_t> unread = UnreadTeacherLayers(map, num_layers);
  details["layer_map"] = std::move(entries);
  details["unread_teacher_layers"] = unread;
  if (!unread.empty()) {
    Warn(absl::StrCat(unread.size(), " of ", num_layers,
                      " teacher layers are never read (layers ",
                      absl::StrJoin(unread, ", "),
                      "); a smaller layers.steepness spreads the map"));
  }
}

absl::StatusOr<StepPlan> MoeToDensePlanner::Plan() {
  RETURN_IF_ERROR(Check());
  const ModelConfig& teacher = context_.teacher.config();
  const ModelConfig& student = context_.student.config();
  ASSIGN_OR_RETURN(
      const std::vector<LayerMapEntry> map,
      MakeLayerMap(options_.layers, student.num_layers, teacher.num_layers));
  next_ = context_.student;
  for (size_t layer = 0; layer < map.size(); ++layer) {
    RETURN_IF_ERROR(PlanLayer(static_cast<int64_t>(layer), map[layer]));
  }
  RETURN_IF_ERROR(PlanEmbeddings());

  Json details;
  DescribeLayerMap(map, details);
  const bool same_heads =
      teacher.num_attention_heads == student.num_attention_heads &&
      teacher.num_kv_heads == student.num_kv_heads &&
      teacher.head_dim == student.head_dim;
  if (options_.attention == "project" && !same_heads) {
    Warn(absl::StrCat("svd-crop on attention crops heads: the teacher has ",
                      teacher.num_attention_heads, "/", teacher.num_kv_heads,
                      " heads of ", teacher.head_dim, ", the student ",
                      student.num_attention_heads, "/", student.num_kv_heads,
                      " of ", student.head_dim));
  }
  return StepPlan{.model = *std::move(next_),
                  .options = options_.ToJson(),
                  .details = std::move(details),
                  .warnings = {warnings_.begin(), warnings_.end()}};
}

}  // namespace

absl::StatusOr<StepPlan> PlanMoeToDense(const RecipeStep& step,
                                        const StepContext& context,
                                        PlanBuilder& builder) {
  ASSIGN_OR_RETURN(MoeToDenseOptions options, ParseMoeToDenseOptions(step));
  return MoeToDensePlanner(step, std::move(options), context, builder).Plan();
}

}  // namespace decant
