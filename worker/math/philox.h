// Philox4x32-10, the counter-based generator behind every seeded choice in
// Decant: word i depends on (key, i) alone, so results never depend on
// threads, shards or workers. Free of libtorch. Thread-safe.
//
// Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (2011).
#ifndef DECANT_WORKER_MATH_PHILOX_H_
#define DECANT_WORKER_MATH_PHILOX_H_

#include <array>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace decant {

using PhiloxKey = std::array<uint32_t, 2>;
using PhiloxBlock = std::array<uint32_t, 4>;

// The bijection itself: ten rounds of `counter` under `key`.
PhiloxBlock PhiloxRounds(PhiloxBlock counter, PhiloxKey key);

// Names a stream (docs/methods): the first 8 bytes, little-endian, of
// SHA-256("<seed>/<purpose>/<step>/<name>"). Purposes: dare, kmeans, sketch,
// placebo, data.
PhiloxKey SeedKey(int64_t seed, absl::string_view purpose, int64_t step,
                  absl::string_view name);

// Word `index` of the stream: lane index % 4 of counter (index / 4, 0, 0),
// split into low and high half.
uint32_t PhiloxWord(PhiloxKey key, uint64_t index);

// Words [begin, end) of the stream into `words`; about 2 ns a word.
void FillPhiloxWords(PhiloxKey key, uint64_t begin, uint64_t end,
                     uint32_t* words);

// Standard normal values [begin, end) of the stream: value i is the cosine (i
// even) or sine (i odd) Box-Muller output of the words 2 * (i / 2) and
// 2 * (i / 2) + 1, computed in fp64.
void FillPhiloxNormals(PhiloxKey key, uint64_t begin, uint64_t end,
                       float* values);

}  // namespace decant

#endif  // DECANT_WORKER_MATH_PHILOX_H_
