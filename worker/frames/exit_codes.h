// How a runner that ended itself says why.
#ifndef DECANT_WORKER_FRAMES_EXIT_CODES_H_
#define DECANT_WORKER_FRAMES_EXIT_CODES_H_

namespace decant {

inline constexpr int kExitDaemonGone = 0;
// The lease deadline passed: the unit is not ours any more, nothing failed.
inline constexpr int kExitDeadline = 75;      // EX_TEMPFAIL
inline constexpr int kExitBrokenStream = 76;  // EX_PROTOCOL

}  // namespace decant

#endif  // DECANT_WORKER_FRAMES_EXIT_CODES_H_
