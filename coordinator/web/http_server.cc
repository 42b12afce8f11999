#include "coordinator/web/http_server.h"

#include <CivetServer.h>

#include <future>
#include <utility>
#include <vector>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/host_port.h"
#include "common/base/status_macros.h"
#include "coordinator/web/metrics_text.h"

namespace decant {
namespace {

constexpr char kMetricsType[] = "text/plain; version=0.0.4; charset=utf-8";
constexpr char kPlainType[] = "text/plain; charset=utf-8";

struct Page {
  int code = 200;
  std::string content_type = kPlainType;
  std::string body;
};

// The core's answer, or DeadlineExceeded: a page must not hang with the core.
absl::StatusOr<CoreMetrics> AskCore(Core& core, absl::Duration patience) {
  // Shared with the core, which may answer after we have gone.
  auto answer = std::make_shared<std::promise<absl::StatusOr<CoreMetrics>>>();
  std::future<absl::StatusOr<CoreMetrics>> future = answer->get_future();
  core.GetMetrics([answer](absl::StatusOr<CoreMetrics> metrics) {
    answer->set_value(std::move(metrics));
  });
  if (future.wait_for(absl::ToChronoNanoseconds(patience)) !=
      std::future_status::ready) {
    return absl::DeadlineExceededError("the coordinator's core is busy");
  }
  return future.get();
}

Page Unavailable(const absl::Status& status) {
  return {.code = 503, .body = absl::StrCat(status.message(), "\n")};
}

Page MetricsPage(Core& core, absl::Duration patience) {
  const absl::StatusOr<CoreMetrics> metrics = AskCore(core, patience);
  if (!metrics.ok()) return Unavailable(metrics.status());
  return {.content_type = kMetricsType, .body = MetricsText(*metrics)};
}

// Healthy means that the core answers: a process whose heart stands still must
// be restarted although its sockets still accept.
Page HealthPage(Core& core, absl::Duration patience) {
  const absl::StatusOr<CoreMetrics> metrics = AskCore(core, patience);
  if (!metrics.ok()) return Unavailable(metrics.status());
  return {.body = "ok\n"};
}

using MakePage = Page (*)(Core&, absl::Duration);

class PageHandler final : public CivetHandler {
 public:
  PageHandler(Core& core, absl::Duration patience, MakePage make_page)
      : core_(core), patience_(patience), make_page_(make_page) {}

  bool handleGet(CivetServer*, mg_connection* connection) override {
    const Page page = make_page_(core_, patience_);
    mg_printf(connection,
              "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
              "Connection: close\r\n\r\n",
              page.code, mg_get_response_code_text(connection, page.code),
              page.content_type.c_str(), page.body.size());
    mg_write(connection, page.body.data(), page.body.size());
    return true;
  }

 private:
  Core& core_;
  const absl::Duration patience_;
  const MakePage make_page_;
};

}  // namespace

class HttpServer::Impl {
 public:
  Impl(const HttpServerOptions& options, Core& core)
      : metrics_(core, options.patience, MetricsPage),
        health_(core, options.patience, HealthPage) {}

  // `address` is checked. AlreadyExists when nothing can listen there.
  absl::Status Listen(const std::string& address) {
    // CivetWeb's own log goes nowhere: the one line below says it all.
    static const CivetCallbacks& silent = *[] {
      auto* callbacks = new CivetCallbacks;
      callbacks->log_message = [](const mg_connection*, const char*) {
        return 1;
      };
      return callbacks;
    }();
    try {
      server_ = std::make_unique<CivetServer>(
          std::vector<std::string>{"listening_ports", address, "num_threads",
                                   "2", "request_timeout_ms", "10000"},
          &silent);
    } catch (const CivetException&) {
      return absl::AlreadyExistsError(
          absl::StrCat("address in use: ", address,
                       "; stop what listens there or choose another --http"));
    }
    server_->addHandler("/metrics$", metrics_);
    server_->addHandler("/healthz$", health_);
    return absl::OkStatus();
  }

  int port() const { return server_->getListeningPorts().front(); }

 private:
  PageHandler metrics_;
  PageHandler health_;
  std::unique_ptr<CivetServer> server_;
};

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;

int HttpServer::port() const { return impl_->port(); }

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(
    const HttpServerOptions& options, Core& core) {
  ASSIGN_OR_RETURN(HostPort address, ParseHostPort(options.address));
  if (!IsLoopbackHost(address.host)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--http ", options.address, ": only loopback is served; use 127.0.0.1:",
        address.port, " and reach it from other hosts by an SSH tunnel"));
  }
  // CivetWeb takes numbers only.
  if (address.host == "localhost") address.host = "127.0.0.1";
  auto impl = std::make_unique<Impl>(options, core);
  RETURN_IF_ERROR(impl->Listen(address.ToString()));
  return absl::WrapUnique(new HttpServer(std::move(impl)));
}

}  // namespace decant
