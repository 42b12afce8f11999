#include "worker/io/slice_prefetcher.h"

#include <ATen/ops/equal.h>
#include <ATen/ops/randn.h>

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/worker/io/checkpoint_builder.h"

namespace decant {
namespace {

constexpr int64_t kRows = 40;

class SlicePrefetcherTest : public testing::Test {
 protected:
  SlicePrefetcherTest()
      : stored_(at::randn({kRows, 3})),
        checkpoint_(MakeCheckpoint(FreshFolder("m"), {{"w", stored_}})) {}

  // One slice per row, last row first.
  static std::vector<TensorSlice> RowsFromTheEnd() {
    std::vector<TensorSlice> slices;
    for (int64_t row = kRows - 1; row >= 0; --row) {
      slices.push_back({"w", row, 1});
    }
    return slices;
  }

  const at::Tensor stored_;
  const std::unique_ptr<Checkpoint> checkpoint_;
};

TEST_F(SlicePrefetcherTest, GivesSlicesInTheirOrderWhateverTheWindow) {
  for (const int64_t ahead_bytes : {0, 12, 30, 1 << 20}) {
    for (const int num_readers : {1, 2, 7}) {
      SlicePrefetcher prefetcher(
          *checkpoint_, RowsFromTheEnd(),
          {.ahead_bytes = ahead_bytes, .num_readers = num_readers});
      for (int64_t row = kRows - 1; row >= 0; --row) {
        const absl::StatusOr<at::Tensor> slice = prefetcher.Next();
        ASSERT_TRUE(slice.ok()) << slice.status();
        EXPECT_TRUE(at::equal(*slice, stored_.narrow(0, row, 1)));
      }
      EXPECT_EQ(prefetcher.Next().status().code(),
                absl::StatusCode::kOutOfRange);
    }
  }
}

TEST_F(SlicePrefetcherTest, ErrorsComeInTheirPlace) {
  SlicePrefetcher prefetcher(*checkpoint_, {{"w", 0, 1}, {"v", 0, 1}, {"w"}},
                             {});

  EXPECT_TRUE(prefetcher.Next().ok());
  EXPECT_EQ(prefetcher.Next().status().code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(prefetcher.Next().ok());
}

TEST_F(SlicePrefetcherTest, MayBeDroppedBeforeTheEnd) {
  for (int consumed = 0; consumed < 5; ++consumed) {
    SlicePrefetcher prefetcher(*checkpoint_, RowsFromTheEnd(),
                               {.ahead_bytes = 24});
    for (int i = 0; i < consumed; ++i) ASSERT_TRUE(prefetcher.Next().ok());
  }
}

TEST_F(SlicePrefetcherTest, NoSlicesIsTheEndAtOnce) {
  SlicePrefetcher prefetcher(*checkpoint_, {}, {});

  EXPECT_EQ(prefetcher.Next().status().code(), absl::StatusCode::kOutOfRange);
}

}  // namespace
}  // namespace decant
