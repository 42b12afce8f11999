#include "worker/math/torch_status.h"

#include <c10/util/Exception.h>

#include <exception>
#include <new>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace decant {
namespace {

// The host allocator throws a plain c10::Error, so its text must be asked.
bool SpeaksOfMemory(absl::string_view message) {
  return absl::StrContains(message, "can't allocate memory") ||
         absl::StrContains(message, "not enough memory") ||
         absl::StrContains(message, "out of memory");
}

absl::Status FromMessage(absl::string_view doing, absl::string_view message) {
  const absl::string_view first_line = message.substr(0, message.find('\n'));
  const std::string text = absl::StrCat(doing, ": ", first_line);
  return SpeaksOfMemory(message) ? absl::ResourceExhaustedError(text)
                                 : absl::InternalError(text);
}

}  // namespace

absl::Status StatusFromCurrentException(absl::string_view doing) {
  try {
    throw;
  } catch (const c10::OutOfMemoryError& error) {
    const absl::Status status =
        FromMessage(doing, error.what_without_backtrace());
    return absl::ResourceExhaustedError(status.message());
  } catch (const c10::Error& error) {
    return FromMessage(doing, error.what_without_backtrace());
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError(
        absl::StrCat(doing, ": not enough memory on this host"));
  } catch (const std::exception& error) {
    return FromMessage(doing, error.what());
  } catch (...) {
    return absl::InternalError(absl::StrCat(doing, ": unknown exception"));
  }
}

}  // namespace decant
