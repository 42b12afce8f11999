#include "coordinator/schedule/unit_state.h"

#include <array>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace decant {
namespace {

constexpr std::array<absl::string_view, kNumUnitStates> kUnitStateNames = {
    "blocked", "ready", "leased", "done", "quarantined", "cancelled"};

constexpr std::array<absl::string_view, kNumUnitEvents> kUnitEventNames = {
    "inputs_done", "inputs_lost", "granted",  "cache_hit",  "finished",
    "failed",      "expired",     "released", "input_lost", "gave_up",
    "output_lost", "cancel",      "reset"};

std::optional<UnitState> NextOfReady(UnitEvent event) {
  switch (event) {
    case UnitEvent::kInputsLost:
      return UnitState::kBlocked;
    case UnitEvent::kGranted:
      return UnitState::kLeased;
    case UnitEvent::kCacheHit:
      return UnitState::kDone;
    case UnitEvent::kCancel:
      return UnitState::kCancelled;
    case UnitEvent::kReset:
      return UnitState::kBlocked;
    default:
      return std::nullopt;
  }
}

std::optional<UnitState> NextOfLeased(UnitEvent event) {
  switch (event) {
    case UnitEvent::kFinished:
      return UnitState::kDone;
    case UnitEvent::kFailed:
    case UnitEvent::kExpired:
    case UnitEvent::kReleased:
      return UnitState::kReady;
    case UnitEvent::kInputLost:
      return UnitState::kBlocked;
    case UnitEvent::kGaveUp:
      return UnitState::kQuarantined;
    default:
      return std::nullopt;
  }
}

std::optional<UnitState> Next(UnitState state, UnitEvent event) {
  switch (state) {
    case UnitState::kBlocked:
      if (event == UnitEvent::kInputsDone) return UnitState::kReady;
      if (event == UnitEvent::kCancel) return UnitState::kCancelled;
      if (event == UnitEvent::kReset) return UnitState::kBlocked;
      return std::nullopt;
    case UnitState::kReady:
      return NextOfReady(event);
    case UnitState::kLeased:
      return NextOfLeased(event);
    case UnitState::kDone:
      if (event == UnitEvent::kOutputLost) return UnitState::kReady;
      if (event == UnitEvent::kReset) return UnitState::kBlocked;
      return std::nullopt;
    case UnitState::kQuarantined:
    case UnitState::kCancelled:
      if (event == UnitEvent::kReset) return UnitState::kBlocked;
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

absl::StatusOr<UnitState> NextState(UnitState state, UnitEvent event) {
  const std::optional<UnitState> next = Next(state, event);
  if (next.has_value()) return *next;
  return absl::FailedPreconditionError(
      absl::StrCat("unit cannot take event '", UnitEventName(event),
                   "' in state '", UnitStateName(state), "'"));
}

absl::string_view UnitStateName(UnitState state) {
  return kUnitStateNames[static_cast<size_t>(state)];
}

absl::string_view UnitEventName(UnitEvent event) {
  return kUnitEventNames[static_cast<size_t>(event)];
}

absl::StatusOr<UnitState> ParseUnitState(absl::string_view name) {
  for (size_t i = 0; i < kUnitStateNames.size(); ++i) {
    if (kUnitStateNames[i] == name) return static_cast<UnitState>(i);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("not a state of a unit: '", name, "'"));
}

}  // namespace decant
