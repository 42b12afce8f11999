#include <memory>
#include <set>

#include "absl/strings/str_cat.h"
#include "cli/model_text.h"
#include "cli/verbs.h"
#include "common/artifact/finished_model.h"
#include "common/base/format.h"
#include "common/base/status_macros.h"
#include "common/model/model.h"
#include "common/tensor/checkpoint.h"
#include "common/tensor/float_block.h"
#include "common/tensor/tensor_compare.h"

namespace decant {
namespace {

struct DiffFlags {
  std::string before;
  std::string after;
  bool only_changed = false;
};

absl::StatusOr<ExitCode> Verify(const VerbContext& context,
                                const std::string& folder) {
  const auto show = [&context](int64_t done, int64_t total) {
    if (!context.console.err_is_terminal) return;
    context.console.err << "\r" << done << "/" << total << " tensors"
                        << (done == total ? "\r\x1b[K" : "") << std::flush;
  };
  ASSIGN_OR_RETURN(const FinishedModel model,
                   VerifyFinishedModel(folder, show));
  if (context.options.json) {
    context.PrintJson({{"verified", true},
                       {"folder", folder},
                       {"tensors", model.tensors.size()},
                       {"files", model.files.size()},
                       {"result_identity", model.result_identity}});
  } else {
    context.console.out << folder << ": "
                        << HumanCount(
                               static_cast<int64_t>(model.tensors.size()))
                        << " tensors and "
                        << HumanCount(static_cast<int64_t>(model.files.size()))
                        << " files are as sealed (result "
                        << model.result_identity << ")\n";
  }
  return ExitCode::kDone;
}

absl::StatusOr<ExitCode> Inspect(const VerbContext& context,
                                 const std::string& folder) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Model> model, Model::Open(folder));
  const Json json = ModelJson(*model);
  if (context.options.json) {
    context.PrintJson(json);
  } else {
    context.console.out << ModelText(json);
  }
  return ExitCode::kDone;
}

std::string Kind(const TensorInfo* info) {
  return info == nullptr ? ""
                         : absl::StrCat(DTypeName(info->dtype), " ",
                                        ShapeString(info->shape));
}

bool IsComparable(const TensorInfo* a, const TensorInfo* b) {
  return a != nullptr && b != nullptr && a->shape == b->shape &&
         IsDecodable(a->dtype) && IsDecodable(b->dtype);
}

absl::StatusOr<std::vector<TensorDifference>> Compare(const Checkpoint& before,
                                                      const Checkpoint& after) {
  std::set<std::string> names;
  for (const TensorInfo& info : before.tensors()) names.insert(info.name);
  for (const TensorInfo& info : after.tensors()) names.insert(info.name);
  std::vector<TensorDifference> differences;
  for (const std::string& name : names) {
    const TensorInfo* a = before.Find(name);
    const TensorInfo* b = after.Find(name);
    TensorDifference difference = {
        .name = name, .before = Kind(a), .after = Kind(b)};
    if (IsComparable(a, b)) {
      ASSIGN_OR_RETURN(difference.comparison,
                       CompareTensors(before, name, after, name));
    }
    differences.push_back(std::move(difference));
  }
  return differences;
}

absl::StatusOr<ExitCode> Diff(const VerbContext& context,
                              const DiffFlags& flags) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Checkpoint> before,
                   Checkpoint::Open(flags.before));
  ASSIGN_OR_RETURN(const std::unique_ptr<Checkpoint> after,
                   Checkpoint::Open(flags.after));
  ASSIGN_OR_RETURN(const std::vector<TensorDifference> differences,
                   Compare(*before, *after));
  if (context.options.json) {
    context.PrintJson(DifferenceJson(differences));
  } else {
    context.console.out << DifferenceText(differences, flags.only_changed);
  }
  return ExitCode::kDone;
}

}  // namespace

void AddModelVerbs(VerbSet& verbs) {
  const auto finished = std::make_shared<std::string>();
  CLI::App* verify = verbs.Add(
      "verify", "re-check every byte of a finished model",
      [finished](VerbContext& context) { return Verify(context, *finished); });
  verify->add_option("folder", *finished, "folder with a decant.json")
      ->required();

  const auto checkpoint = std::make_shared<std::string>();
  CLI::App* inspect =
      verbs.Add("inspect", "show a checkpoint's family, shapes and parameters",
                [checkpoint](VerbContext& context) {
                  return Inspect(context, *checkpoint);
                });
  inspect->add_option("checkpoint", *checkpoint, "checkpoint folder")
      ->required();

  const auto flags = std::make_shared<DiffFlags>();
  CLI::App* diff = verbs.Add(
      "diff", "show what changed from one checkpoint to another",
      [flags](VerbContext& context) { return Diff(context, *flags); });
  diff->add_option("before", flags->before, "checkpoint folder")->required();
  diff->add_option("after", flags->after, "checkpoint folder")->required();
  diff->add_flag("--changed", flags->only_changed,
                 "leave out tensors that are equal");
}

}  // namespace decant
