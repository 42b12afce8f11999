#include "common/tensor/safetensors_reader.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/json.h"
#include "common/base/status_macros.h"

namespace decant {
namespace {

constexpr char kMetadataKey[] = "__metadata__";
constexpr int64_t kLengthWordBytes = 8;

// The length word: N as unsigned 64-bit little-endian.
std::array<uint8_t, kLengthWordBytes> EncodeLength(uint64_t length) {
  std::array<uint8_t, kLengthWordBytes> word;
  for (uint8_t& byte : word) {
    byte = static_cast<uint8_t>(length & 0xFF);
    length >>= 8;
  }
  return word;
}

uint64_t DecodeLength(const std::array<uint8_t, kLengthWordBytes>& word) {
  uint64_t length = 0;
  for (size_t i = word.size(); i-- > 0;) length = length << 8 | word[i];
  return length;
}

// Only what the parser read as a non-negative whole number: "1.0", "-0" and
// "1e3" are refused.
bool GetExtent(const Json& value, int64_t& out) {
  if (!value.is_number_unsigned()) return false;
  const uint64_t number = value.get<uint64_t>();
  if (number > static_cast<uint64_t>(INT64_MAX)) return false;
  out = static_cast<int64_t>(number);
  return true;
}

bool GetExtents(const Json& entry, const char* key, std::vector<int64_t>& out) {
  const auto found = entry.find(key);
  if (found == entry.end() || !found->is_array()) return false;
  out.reserve(found->size());
  for (const Json& value : *found) {
    if (!GetExtent(value, out.emplace_back())) return false;
  }
  return true;
}

absl::Status CheckLength(const TensorInfo& info) {
  ASSIGN_OR_RETURN(const int64_t count, NumElements(info.shape));
  int64_t want = 0;
  if (__builtin_mul_overflow(count, DTypeSizeBytes(info.dtype), &want)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "shape ", ShapeString(info.shape), " has more bytes than 2^63"));
  }
  if (want == info.size_bytes) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "data_offsets cover ", info.size_bytes, " bytes but ",
      DTypeName(info.dtype), " ", ShapeString(info.shape), " takes ", want));
}

// One entry of the header. Offsets in the result are relative to the data.
absl::StatusOr<TensorInfo> ParseEntry(const std::string& name,
                                      const Json& entry) {
  if (!entry.is_object()) {
    return absl::InvalidArgumentError("entry is not an object");
  }
  TensorInfo info;
  info.name = name;
  const auto dtype = entry.find("dtype");
  if (dtype == entry.end() || !dtype->is_string()) {
    return absl::InvalidArgumentError("dtype is missing or not a string");
  }
  ASSIGN_OR_RETURN(info.dtype,
                   ParseDType(dtype->get_ref<const std::string&>()));
  if (!GetExtents(entry, "shape", info.shape)) {
    return absl::InvalidArgumentError(
        "shape is not a list of non-negative 64-bit integers");
  }
  std::vector<int64_t> offsets;
  if (!GetExtents(entry, "data_offsets", offsets) || offsets.size() != 2) {
    return absl::InvalidArgumentError(
        "data_offsets is not two non-negative 64-bit integers");
  }
  if (offsets[1] < offsets[0]) {
    return absl::InvalidArgumentError(
        absl::StrCat("data_offsets end at ", offsets[1],
                     " before they begin at ", offsets[0]));
  }
  info.offset_bytes = offsets[0];
  info.size_bytes = offsets[1] - offsets[0];
  RETURN_IF_ERROR(CheckLength(info));
  return info;
}

absl::StatusOr<std::map<std::string, std::string>> ParseMetadata(
    const Json& object) {
  std::map<std::string, std::string> metadata;
  if (!object.is_object()) {
    return absl::InvalidArgumentError("is not an object");
  }
  for (const auto& [key, value] : object.items()) {
    if (!value.is_string()) {
      return absl::InvalidArgumentError(
          absl::StrCat("value of '", key, "' is not a string"));
    }
    metadata.emplace(key, value.get<std::string>());
  }
  return metadata;
}

// Every byte of the data belongs to exactly one tensor: no hole in which
// something could hide, no overlap, nothing missing, nothing trailing.
absl::Status CheckCoverage(const std::vector<TensorInfo>& tensors,
                           int64_t data_bytes) {
  std::vector<const TensorInfo*> by_offset;
  by_offset.reserve(tensors.size());
  for (const TensorInfo& info : tensors) by_offset.push_back(&info);
  std::sort(by_offset.begin(), by_offset.end(),
            [](const TensorInfo* a, const TensorInfo* b) {
              return std::make_pair(a->offset_bytes, a->size_bytes) <
                     std::make_pair(b->offset_bytes, b->size_bytes);
            });
  int64_t end = 0;
  for (const TensorInfo* info : by_offset) {
    if (info->offset_bytes != end) {
      return absl::InvalidArgumentError(absl::StrCat(
          "tensor '", info->name, "' begins at data byte ", info->offset_bytes,
          info->offset_bytes < end ? ", inside the tensor that ends at "
                                   : ", leaving a hole after ",
          end));
    }
    end += info->size_bytes;  // At most the larger data_offset: no overflow.
  }
  if (end == data_bytes) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "tensors cover ", end, " bytes of data but the file holds ", data_bytes,
      end < data_bytes ? ": trailing bytes" : ": it was cut short"));
}

