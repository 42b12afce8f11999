#include "common/base/nearest.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace decant {
namespace {

constexpr size_t kMaxListed = 20;

size_t Limit(size_t longer) { return std::max<size_t>(2, longer / 3); }

// Levenshtein's distance, one row at a time.
size_t EditDistance(absl::string_view a, absl::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({substituted, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string Nearest(absl::string_view word,
                    const std::vector<std::string>& candidates) {
  const std::string* best = nullptr;
  size_t best_distance = 0;
  for (const std::string& candidate : candidates) {
    const size_t longer = std::max(word.size(), candidate.size());
    const size_t shorter = std::min(word.size(), candidate.size());
    // The difference in length bounds the distance from below: cheap to check,
    // and a checkpoint has tens of thousands of names.
    if (longer - shorter > Limit(longer)) continue;
    const size_t distance = EditDistance(word, candidate);
    // A word with nothing in common is not near, however short both are.
    if (distance > Limit(longer) || distance >= longer) continue;
    if (best == nullptr || distance < best_distance) {
      best = &candidate;
      best_distance = distance;
    }
  }
  return best == nullptr ? "" : *best;
}

std::string Suggestion(absl::string_view word,
                       const std::vector<std::string>& candidates) {
  const std::string nearest = Nearest(word, candidates);
  if (!nearest.empty()) {
    return absl::StrCat("; did you mean '", nearest, "'?");
  }
  if (candidates.empty()) return "";
  const size_t listed = std::min(candidates.size(), kMaxListed);
  const std::vector<std::string> first(
      candidates.begin(),
      candidates.begin() + static_cast<std::ptrdiff_t>(listed));
  std::string text = absl::StrCat("; known: ", absl::StrJoin(first, ", "));
  if (candidates.size() > listed) {
    absl::StrAppend(&text, " and ", candidates.size() - listed, " more");
  }
  return text;
}

}  // namespace decant
