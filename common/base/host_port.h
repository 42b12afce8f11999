// "HOST:PORT" as flags spell addresses.
#ifndef DECANT_COMMON_BASE_HOST_PORT_H_
#define DECANT_COMMON_BASE_HOST_PORT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace decant {

struct HostPort {
  std::string host;  // Without the brackets of an IPv6 address.
  int port = 0;      // 0: the kernel chooses.

  std::string ToString() const;
};

// "127.0.0.1:7070", "localhost:0", "[::1]:7070". InvalidArgument naming
// `text`: no port, one beyond 65535, an empty host, or a bare IPv6 address.
absl::StatusOr<HostPort> ParseHostPort(absl::string_view text);

// 127.0.0.0/8, ::1 and "localhost". Names are not looked up: what they resolve
// to is not ours to trust.
bool IsLoopbackHost(absl::string_view host);

}  // namespace decant

#endif  // DECANT_COMMON_BASE_HOST_PORT_H_
