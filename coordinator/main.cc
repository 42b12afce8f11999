// decant-coordinator: plans jobs, leases units to workers, remembers results.
#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/artifact/artifact_store.h"
#include "common/base/clock.h"
#include "common/base/files.h"
#include "common/base/ids.h"
#include "common/base/json.h"
#include "common/base/log.h"
#include "common/base/status_macros.h"
#include "common/base/version.h"
#include "coordinator/api/api_server.h"
#include "coordinator/api/quiet_grpc.h"
#include "coordinator/dispatch/core.h"
#include "coordinator/dispatch/posix_job_files.h"
#include "coordinator/plan/methods/builtin_methods.h"
#include "coordinator/store/sqlite_store.h"
#include "coordinator/web/http_server.h"

namespace decant {
namespace {

constexpr int kExitFailed = 1;
constexpr int kExitUsage = 2;

struct Flags {
  std::string listen = "127.0.0.1:7070";
  std::string http = "127.0.0.1:7071";
  std::string state;
  std::string workspace;
  std::string port_file;
  double lease_ttl_seconds = 60;
  bool take_over_workspace = false;
  bool check_database = false;
  int64_t crash_after_commits = 0;
};

void AddFlags(CLI::App& app, Flags& flags) {
  app.add_option("--listen", flags.listen,
                 "gRPC address; port 0 lets the system choose")
      ->capture_default_str();
  app.add_option("--http", flags.http,
                 "address of /metrics and /healthz; off: none")
      ->capture_default_str();
  app.add_option("--state", flags.state,
                 "folder of the database decant.db; a local disk")
      ->required();
  app.add_option("--workspace", flags.workspace,
                 "folder that every worker sees under this path");
  app.add_option("--lease-ttl", flags.lease_ttl_seconds,
                 "seconds without a word after which a worker is lost")
      ->check(CLI::Range(1.0, 86'400.0))
      ->capture_default_str();
  app.add_option("--port-file", flags.port_file,
                 "write the ports there as JSON once both serve");
  app.add_flag("--take-over-workspace", flags.take_over_workspace,
               "claim a workspace whose coordinator's database is gone");
  app.add_flag("--check-database", flags.check_database,
               "check the database of --state and exit");
  // For fault tests; hidden.
  app.add_option("--crash-after-commits", flags.crash_after_commits)->group("");
  app.set_version_flag("--version",
                       absl::StrCat("decant-coordinator ", kVersion));
}

// Blocked in every thread, so that only the wait in Serve sees them.
sigset_t BlockStopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  return signals;
}

absl::Status WritePortFile(const std::string& path, const ApiServer& api,
                           const HttpServer* http) {
  if (path.empty()) return absl::OkStatus();
  const Json ports = {{"grpc", api.port()},
                      {"http", http == nullptr ? 0 : http->port()},
                      {"pid", static_cast<int64_t>(getpid())}};
  return WriteFileAtomically(path, CanonicalJson(ports));
}

// Serves until a stop signal. The core stops before the servers, because it
// answers the calls they wait for.
absl::Status Serve(const Flags& flags, const sigset_t& signals, Core& core,
                   const v1::GetVersionReply& version) {
  const LoopbackCredentials credentials;
  ASSIGN_OR_RETURN(
      const std::unique_ptr<ApiServer> api,
      ApiServer::Start({.address = flags.listen, .version = version},
                       credentials, core));
  std::unique_ptr<HttpServer> http;
  if (flags.http != "off") {
    ASSIGN_OR_RETURN(http, HttpServer::Start({.address = flags.http}, core));
  }
  RETURN_IF_ERROR(WritePortFile(flags.port_file, *api, http.get()));
  Log(LogLevel::kInfo, absl::StrCat("serving gRPC on port ", api->port()));
  if (http != nullptr) {
    Log(LogLevel::kInfo, absl::StrCat("serving HTTP on port ", http->port()));
  }
  int received = 0;
  sigwait(&signals, &received);
  Log(LogLevel::kInfo, "stopping");
  core.Stop();
  api->Stop();
  return flags.port_file.empty() ? absl::OkStatus()
                                 : RemoveFile(flags.port_file);
}

absl::StatusOr<ArtifactStore> OpenWorkspace(const Flags& flags,
                                            const std::string& store_id) {
  ASSIGN_OR_RETURN(ArtifactStore artifacts,
                   ArtifactStore::Open(AbsolutePath(flags.workspace)));
  const absl::Status claimed =
      artifacts.Claim(store_id, flags.take_over_workspace);
  if (absl::IsFailedPrecondition(claimed)) {
    return absl::FailedPreconditionError(
        absl::StrCat(claimed.message(), "; if that coordinator's database is ",
                     "gone for good, start with --take-over-workspace"));
  }
  RETURN_IF_ERROR(claimed);
  return artifacts;
}

// What workers read back to prove that they see the same folder. Kept across
// restarts, so that they need not read it again.
absl::StatusOr<std::string> WorkspaceNonce(ArtifactStore& artifacts) {
  const absl::StatusOr<std::string> old = artifacts.ReadNonce("coordinator");
  if (old.ok() && !old->empty()) return old;
  const std::string nonce = RandomChars(26);
  RETURN_IF_ERROR(artifacts.WriteNonce("coordinator", nonce));
  return nonce;
}

// Opening checks the file and the schema.
absl::Status CheckDatabase(const Flags& flags) {
  const std::string path = JoinPath(flags.state, "decant.db");
  if (!FileExists(path)) {
    return absl::NotFoundError(absl::StrCat(path, ": no such database"));
  }
  return SqliteStore::Open({.path = path}).status();
}

absl::Status Run(const Flags& flags, const sigset_t& signals) {
  // Before anything is written: a refused address leaves no trace.
  RETURN_IF_ERROR(LoopbackCredentials().ForServer(flags.listen).status());
  if (flags.workspace.empty()) {
    return absl::InvalidArgumentError("--workspace is required");
  }
  RETURN_IF_ERROR(MakeFolders(flags.state));
  ASSIGN_OR_RETURN(
      const std::unique_ptr<SqliteStore> store,
      SqliteStore::Open({.path = JoinPath(flags.state, "decant.db"),
                         .crash_after_commits = flags.crash_after_commits}));
  ASSIGN_OR_RETURN(ArtifactStore artifacts,
                   OpenWorkspace(flags, store->store_id()));
  MethodRegistry methods;
  RegisterBuiltinMethods(methods);
  PosixJobFiles files(artifacts, methods);
  ASSIGN_OR_RETURN(const std::string nonce, WorkspaceNonce(artifacts));
  const CoreOptions options = {
      .lease_ttl = absl::Seconds(flags.lease_ttl_seconds),
      .workspace = artifacts.root(),
      .workspace_nonce = nonce,
      .version = kVersion,
  };
  ASSIGN_OR_RETURN(const std::unique_ptr<Core> core,
                   Core::Start(options, *store, files, Clock::Real()));
  v1::GetVersionReply version;
  version.set_version(kVersion);
  version.set_min_api_version(kMinApiVersion);
  version.set_max_api_version(kMaxApiVersion);
  version.set_store_id(store->store_id());
  version.set_workspace(artifacts.root());
  const absl::Status served = Serve(flags, signals, *core, version);
  core->Stop();
  return served;
}

}  // namespace
}  // namespace decant

int main(int argc, char** argv) {
  const sigset_t signals = decant::BlockStopSignals();
  decant::SilenceGrpcLog();
  CLI::App app("Plans Decant jobs and leases their units to workers.",
               "decant-coordinator");
  decant::Flags flags;
  decant::AddFlags(app, flags);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::Error& error) {
    std::fprintf(stderr, "decant-coordinator: %s\n", error.what());
    return decant::kExitUsage;
  }
  const absl::Status status = flags.check_database
                                  ? decant::CheckDatabase(flags)
                                  : decant::Run(flags, signals);
  if (status.ok()) return 0;
  std::fprintf(stderr, "decant-coordinator: %s\n",
               std::string(status.message()).c_str());
  return absl::IsInvalidArgument(status) ? decant::kExitUsage
                                         : decant::kExitFailed;
}
