#include "cli/model_text.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/base/format.h"
#include "common/base/table.h"

namespace decant {
namespace {

struct Totals {
  int64_t tensors_changed = 0;
  int64_t tensors_compared = 0;
  int64_t tensors_unlike = 0;  // Of other shape, or on one side only.
  int64_t elements_changed = 0;
  int64_t elements = 0;
  int64_t nonfinite = 0;

  double changed_fraction() const {
    return elements == 0 ? 0
                         : static_cast<double>(elements_changed) /
                               static_cast<double>(elements);
  }
};

Totals AddUp(const std::vector<TensorDifference>& differences) {
  Totals totals;
  for (const TensorDifference& difference : differences) {
    if (!difference.comparison.has_value()) {
      ++totals.tensors_unlike;
      continue;
    }
    const TensorComparison& comparison = *difference.comparison;
    ++totals.tensors_compared;
    if (comparison.changed_elements > 0) ++totals.tensors_changed;
    totals.elements_changed += comparison.changed_elements;
    totals.elements += comparison.num_elements;
    totals.nonfinite += comparison.nonfinite_elements;
  }
  return totals;
}

std::string Kind(const TensorDifference& difference) {
  if (difference.before.empty()) return difference.after;
  if (difference.after.empty() || difference.before == difference.after) {
    return difference.before;
  }
  return absl::StrCat(difference.before, " -> ", difference.after);
}

std::string Note(const TensorDifference& difference) {
  if (difference.before.empty()) return "only in the second";
  if (difference.after.empty()) return "only in the first";
  if (!difference.comparison.has_value()) return "cannot be compared";
  const int64_t nonfinite = difference.comparison->nonfinite_elements;
  return nonfinite == 0 ? "" : absl::StrCat(nonfinite, " NaN or infinity");
}

std::string TotalsText(const Totals& totals) {
  std::string text;
  if (totals.tensors_changed == 0 && totals.tensors_unlike == 0) {
    text = "NOTHING CHANGED: ";
  }
  absl::StrAppendFormat(
      &text, "%s of %s tensors changed; %s of %s elements (fraction %.6g)\n",
      HumanCount(totals.tensors_changed), HumanCount(totals.tensors_compared),
      HumanCount(totals.elements_changed), HumanCount(totals.elements),
      totals.changed_fraction());
  if (totals.tensors_unlike > 0) {
    absl::StrAppend(&text, HumanCount(totals.tensors_unlike),
                    " tensors have no counterpart of the same shape\n");
  }
  if (totals.nonfinite > 0) {
    absl::StrAppend(&text, HumanCount(totals.nonfinite),
                    " elements of the second are NaN or infinity\n");
  }
  return text;
}

}  // namespace

Json ModelJson(const Model& model) {
  const ModelConfig& config = model.config();
  std::map<std::string, int64_t> dtypes;
  for (const TensorInfo& info : model.checkpoint().tensors()) {
    ++dtypes[std::string(DTypeName(info.dtype))];
  }
  const int64_t sparse = std::count(config.sparse_layers.begin(),
                                    config.sparse_layers.end(), true);
  return Json{
      {"folder", model.checkpoint().folder()},
      {"family", config.family},
      {"architecture", config.architecture},
      {"parameters", model.NumParameters()},
      {"bytes", model.checkpoint().total_bytes()},
      {"tensors", model.checkpoint().tensors().size()},
      {"dtypes", dtypes},
      {"layers", config.num_layers},
      {"sparse_layers", sparse},
      {"dense_layers", config.num_layers - sparse},
      {"hidden_size", config.hidden_size},
      {"intermediate_size", config.intermediate_size},
      {"vocab_size", config.vocab_size},
      {"attention_heads", config.num_attention_heads},
      {"kv_heads", config.num_kv_heads},
      {"head_dim", config.head_dim},
      {"tied_embeddings", config.tie_word_embeddings},
      {"experts", config.num_experts},
      {"experts_per_token", config.experts_per_token},
      {"expert_size", config.moe_intermediate_size},
  };
}

std::string ModelText(const Json& model) {
  std::string dtypes;
  for (const auto& [name, count] : model["dtypes"].items()) {
    absl::StrAppend(&dtypes, dtypes.empty() ? "" : ", ", count.get<int64_t>(),
                    " ", name);
  }
  const auto number = [&model](const char* key) {
    return HumanCount(model[key].get<int64_t>());
  };
  const auto text = [&model](const char* key) {
    return model[key].get<std::string>();
  };
  std::vector<std::pair<std::string, std::string>> lines = {
      {"family", absl::StrCat(text("family"), " (", text("architecture"), ")")},
      {"parameters", number("parameters")},
      {"size", HumanBytes(model["bytes"].get<int64_t>())},
      {"tensors", absl::StrCat(number("tensors"), " (", dtypes, ")")},
      {"layers", absl::StrCat(number("layers"), " (", number("dense_layers"),
                              " dense, ", number("sparse_layers"), " sparse)")},
      {"hidden size", number("hidden_size")},
      {"FFN width", number("intermediate_size")},
      {"attention",
       absl::StrCat(number("attention_heads"), " heads, ", number("kv_heads"),
                    " key-value heads, ", number("head_dim"), " wide")},
      {"vocabulary",
       absl::StrCat(number("vocab_size"), model["tied_embeddings"] == true
                                              ? ", tied head"
                                              : ", own head")},
  };
  if (model["experts"] != 0) {
    lines.emplace_back("experts",
                       absl::StrCat(number("experts"), " a layer, ",
                                    number("experts_per_token"), " active, ",
                                    number("expert_size"), " wide"));
  }
  std::string result;
  for (const auto& [key, value] : lines) {
    absl::StrAppendFormat(&result, "%-12s %s\n", key, value);
  }
  return result;
}

Json DifferenceJson(const std::vector<TensorDifference>& differences) {
  Json list = Json::array();
  for (const TensorDifference& difference : differences) {
    Json entry = {{"name", difference.name},
                  {"before", difference.before},
                  {"after", difference.after}};
    if (difference.comparison.has_value()) {
      const TensorComparison& comparison = *difference.comparison;
      entry["elements"] = comparison.num_elements;
      entry["changed_elements"] = comparison.changed_elements;
      entry["changed_fraction"] = comparison.changed_fraction;
      entry["relative_change"] = comparison.relative_change;
      entry["cosine"] = comparison.cosine;
      entry["nonfinite_elements"] = comparison.nonfinite_elements;
    }
    list.push_back(std::move(entry));
  }
  const Totals totals = AddUp(differences);
  return Json{{"tensors", list},
              {"tensors_changed", totals.tensors_changed},
              {"tensors_compared", totals.tensors_compared},
              {"tensors_unlike", totals.tensors_unlike},
              {"changed_elements", totals.elements_changed},
              {"elements", totals.elements},
              {"changed_elements_fraction", totals.changed_fraction()},
              {"nonfinite_elements", totals.nonfinite}};
}

std::string DifferenceText(const std::vector<TensorDifference>& differences,
                           bool only_changed) {
  Table table({{"TENSOR"},
               {"KIND"},
               {"CHANGED", Align::kRight},
               {"RELATIVE CHANGE", Align::kRight},
               {"COSINE", Align::kRight},
               {"NOTE"}});
  for (const TensorDifference& difference : differences) {
    std::vector<std::string> row = {difference.name, Kind(difference)};
    if (const auto& comparison = difference.comparison;
        comparison.has_value()) {
      if (only_changed && comparison->changed_elements == 0) continue;
      row.push_back(
          absl::StrFormat("%.4f %%", 100 * comparison->changed_fraction));
      row.push_back(absl::StrFormat("%.6f", comparison->relative_change));
      row.push_back(absl::StrFormat("%.6f", comparison->cosine));
    } else {
      row.insert(row.end(), {"", "", ""});
    }
    row.push_back(Note(difference));
    table.AddRow(std::move(row));
  }
  return absl::StrCat(table.ToString(), "\n", TotalsText(AddUp(differences)));
}

}  // namespace decant
