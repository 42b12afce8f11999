#include "common/recipe/overrides.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/base/status_macros.h"
#include "common/recipe/yaml_parser.h"
#include "common/recipe/yaml_scalar.h"

namespace decant {
namespace {

constexpr size_t kMaxPathParts = kMaxYamlDepth;

// "steps[0].delta" and "steps.0.delta" -> {"steps", "0", "delta"}.
absl::StatusOr<std::vector<std::string>> SplitPath(absl::string_view path,
                                                   const YamlMark& mark) {
  const std::string dotted = absl::StrReplaceAll(path, {{"[", "."}, {"]", ""}});
  std::vector<std::string> parts = absl::StrSplit(dotted, '.');
  if (parts.size() > kMaxPathParts) {
    return YamlError(mark, "the key path is too long");
  }
  for (const std::string& part : parts) {
    if (part.empty()) {
      return YamlError(mark, absl::StrCat("the key path '", path,
                                          "' has an empty part; write it as ",
                                          "steps.0.delta.drop=0.7"));
    }
  }
  return parts;
}

// The element of `list` that `part` counts.
absl::StatusOr<YamlNode*> Element(YamlNode& list, const std::string& part,
                                  const YamlMark& mark) {
  std::vector<YamlNode>& elements = list.mutable_elements();
  const std::optional<int64_t> index = ParseYamlInt(part);
  if (!index.has_value()) {
    return YamlError(
        mark, absl::StrCat("'", part, "' is no index, but ",
                           list.mark().ToString(), " is a list; count from 0"));
  }
  if (*index < 0 || static_cast<size_t>(*index) >= elements.size()) {
    return YamlError(
        mark, absl::StrCat("index ", *index, " is out of range: the list at ",
                           list.mark().ToString(), " has ", elements.size(),
                           " elements"));
  }
  return &elements[static_cast<size_t>(*index)];
}

// The place inside `node` that `part` names, created in a map if need be.
absl::StatusOr<YamlNode*> Descend(YamlNode& node, const std::string& part,
                                  const YamlMark& mark) {
  if (node.is_list()) return Element(node, part, mark);
  if (node.is_scalar()) {
    return YamlError(
        mark, absl::StrCat("there is no '", part, "' in ", node.Describe(),
                           " at ", node.mark().ToString()));
  }
  if (node.is_null()) node = YamlNode::Map(mark);
  // The key changes hands too: an unknown one is the override's fault.
  if (node.Find(part) == nullptr) node.Set(part, mark, YamlNode::Null(mark));
  return node.FindMutable(part);
}

}  // namespace

absl::Status ApplyOverride(absl::string_view text, YamlNode& root) {
  const YamlMark mark{absl::StrCat("--set ", text), 0, 0};
  const size_t equals = text.find('=');
  if (equals == absl::string_view::npos || equals == 0) {
    return YamlError(mark, "expected key.path=value");
  }
  if (absl::StrContains(text, "\n")) {
    return YamlError(mark, "expected a value on one line");
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> parts,
                   SplitPath(text.substr(0, equals), mark));
  ASSIGN_OR_RETURN(YamlNode value,
                   ParseYamlValue(text.substr(equals + 1), mark.source));

  YamlNode* node = &root;
  for (size_t i = 0; i + 1 < parts.size(); ++i) {
    ASSIGN_OR_RETURN(node, Descend(*node, parts[i], mark));
  }
  if (!node->is_list()) {
    RETURN_IF_ERROR(Descend(*node, parts.back(), mark).status());
    node->Set(parts.back(), mark, std::move(value));
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(YamlNode * element, Element(*node, parts.back(), mark));
  *element = std::move(value);
  return absl::OkStatus();
}

absl::Status ApplyOverrides(const std::vector<std::string>& overrides,
                            YamlNode& root) {
  for (const std::string& text : overrides) {
    RETURN_IF_ERROR(ApplyOverride(text, root));
  }
  return absl::OkStatus();
}

}  // namespace decant
