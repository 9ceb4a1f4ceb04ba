#include "store/ballast.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <filesystem>

namespace redress::store {
namespace {

std::uint64_t disk_free_at(const std::string& path) {
  struct statvfs disk {};
  const std::string folder = std::filesystem::path{path}.parent_path().string();
  // A disk that cannot be asked is judged by the writes to it.
  if (::statvfs(folder.empty() ? "." : folder.c_str(), &disk) != 0) return UINT64_MAX;
  return std::uint64_t{disk.f_bavail} * disk.f_frsize;
}

bool is_whole(const std::string& path, std::uint64_t bytes) {
  struct stat seen {};
  constexpr std::uint64_t block_bytes = 512;
  return ::stat(path.c_str(), &seen) == 0 && static_cast<std::uint64_t>(seen.st_size) == bytes &&
         static_cast<std::uint64_t>(seen.st_blocks) * block_bytes >= bytes;
}

}  // namespace

Ballast::Ballast(std::string path, std::uint64_t bytes)
    : path_{std::move(path)}, bytes_{bytes}, there_{bytes > 0 && is_whole(path_, bytes)} {}

bool Ballast::keep() {
  if (there_ || bytes_ == 0) return there_;
  if (disk_free_at(path_) < 2 * bytes_) return false;
  const int fd = ::open(path_.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return false;
  const bool made = ::posix_fallocate(fd, 0, static_cast<off_t>(bytes_)) == 0;
  ::close(fd);
  if (!made) ::unlink(path_.c_str());
  there_ = made;
  return made;
}

bool Ballast::let_go() {
  if (!there_) return false;
  ::unlink(path_.c_str());
  there_ = false;
  return true;
}

std::uint64_t Ballast::free_bytes() const {
  const std::uint64_t left = disk_free_at(path_);
  const std::uint64_t owed = there_ ? 0 : bytes_;
  return left > owed ? left - owed : 0;
}

}  // namespace redress::store
