#include "cli/job_client.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/cli/shared_coordinator.h"

namespace decant {
namespace {

using ::testing::HasSubstr;

class JobClientTest : public SharedCoordinatorTest {
 protected:
  std::string address() const {
    return absl::StrCat("127.0.0.1:", server_->port());
  }
  Interrupt interrupt_;
};

TEST_F(JobClientTest, ListsAreReadToTheLastPage) {
  JobClient client(address(), interrupt_);

  const auto jobs = client.List();

  ASSERT_TRUE(jobs.ok()) << jobs.status();
  EXPECT_EQ(jobs->size(), 2u);
}

TEST_F(JobClientTest, SilenceIsUnavailableAndNamesTheAddress) {
  core_.parks_watch = true;
  JobClient client(address(), interrupt_);

  // A hold in the past leaves the call no time at all.
  const auto job = client.Watch("j-1", 0, -absl::Seconds(15));

  EXPECT_EQ(job.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(job.status().message()), HasSubstr(address()));
}

TEST_F(JobClientTest, LargePlansArrive) {
  JobClient client(address(), interrupt_);
  v1::PlanRequest request;
  request.mutable_recipe()->set_text(std::string(20'000'000, 'x'));

  // The fake core echoes the text.
  const auto plan = client.Plan(request);

  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(plan->size(), 20'000'000u);
}

}  // namespace
}  // namespace decant
