#include "tests/crash/disk_recorder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <map>

#include "protocol/base/assert.h"

namespace redress::crash {
namespace {

DiskRecorder* recording = nullptr;

// Of what is open: asking the system for a path takes longer than the write itself.
std::map<std::pair<dev_t, ino_t>, std::string> paths;

std::string path_of(int descriptor) {
  struct stat about {};
  if (::fstat(descriptor, &about) != 0) return {};
  const auto [at, is_new] = paths.try_emplace({about.st_dev, about.st_ino});
  if (is_new) {
    std::array<char, 4096> path{};
    const auto size = ::readlink(("/proc/self/fd/" + std::to_string(descriptor)).c_str(), path.data(), path.size());
    at->second = size < 0 ? std::string{} : std::string{path.data(), static_cast<std::size_t>(size)};
  }
  return at->second;
}

// What must be there after a cut.
bool is_kept(std::string_view path) { return path.ends_with("/data.mdb") || path.ends_with("/redo"); }

}  // namespace

DiskRecorder::DiskRecorder(std::string folder) : folder_{std::move(folder)} {
  REDRESS_ASSERT(recording == nullptr);
  recording = this;
  paths.clear();
}

DiskRecorder::~DiskRecorder() { recording = nullptr; }

void DiskRecorder::tell() { events_.push_back({DiskEvent::Kind::told, {}, {}, {}, 0, false}); }

void DiskRecorder::on_write(int descriptor, const void* bytes, std::size_t size, off_t offset) {
  const std::string path = path_of(descriptor);
  if (!path.starts_with(folder_) || !is_kept(path)) return;
  const bool is_durable = (::fcntl(descriptor, F_GETFL) & O_DSYNC) != 0;
  events_.push_back({DiskEvent::Kind::write, path, {}, {static_cast<const char*>(bytes), size}, offset, is_durable});
}

void DiskRecorder::on_sync(int descriptor) {
  const std::string path = path_of(descriptor);
  if (folder_.starts_with(path) || path.starts_with(folder_))
    events_.push_back({DiskEvent::Kind::sync, path, {}, {}, 0, false});
}

void DiskRecorder::on_rename(const char* from, const char* to) {
  paths.clear();
  if (std::string_view{to}.starts_with(folder_)) events_.push_back({DiskEvent::Kind::rename, from, to, {}, 0, false});
}

void DiskRecorder::on_remove(int folder_descriptor, const char* path) {
  paths.clear();
  std::string whole = path;
  if (!whole.starts_with('/') && folder_descriptor != AT_FDCWD) whole = path_of(folder_descriptor) + "/" + whole;
  if (whole.starts_with(folder_) && is_kept(whole))
    events_.push_back({DiskEvent::Kind::remove, whole, {}, {}, 0, false});
}

}  // namespace redress::crash

// In the place of libc's: liblmdb.so and libstdc++.so find these first.
extern "C" {

ssize_t pwrite(int descriptor, const void* bytes, size_t size, off_t offset) {
  const long done = ::syscall(SYS_pwrite64, descriptor, bytes, size, offset);
  if (done > 0 && redress::crash::recording != nullptr)
    redress::crash::recording->on_write(descriptor, bytes, static_cast<size_t>(done), offset);
  return done;
}

ssize_t writev(int descriptor, const struct iovec* parts, int count) {
  const bool is_watched = redress::crash::recording != nullptr;
  off_t offset = is_watched ? ::lseek(descriptor, 0, SEEK_CUR) : 0;
  const long done = ::syscall(SYS_writev, descriptor, parts, count);
  for (int i = 0; is_watched && offset >= 0 && done > 0 && i < count; ++i) {
    redress::crash::recording->on_write(descriptor, parts[i].iov_base, parts[i].iov_len, offset);
    offset += static_cast<off_t>(parts[i].iov_len);
  }
  return done;
}

int fdatasync(int descriptor) {
  const long done = ::syscall(SYS_fdatasync, descriptor);
  if (done == 0 && redress::crash::recording != nullptr) redress::crash::recording->on_sync(descriptor);
  return static_cast<int>(done);
}

int fsync(int descriptor) {
  const long done = ::syscall(SYS_fsync, descriptor);
  if (done == 0 && redress::crash::recording != nullptr) redress::crash::recording->on_sync(descriptor);
  return static_cast<int>(done);
}

int rename(const char* from, const char* to) noexcept {
  const long done = ::syscall(SYS_rename, from, to);
  if (done == 0 && redress::crash::recording != nullptr) redress::crash::recording->on_rename(from, to);
  return static_cast<int>(done);
}

int unlink(const char* path) noexcept {
  const long done = ::syscall(SYS_unlink, path);
  if (done == 0 && redress::crash::recording != nullptr) redress::crash::recording->on_remove(AT_FDCWD, path);
  return static_cast<int>(done);
}

int unlinkat(int folder, const char* path, int flags) noexcept {
  const long done = ::syscall(SYS_unlinkat, folder, path, flags);
  if (done == 0 && redress::crash::recording != nullptr) redress::crash::recording->on_remove(folder, path);
  return static_cast<int>(done);
}

}  // extern "C"
