#include "coordinator/schedule/lease_book.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace decant {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr absl::Duration kLeaseTtl = absl::Seconds(12);
constexpr absl::Duration kRelease = absl::Seconds(13);
constexpr UnitKey kUnitA = {1, 0};
constexpr UnitKey kUnitB = {1, 1};
constexpr UnitKey kUnitC = {2, 0};

TEST(LeaseBookTest, ALeaseEndsThirteenTwelfthsOfTheTtlAfterItsRenewal) {
  LeaseBook book(kLeaseTtl);
  book.Grant(kUnitA, "w", "i", 1, absl::Seconds(100));

  book.Renew(kUnitA, absl::Seconds(110));

  EXPECT_THAT(book.Expired(absl::Seconds(110) + kRelease - absl::Seconds(1)),
              IsEmpty());
  EXPECT_THAT(book.Expired(absl::Seconds(110) + kRelease), ElementsAre(kUnitA));
  EXPECT_EQ(book.NextDeadline(), absl::Seconds(110) + kRelease);
}

TEST(LeaseBookTest, ExpiredComesByDeadline) {
  LeaseBook book(kLeaseTtl);
  book.Grant(kUnitA, "w", "i", 1, absl::Seconds(3));
  book.Grant(kUnitB, "w", "i", 1, absl::Seconds(1));
  book.Grant(kUnitC, "w", "i", 1, absl::Seconds(2));

  EXPECT_THAT(book.Expired(absl::Seconds(15)), ElementsAre(kUnitB, kUnitC));
}

TEST(LeaseBookTest, KnowsLeasesByWorkerAndJobUntilRemoved) {
  LeaseBook book(kLeaseTtl);
  book.Grant(kUnitA, "w1", "i", 1, absl::ZeroDuration());
  book.Grant(kUnitB, "w2", "i", 1, absl::ZeroDuration());
  book.Grant(kUnitC, "w1", "i", 7, absl::ZeroDuration());
  EXPECT_THAT(book.OfWorker("w1"), ElementsAre(kUnitA, kUnitC));
  EXPECT_THAT(book.OfJob(1), ElementsAre(kUnitA, kUnitB));

  const Lease removed = book.Remove(kUnitC);

  EXPECT_EQ(removed.epoch, 7);
  EXPECT_EQ(book.Find(kUnitC), nullptr);
  EXPECT_THAT(book.OfWorker("w1"), ElementsAre(kUnitA));
  EXPECT_THAT(book.OfJob(2), IsEmpty());
  EXPECT_EQ(book.size(), 2u);
}

TEST(LeaseBookTest, AnEmptyBookHasNoDeadline) {
  LeaseBook book(kLeaseTtl);
  book.Grant(kUnitA, "w", "i", 1, absl::ZeroDuration());
  book.Remove(kUnitA);

  EXPECT_EQ(book.NextDeadline(), std::nullopt);
  EXPECT_THAT(book.OfWorker("w"), IsEmpty());
}

}  // namespace
}  // namespace decant
