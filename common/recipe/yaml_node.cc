#include "common/recipe/yaml_node.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/recipe/yaml_scalar.h"

namespace decant {
namespace {

// Errors quote only so much of a value.
constexpr size_t kMaxQuotedChars = 60;

Json PlainScalarToJson(const std::string& text) {
  if (const std::optional<bool> value = ParseYamlBool(text)) return *value;
  if (const std::optional<int64_t> value = ParseYamlInt(text)) return *value;
  if (const std::optional<double> value = ParseYamlDouble(text)) return *value;
  return text;
}

}  // namespace

std::string YamlMark::ToString() const {
  if (line == 0) return source;
  return absl::StrCat(source, ":", line, ":", column);
}

absl::Status YamlError(const YamlMark& mark, absl::string_view reason) {
  return absl::InvalidArgumentError(
      absl::StrCat(mark.ToString(), ": ", reason));
}

YamlNode YamlNode::Null(YamlMark mark) {
  YamlNode node;
  node.mark_ = std::move(mark);
  return node;
}

YamlNode YamlNode::Scalar(YamlMark mark, std::string text, bool is_quoted) {
  YamlNode node = Null(std::move(mark));
  node.kind_ = Kind::kScalar;
  node.text_ = std::move(text);
  node.is_quoted_ = is_quoted;
  return node;
}

YamlNode YamlNode::List(YamlMark mark) {
  YamlNode node = Null(std::move(mark));
  node.kind_ = Kind::kList;
  return node;
}

YamlNode YamlNode::Map(YamlMark mark) {
  YamlNode node = Null(std::move(mark));
  node.kind_ = Kind::kMap;
  return node;
}

std::string YamlNode::Describe() const {
  switch (kind_) {
    case Kind::kNull:
      return "nothing";
    case Kind::kList:
      return "a list";
    case Kind::kMap:
      return "a map";
    case Kind::kScalar:
      break;
  }
  std::string shown = text_.substr(0, kMaxQuotedChars);
  if (shown.size() < text_.size()) shown += "...";
  return is_quoted_ ? absl::StrCat("the string \"", shown, "\"")
                    : absl::StrCat("'", shown, "'");
}

const YamlNode* YamlNode::Find(absl::string_view key) const {
  for (const Entry& entry : entries_) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

YamlNode* YamlNode::FindMutable(absl::string_view key) {
  return const_cast<YamlNode*>(Find(key));
}

void YamlNode::Set(absl::string_view key, YamlMark key_mark, YamlNode value) {
  for (Entry& entry : entries_) {
    if (entry.key != key) continue;
    entry.key_mark = std::move(key_mark);
    entry.value = std::move(value);
    return;
  }
  entries_.push_back({std::string(key), std::move(key_mark), std::move(value)});
}

void YamlNode::Remove(absl::string_view key) {
  entries_.erase(
      std::remove_if(entries_.begin(), entries_.end(),
                     [&](const Entry& entry) { return entry.key == key; }),
      entries_.end());
}

Json YamlNode::ToJson() const {
  switch (kind_) {
    case Kind::kNull:
      return nullptr;
    case Kind::kScalar:
      return is_quoted_ ? Json(text_) : PlainScalarToJson(text_);
    case Kind::kList: {
      Json list = Json::array();
      for (const YamlNode& element : elements_) {
        list.push_back(element.ToJson());
      }
      return list;
    }
    case Kind::kMap:
      break;
  }
  Json object = Json::object();
  for (const Entry& entry : entries_) object[entry.key] = entry.value.ToJson();
  return object;
}

}  // namespace decant
