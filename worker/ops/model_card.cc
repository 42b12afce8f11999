#include "worker/ops/model_card.h"

#include <algorithm>
#include <cstdint>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/base/format.h"
#include "common/base/json.h"

namespace decant {
namespace {

struct Group {
  int64_t num_tensors = 0;
  int64_t num_elements = 0;
  int64_t num_changed = 0;
  double largest_relative_change = 0;

  void Add(const TensorComparison& comparison) {
    ++num_tensors;
    num_elements += comparison.num_elements;
    num_changed += comparison.changed_elements;
    largest_relative_change =
        std::max(largest_relative_change, comparison.relative_change);
  }
};

std::string Row(const std::string& title, const Group& group) {
  const double fraction = group.num_elements == 0
                              ? 0
                              : static_cast<double>(group.num_changed) /
                                    static_cast<double>(group.num_elements);
  return absl::StrFormat("| %s | %d | %s | %.2f %% | %.4f |\n", title,
                         group.num_tensors, HumanCount(group.num_elements),
                         100 * fraction, group.largest_relative_change);
}

std::string TableHead(const char* first) {
  return absl::StrCat("| ", first,
                      " | tensors | values | values changed | largest relative "
                      "change |\n|---|---:|---:|---:|---:|\n");
}

// Quoted as JSON, which YAML reads.
std::string Quoted(const std::string& text) {
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string FrontMatter(const CardFacts& facts) {
  return absl::StrCat("---\nbase_model: ", Quoted(facts.base_model),
                      "\nlibrary_name: transformers\ntags:\n- decant\n"
                      "- distillation\n- merge\n---\n\n");
}

std::string Introduction(const CardFacts& facts) {
  std::string text = absl::StrCat("# ", facts.name, "\n\nMade by Decant from `",
                                  facts.base_model, "`");
  if (!facts.teacher_model.empty()) {
    absl::StrAppend(&text, " with weights of `", facts.teacher_model,
                    "` as the teacher");
  }
  absl::StrAppend(
      &text,
      ". The recipe is `recipe.yaml`; `decant.json` has the digest of every "
      "tensor, and `decant verify` checks them.\n\n"
      "No evaluation was run by these steps. What follows measures how far the "
      "weights moved, not whether the model became better: evaluate it on data "
      "of your own, against the base model, before you rely on it.\n\n");
  if (!facts.has_tokenizer) {
    absl::StrAppend(&text,
                    "The base model's folder held no tokenizer files, so none "
                    "are here.\n\n");
  }
  return text;
}

}  // namespace

std::string WriteModelCard(const CardFacts& facts,
                           const std::vector<TensorChange>& changes) {
  std::map<std::string, Group> by_role;
  std::map<int64_t, Group> by_layer;
  Group all;
  for (const TensorChange& change : changes) {
    by_role[change.role].Add(change.comparison);
    by_layer[change.layer].Add(change.comparison);
    all.Add(change.comparison);
  }

  std::string card = absl::StrCat(FrontMatter(facts), Introduction(facts),
                                  "## What changed against the base model\n\n"
                                  "A value counts as changed when its stored "
                                  "bits differ. Relative change is |new - old| "
                                  "/ |old| of a tensor.\n\n",
                                  TableHead("tensors by role"));
  for (const auto& [role, group] : by_role) {
    absl::StrAppend(&card, Row(role, group));
  }
  absl::StrAppend(&card, Row("all", all), "\n", TableHead("layer"));
  for (const auto& [layer, group] : by_layer) {
    absl::StrAppend(
        &card, Row(layer < 0 ? "outside layers" : absl::StrCat(layer), group));
  }
  absl::StrAppend(&card, "\nResult identity: `", facts.result_identity, "`\n");
  return card;
}

}  // namespace decant
