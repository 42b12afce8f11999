#include "coordinator/api/status_conversion.h"

#include <cstddef>
#include <string>

namespace decant {
namespace {

constexpr size_t kMaxMessageChars = 4096;

}  // namespace

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  std::string message(status.message().substr(0, kMaxMessageChars));
  if (status.message().size() > kMaxMessageChars) message += " ...";
  for (char& c : message) {
    if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') c = '?';
  }
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), message);
}

}  // namespace decant