absl::Status CheckHeaderSize(uint64_t header_bytes, int64_t file_size_bytes) {
  if (header_bytes > static_cast<uint64_t>(kMaxSafetensorsHeaderBytes)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "header of ", header_bytes, " bytes; at most ",
        kMaxSafetensorsHeaderBytes, " are accepted: not a safetensors file"));
  }
  if (static_cast<int64_t>(header_bytes) > file_size_bytes - kLengthWordBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("header of ", header_bytes, " bytes in a file of ",
                     file_size_bytes, ": it was cut short"));
  }
  return absl::OkStatus();
}

std::string HeaderDigest(absl::string_view json) {
  const auto word = EncodeLength(json.size());
  Xxh128Stream stream;
  stream.Update(word.data(), word.size());
  stream.Update(json.data(), json.size());
  return stream.Hex();
}

absl::StatusOr<SafetensorsHeader> ParseObject(const Json& object) {
  SafetensorsHeader header;
  header.tensors.reserve(object.size());
  // Json keeps keys sorted, and so are the tensors.
  for (const auto& [name, entry] : object.items()) {
    if (name == kMetadataKey) {
      absl::StatusOr<std::map<std::string, std::string>> metadata =
          ParseMetadata(entry);
      if (!metadata.ok()) return Annotate(metadata.status(), kMetadataKey);
      header.metadata = *std::move(metadata);
      continue;
    }
    absl::StatusOr<TensorInfo> info = ParseEntry(name, entry);
    if (!info.ok()) {
      return Annotate(info.status(), absl::StrCat("tensor '", name, "'"));
    }
    header.tensors.push_back(*std::move(info));
  }
  return header;
}

// A checkpoint fetched without Git LFS holds text stubs in place of weights;
// its first eight bytes, "version ", would read as an absurd length.
bool IsLfsPointer(const std::array<uint8_t, kLengthWordBytes>& word) {
  return absl::string_view(reinterpret_cast<const char*>(word.data()),
                           word.size()) == "version ";
}

}  // namespace

const TensorInfo* SafetensorsHeader::Find(absl::string_view name) const {
  const auto found =
      std::lower_bound(tensors.begin(), tensors.end(), name,
                       [](const TensorInfo& info, absl::string_view wanted) {
                         return info.name < wanted;
                       });
  return found != tensors.end() && found->name == name ? &*found : nullptr;
}

absl::StatusOr<SafetensorsHeader> ParseSafetensorsHeader(
    absl::string_view json, int64_t header_size_bytes, int64_t file_size_bytes,
    absl::string_view path) {
  absl::Status size = header_size_bytes != static_cast<int64_t>(json.size())
                          ? absl::InvalidArgumentError(absl::StrCat(
                                "header has ", json.size(), " bytes, not the ",
                                header_size_bytes, " announced"))
                          : CheckHeaderSize(json.size(), file_size_bytes);
  RETURN_IF_ERROR(Annotate(size, path));
  if (!absl::StartsWith(json, "{")) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": header does not begin with '{'"));
  }
  ASSIGN_OR_RETURN(const Json object,
                   ParseJson(json, absl::StrCat(path, ": header")));
  absl::StatusOr<SafetensorsHeader> header = ParseObject(object);
  if (!header.ok()) return Annotate(header.status(), path);
  const int64_t data_start = kLengthWordBytes + header_size_bytes;
  RETURN_IF_ERROR(Annotate(
      CheckCoverage(header->tensors, file_size_bytes - data_start), path));
  for (TensorInfo& info : header->tensors) info.offset_bytes += data_start;
  header->digest = HeaderDigest(json);
  return header;
}

absl::StatusOr<SafetensorsReader> SafetensorsReader::Open(
    absl::string_view path) {
  ASSIGN_OR_RETURN(File file, File::OpenForRead(path));
  ASSIGN_OR_RETURN(const FileStamp stamp, file.Stamp());
  if (stamp.size_bytes < kLengthWordBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": ", stamp.size_bytes,
                     " bytes is too short for a safetensors file"));
  }
  std::array<uint8_t, kLengthWordBytes> word;
  RETURN_IF_ERROR(file.ReadAt(0, word.data(), word.size()));
  if (IsLfsPointer(word)) {
    return absl::InvalidArgumentError(absl::StrCat(
        path, ": is a Git LFS pointer, not the weights; run 'git lfs pull'"));
  }
  const uint64_t header_bytes = DecodeLength(word);
  // Before the allocation: the length is the first thing an attacker sets.
  RETURN_IF_ERROR(
      Annotate(CheckHeaderSize(header_bytes, stamp.size_bytes), path));
  std::string json(header_bytes, '\0');
  RETURN_IF_ERROR(file.ReadAt(kLengthWordBytes, json.data(), json.size()));
  ASSIGN_OR_RETURN(
      SafetensorsHeader header,
      ParseSafetensorsHeader(json, static_cast<int64_t>(header_bytes),
                             stamp.size_bytes, path));
  return SafetensorsReader(std::move(file), stamp, std::move(header));
}

absl::Status SafetensorsReader::Read(const TensorInfo& info,
                                     int64_t offset_bytes, void* buffer,
                                     int64_t size_bytes) const {
  if (offset_bytes < 0 || size_bytes < 0 || offset_bytes > info.size_bytes ||
      size_bytes > info.size_bytes - offset_bytes) {
    return absl::InvalidArgumentError(
        absl::StrCat(path(), ": tensor '", info.name, "' has ", info.size_bytes,
                     " bytes; cannot read ", size_bytes, " at ", offset_bytes));
  }
  return Annotate(file_.ReadAt(info.offset_bytes + offset_bytes, buffer,
                               static_cast<size_t>(size_bytes)),
                  absl::StrCat("tensor '", info.name, "'"));
}

}  // namespace decant
