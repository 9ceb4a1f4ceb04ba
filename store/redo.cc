#include "store/redo.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "crypto/digest.h"

namespace redress::store {
namespace {

constexpr std::string_view label = "redress/redo/1";
constexpr std::size_t file_bytes = 16'384;
constexpr std::size_t head_bytes = label.size() + sizeof(std::uint64_t) + sizeof(std::uint32_t);
static_assert(head_bytes + Changes::bytes_max + Digest::size <= file_bytes);

enum Act : std::uint8_t { put_any = 0, put_last = 1, erased = 2 };

Error failed(const char* act, const std::string& path) {
  return {Code::io, std::string{act} + ": path=" + path + " reason=" + std::strerror(errno)};
}

bool write_all(int descriptor, ByteView bytes) {
  for (off_t at = 0; !bytes.empty();) {
    const ssize_t wrote = ::pwrite(descriptor, bytes.data(), bytes.size(), at);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(wrote));
    at += wrote;
  }
  return true;
}

// A file of its full size may have a record and stays as it is; before it had that, nothing was kept in it.
bool fill(int descriptor) {
  struct stat seen {};
  if (::fstat(descriptor, &seen) != 0) return false;
  if (static_cast<std::size_t>(seen.st_size) >= file_bytes) return true;
  return write_all(descriptor, Bytes(file_bytes));
}

}  // namespace

void Changes::add(std::uint8_t act, Table table, ByteView key, ByteView value) {
  if (!fits_) return;
  Writer out{2 + 2 * sizeof(std::uint32_t) + key.size() + value.size()};
  out.u8(act);
  out.u8(static_cast<std::uint8_t>(table));
  out.u32(static_cast<std::uint32_t>(key.size()));
  out.u32(static_cast<std::uint32_t>(value.size()));
  out.raw(key);
  out.raw(value);
  fits_ = bytes_.size() + out.bytes().size() <= bytes_max;
  if (fits_) bytes_.insert(bytes_.end(), out.bytes().begin(), out.bytes().end());
}

void Changes::put(Table table, ByteView key, ByteView value, Order order) {
  add(order == Order::last ? put_last : put_any, table, key, value);
}

void Changes::erase(Table table, ByteView key) { add(erased, table, key, {}); }

Result<std::unique_ptr<Redo>> Redo::open(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_DSYNC | O_CLOEXEC, 0600);
  if (descriptor < 0) return fail(failed("open", path));
  auto redo = std::unique_ptr<Redo>{new Redo{descriptor}};
  if (!fill(descriptor)) return fail(failed("fill", path));
  return redo;
}

Redo::~Redo() { ::close(descriptor_); }

Status Redo::keep(std::uint64_t transaction, const Changes& changes) {
  REDRESS_ASSERT(changes.fits());
  Writer record{head_bytes + changes.bytes().size() + Digest::size};
  record.raw(view_of(label));
  record.u64(transaction);
  record.u32(static_cast<std::uint32_t>(changes.bytes().size()));
  record.raw(changes.bytes());
  record.fixed(crypto::sha256(record.bytes()));
  if (!write_all(descriptor_, record.bytes())) return fail(failed("write", redo_file));
  return Done{};
}

bool Kept::carry_out(Writing& to) const {
  for (Reader in{changes}; !in.rest().empty();) {
    const std::uint8_t act = in.u8();
    const std::uint8_t table = in.u8();
    const std::uint32_t key_bytes = in.u32();
    const std::uint32_t value_bytes = in.u32();
    const ByteView key = in.raw(key_bytes);
    const ByteView value = in.raw(value_bytes);
    if (in.failed() || act > erased || table >= table_count) return false;
    if (act == erased) {
      to.erase(Table{table}, key);
    } else {
      to.put(Table{table}, key, value, act == put_last ? Order::last : Order::any);
    }
  }
  return true;
}

Result<std::optional<Kept>> kept_at(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0 && errno == ENOENT) return std::optional<Kept>{};
  if (descriptor < 0) return fail(failed("open", path));
  Bytes bytes(file_bytes);
  const ssize_t got = ::pread(descriptor, bytes.data(), bytes.size(), 0);
  const int why = errno;
  ::close(descriptor);
  errno = why;
  if (got < 0) return fail(failed("read", path));
  Reader in{ByteView{bytes}.first(static_cast<std::size_t>(got))};
  const ByteView begin = in.raw(label.size());
  Kept kept{in.u64(), {}};
  const std::uint32_t size = in.u32();
  kept.changes = copy_of(in.raw(size));
  const auto digest = in.fixed<Digest>();
  const bool whole =
      !in.failed() && text_of(begin) == label && crypto::sha256(ByteView{bytes}.first(head_bytes + size)) == digest;
  if (!whole) return std::optional<Kept>{};
  return std::optional<Kept>{std::move(kept)};
}

// In place: cut off half-way it is whole, or none.
Status forget_kept(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_DSYNC | O_CLOEXEC);
  if (descriptor < 0) return fail(failed("open", path));
  const bool done = write_all(descriptor, Bytes(head_bytes));
  const int why = errno;
  ::close(descriptor);
  errno = why;
  if (!done) return fail(failed("write", path));
  return Done{};
}

}  // namespace redress::store
