// Stands for decant-runner in tests: no torch, and it does as it is told by
// the "job_id" of each order.
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "worker/frames/frame_codec.h"

namespace decant {
namespace {

class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}

  void Send(const Frame& frame) {
    const std::string bytes = *EncodeFrame(frame);
    send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }
  Frame Read() {
    for (;;) {
      auto next = decoder_.Next();
      if (!next.ok()) exit(9);
      if (next->has_value()) return **next;
      char buffer[4096];
      const ssize_t n = recv(fd_, buffer, sizeof(buffer), 0);
      if (n <= 0) exit(0);
      decoder_.Append(absl::string_view(buffer, static_cast<size_t>(n)));
    }
  }

 private:
  const int fd_;
  FrameDecoder decoder_;
};

[[noreturn]] void SleepForever() {
  for (;;) pause();
}

void Execute(const RunFrame& run, Socket& socket) {
  const std::string what = run.order.at("job_id").get<std::string>();
  std::cerr << "running " << what << std::endl;
  if (what == "crash") {
    signal(SIGSEGV, SIG_DFL);
    raise(SIGSEGV);
  }
  if (what == "exit") _exit(3);
  if (what == "expire") _exit(75);
  if (what == "garbage") {
    if (write(3, "this is no frame", 16) < 0) _exit(8);
    SleepForever();
  }
  if (what == "close") {
    close(3);
    SleepForever();
  }
  if (what == "freeze") SleepForever();
  if (what == "chatter") {
    for (int i = 0; i < 100; ++i) std::cerr << "line " << i << "\n";
    raise(SIGABRT);
  }
  if (what == "fail" || what == "ineligible" || what == "lost") {
    FailedFrame failed;
    failed.attempt = run.attempt;
    failed.code = 5;
    failed.message = absl::StrCat("told to ", what);
    failed.ineligible = what == "ineligible";
    if (what == "lost") failed.lost_artifact = std::string(32, 'a');
    socket.Send(failed);
    return;
  }
  if (what == "wait") {
    socket.Send(ProgressFrame{run.attempt, 1, 2});
    for (;;) {
      const Frame frame = socket.Read();
      if (!std::holds_alternative<CancelFrame>(frame)) continue;
      socket.Send(FailedFrame{.attempt = run.attempt, .code = 1});
      return;
    }
  }
  const char* threads = std::getenv("OMP_NUM_THREADS");
  socket.Send(DoneFrame{
      .attempt = run.attempt,
      .result = {{"outputs", Json::object()},
                 {"summary", {{"threads", threads == nullptr ? "" : threads}}}},
      .run_micros = 1});
}

int Describe() {
  std::cout << R"({"numerics_class":"fake-class","ops":{"merge":3},)"
            << R"("cuda_devices":[]})" << std::endl;
  return 0;
}

int Serve() {
  Socket socket(3);
  socket.Send(HelloFrame{.pid = getpid()});
  for (;;) {
    const Frame frame = socket.Read();
    if (const auto* run = std::get_if<RunFrame>(&frame)) Execute(*run, socket);
  }
}

}  // namespace
}  // namespace decant

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--describe") == 0) return decant::Describe();
  }
  return decant::Serve();
}
