#include "common/base/json.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace decant {
namespace {

constexpr size_t kMaxDepth = 64;

// "syntax error while parsing value - invalid literal; expected ..." from
// nlohmann's "[json.exception...] parse error at line 1, column 2: ...; last
// read: '...'; expected ...". The quoted bytes are cut out: they are the
// attacker's, and need not be UTF-8.
std::string Reason(const std::string& what) {
  std::string reason = what;
  const size_t column = reason.find(", column ");
  const size_t colon = column == std::string::npos ? std::string::npos
                                                   : reason.find(": ", column);
  if (colon != std::string::npos) reason.erase(0, colon + 2);
  const size_t quoted = reason.find("; last read: ");
  if (quoted == std::string::npos) return reason;
  const size_t expected = reason.rfind("; expected ");
  if (expected == std::string::npos || expected < quoted) {
    return reason.substr(0, quoted);
  }
  return reason.substr(0, quoted) + reason.substr(expected);
}

// Builds the value. Returning false from any event stops the parser.
class Builder final : public nlohmann::json_sax<Json> {
 public:
  bool null() override { return Place(Json(nullptr)); }
  bool boolean(bool value) override { return Place(Json(value)); }
  bool number_integer(int64_t value) override { return Place(Json(value)); }
  bool number_unsigned(uint64_t value) override { return Place(Json(value)); }
  bool number_float(double value, const std::string&) override {
    return Place(Json(value));
  }
  bool string(std::string& value) override {
    return Place(Json(std::move(value)));
  }
  bool binary(Json::binary_t&) override { return false; }  // Not in text.

  bool start_object(size_t) override { return Open(Json::object()); }
  bool start_array(size_t) override { return Open(Json::array()); }
  bool end_object() override { return Close(); }
  bool end_array() override { return Close(); }

  bool key(std::string& name) override {
    const auto [slot, added] = open_.back()->emplace(name, nullptr);
    if (!added) {
      // Two spellings of one value: readers differ on which one wins.
      fault_ = absl::StrCat("duplicate key ", Json(name).dump());
      return false;
    }
    member_ = &*slot;
    return true;
  }

  bool parse_error(size_t position, const std::string&,
                   const nlohmann::detail::exception& error) override {
    fault_ = Reason(error.what());
    fault_position_ = position;
    return false;
  }

  Json TakeRoot() { return std::move(root_); }
  const std::string& fault() const { return fault_; }
  // Bytes read before the fault; 0 when the parser did not say.
  size_t fault_position() const { return fault_position_; }

 private:
  bool Place(Json value) {
    *NextSlot() = std::move(value);
    return true;
  }

  bool Open(Json container) {
    if (open_.size() >= kMaxDepth) {
      fault_ = absl::StrCat("nested deeper than ", kMaxDepth);
      return false;
    }
    Json* slot = NextSlot();
    *slot = std::move(container);
    open_.push_back(slot);
    return true;
  }

  bool Close() {
    open_.pop_back();
    return true;
  }

  Json* NextSlot() {
    if (open_.empty()) return &root_;
    if (open_.back()->is_object()) return member_;
    open_.back()->push_back(nullptr);
    return &open_.back()->back();
  }

  Json root_;
  // Containers being filled. Only the last of an array's elements is ever
  // open, so growing the array never leaves a dangling pointer here.
  std::vector<Json*> open_;
  Json* member_ = nullptr;
  std::string fault_;
  size_t fault_position_ = 0;
};

// Counts the bytes the parser takes, for faults it does not place itself.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, size_t* taken) : at_(at), taken_(taken) {}
  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    ++at_;
    ++*taken_;
    return *this;
  }
  bool operator==(const CountingIterator& other) const {
    return at_ == other.at_;
  }
  bool operator!=(const CountingIterator& other) const {
    return at_ != other.at_;
  }

 private:
  const char* at_;
  size_t* taken_;
};

std::string LineAndColumn(absl::string_view text, size_t position) {
  // `position` counts bytes read, the last of which is the offending one.
  const absl::string_view before =
      text.substr(0, position == 0 ? 0 : position - 1);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const size_t newline = before.rfind('\n');
  const size_t column = newline == absl::string_view::npos
                            ? before.size() + 1
                            : before.size() - newline;
  return absl::StrCat(line, ":", column);
}

}  // namespace

absl::StatusOr<Json> ParseJson(absl::string_view text, absl::string_view what) {
  Builder builder;
  size_t taken = 0;
  const CountingIterator begin(text.data(), &taken);
  const CountingIterator end(text.data() + text.size(), &taken);
  if (Json::sax_parse(begin, end, &builder)) return builder.TakeRoot();
  const size_t position =
      builder.fault_position() > 0 ? builder.fault_position() : taken;
  return absl::InvalidArgumentError(
      absl::StrCat(what, ":", LineAndColumn(text, position),
                   ": not valid JSON: ", builder.fault()));
}

std::string CanonicalJson(const Json& value) {
  // Bytes that are not UTF-8 cannot come out of ParseJson; in values made by
  // hand they are replaced, because dump() would throw.
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace decant
