#include "tests/sim/simulation.h"

#include <cstdlib>
#include <string>

#include "gtest/gtest.h"

namespace decant {
namespace {

// DECANT_SIM_SEED=n runs that seed alone; DECANT_SIM_SEEDS=n that many.
int FromEnvironment(const char* name, int fallback) {
  const char* text = std::getenv(name);
  return text == nullptr ? fallback : std::stoi(text);
}

TEST(SimulationTest, EverySeedEndsWithOneEffectForEachUnit) {
  const int only = FromEnvironment("DECANT_SIM_SEED", -1);
  const int first = only >= 0 ? only : 0;
  const int last =
      only >= 0 ? only : FromEnvironment("DECANT_SIM_SEEDS", 300) - 1;
  for (int seed = first; seed <= last; ++seed) {
    SCOPED_TRACE("DECANT_SIM_SEED=" + std::to_string(seed));
    Simulation simulation(static_cast<uint64_t>(seed));
    ASSERT_TRUE(simulation.Run()) << "the job did not end";
    simulation.CheckHistory();
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace decant
