#include "coordinator/dispatch/mailbox.h"

#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace decant {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST(MailboxTest, MessagesComeInOrderAndLimited) {
  Mailbox<int> mailbox;
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(mailbox.Post(i));

  EXPECT_THAT(mailbox.Take(3, absl::ZeroDuration()), ElementsAre(0, 1, 2));
  EXPECT_THAT(mailbox.Take(3, absl::ZeroDuration()), ElementsAre(3, 4));
  EXPECT_THAT(mailbox.Take(3, absl::ZeroDuration()), IsEmpty());
}

TEST(MailboxTest, ClosingWakesTheTakerAndReturnsWhatIsLeft) {
  Mailbox<int> mailbox;
  std::vector<int> taken = {1};
  std::thread taker([&] { taken = mailbox.Take(1, std::nullopt); });
  EXPECT_THAT(mailbox.Close(), IsEmpty());
  taker.join();

  EXPECT_THAT(taken, IsEmpty());
  EXPECT_TRUE(mailbox.is_closed());
  EXPECT_FALSE(mailbox.Post(7));
}

TEST(MailboxTest, NothingIsLostBetweenThreads) {
  Mailbox<int> mailbox;
  std::vector<std::thread> posters;
  for (int i = 0; i < 4; ++i) {
    posters.emplace_back([&] {
      for (int j = 0; j < 1000; ++j) mailbox.Post(j);
    });
  }
  std::vector<int> all;
  while (all.size() < 4000) {
    for (int message : mailbox.Take(256, std::nullopt)) all.push_back(message);
  }
  for (std::thread& poster : posters) poster.join();

  EXPECT_THAT(all, SizeIs(4000));
}

}  // namespace
}  // namespace decant
