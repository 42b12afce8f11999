#include "worker/frames/runner_environment.h"

#include <cstdlib>

#include "absl/strings/str_cat.h"

namespace decant {
namespace {

struct LevelNames {
  const char* aten;
  const char* mkl;
  const char* onednn;
};

// Without these, each library picks by the exact processor model, and two
// hosts of one level could differ in the last bits.
LevelNames NamesOf(absl::string_view level) {
  if (level == "avx512") return {"avx512", "AVX512", "AVX512_CORE"};
  if (level == "avx2") return {"avx2", "AVX2", "AVX2"};
  return {"default", "COMPATIBLE", "SSE41"};
}

}  // namespace

absl::string_view CpuLevel() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool has_avx2 =
      __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (has_avx2 && __builtin_cpu_supports("avx512f") &&
      __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl")) {
    return "avx512";
  }
  if (has_avx2) return "avx2";
#endif
  return "baseline";
}

std::vector<std::pair<std::string, std::string>> RunnerEnvironment(
    int threads) {
  const std::string count = absl::StrCat(threads);
  const LevelNames names = NamesOf(CpuLevel());
  return {{"OMP_NUM_THREADS", count},
          {"MKL_NUM_THREADS", count},
          {"OMP_DYNAMIC", "FALSE"},
          {"MKL_DYNAMIC", "FALSE"},
          // Waiting threads sleep: runners of several slots share the cores.
          {"OMP_WAIT_POLICY", "PASSIVE"},
          {"ATEN_CPU_CAPABILITY", names.aten},
          {"MKL_CBWR", names.mkl},
          {"ONEDNN_MAX_CPU_ISA", names.onednn},
          {"CUBLAS_WORKSPACE_CONFIG", ":4096:8"},
          {"NVIDIA_TF32_OVERRIDE", "0"},
          {"TORCH_ALLOW_TF32_CUBLAS_OVERRIDE", "0"}};
}

bool HasRunnerEnvironment(int threads) {
  for (const auto& [name, value] : RunnerEnvironment(threads)) {
    const char* actual = std::getenv(name.c_str());
    if (actual == nullptr || value != actual) return false;
  }
  return true;
}

}  // namespace decant
