// A YAML document as a plain tree that remembers where each value stood.
#ifndef DECANT_COMMON_RECIPE_YAML_NODE_H_
#define DECANT_COMMON_RECIPE_YAML_NODE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/base/json.h"

namespace decant {

// Where a value was written. Line and column count from 1; both are 0 for a
// value that came from an override.
struct YamlMark {
  std::string source;  // The file's path, or "--set key=value".
  int64_t line = 0;
  int64_t column = 0;

  std::string ToString() const;  // "recipe.yaml:3:5" or "--set key=value".
};

// InvalidArgument "<mark>: <reason>".
absl::Status YamlError(const YamlMark& mark, absl::string_view reason);

// Value type. Scalars keep their spelling: a reader decides on the type.
class YamlNode {
 public:
  enum class Kind { kNull, kScalar, kList, kMap };
  struct Entry;

  YamlNode() = default;  // Null, nowhere.
  static YamlNode Null(YamlMark mark);
  static YamlNode Scalar(YamlMark mark, std::string text, bool is_quoted);
  static YamlNode List(YamlMark mark);
  static YamlNode Map(YamlMark mark);

  Kind kind() const { return kind_; }
  bool is_null() const { return kind_ == Kind::kNull; }
  bool is_scalar() const { return kind_ == Kind::kScalar; }
  bool is_list() const { return kind_ == Kind::kList; }
  bool is_map() const { return kind_ == Kind::kMap; }
  // "null", "a list", "a map", "the number 3", "the string 'x'": for errors.
  std::string Describe() const;
  const YamlMark& mark() const { return mark_; }

  // Of a scalar. Quoted ones are always strings.
  const std::string& text() const { return text_; }
  bool is_quoted() const { return is_quoted_; }

  // Of a list; empty otherwise.
  const std::vector<YamlNode>& elements() const { return elements_; }
  std::vector<YamlNode>& mutable_elements() { return elements_; }

  // Of a map, in the order written; empty otherwise.
  const std::vector<Entry>& entries() const { return entries_; }
  // Null pointer when absent.
  const YamlNode* Find(absl::string_view key) const;
  YamlNode* FindMutable(absl::string_view key);
  // Adds or replaces.
  void Set(absl::string_view key, YamlMark key_mark, YamlNode value);
  void Remove(absl::string_view key);

  // Plain scalars become null, booleans or numbers where they read as such,
  // else strings. Marks are lost.
  Json ToJson() const;

 private:
  Kind kind_ = Kind::kNull;
  YamlMark mark_;
  std::string text_;
  bool is_quoted_ = false;
  std::vector<YamlNode> elements_;
  std::vector<Entry> entries_;
};

struct YamlNode::Entry {
  std::string key;
  YamlMark key_mark;
  YamlNode value;
};

}  // namespace decant

#endif  // DECANT_COMMON_RECIPE_YAML_NODE_H_
