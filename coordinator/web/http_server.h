// The coordinator's HTTP side: /metrics for Prometheus, /healthz for whoever
// restarts it. CivetWeb itself and not prometheus::Exposer, which would add
// metrics of its own under another prefix.
#ifndef DECANT_COORDINATOR_WEB_HTTP_SERVER_H_
#define DECANT_COORDINATOR_WEB_HTTP_SERVER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "coordinator/dispatch/core.h"

namespace decant {

struct HttpServerOptions {
  std::string address = "127.0.0.1:7071";  // Port 0: the kernel chooses.
  // How long a page waits for the core before it answers 503.
  absl::Duration patience = absl::Seconds(5);
};

// Serves from Start until destruction, which may take two seconds.
class HttpServer {
 public:
  // `core` outlives this object.
  //
  // InvalidArgument  not a loopback address.
  // AlreadyExists    the address is in use; names it.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(
      const HttpServerOptions& options, Core& core);
  ~HttpServer();

  int port() const;

 private:
  class Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  const std::unique_ptr<Impl> impl_;
};

}  // namespace decant

#endif  // DECANT_COORDINATOR_WEB_HTTP_SERVER_H_
