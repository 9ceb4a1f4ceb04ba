#include "crypto/private_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace redress::crypto {
namespace {

// An open file, closed at the end of its life.
class File {
 public:
  explicit File(int descriptor) noexcept : descriptor_{descriptor} {}
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] bool is_open() const noexcept { return descriptor_ >= 0; }
  [[nodiscard]] int get() const noexcept { return descriptor_; }

 private:
  const int descriptor_;
};

Unexpected<Error> io_error(std::string_view act, const std::string& path) {
  const int number = errno;
  return fail(Code::io, std::string{act} + " errno=" + std::to_string(number), path);
}

bool write_all(int descriptor, ByteView content) {
  while (!content.empty()) {
    const ssize_t done = ::write(descriptor, content.data(), content.size());
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return false;
    content = content.subspan(static_cast<std::size_t>(done));
  }
  return true;
}

std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Status sync_folder(const std::string& path) {
  const File folder{::open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!folder.is_open() || ::fsync(folder.get()) != 0) return io_error("sync folder", path);
  return Done{};
}

Status write_beside(const std::string& beside, ByteView content, Access access) {
  const mode_t mode = access == Access::owner_only ? 0600 : 0644;
  if (::unlink(beside.c_str()) != 0 && errno != ENOENT) return io_error("remove leftover", beside);
  const File file{::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)};
  if (!file.is_open()) return io_error("create file", beside);
  // The umask may have taken rights away.
  if (::fchmod(file.get(), mode) != 0) return io_error("set file mode", beside);
  if (!write_all(file.get(), content)) return io_error("write file", beside);
  if (::fsync(file.get()) != 0) return io_error("sync file", beside);
  return Done{};
}

}  // namespace

Status replace_file(const std::string& path, ByteView content, Access access) {
  const std::string beside = path + ".new";
  if (auto written = write_beside(beside, content, access); !written) {
    ::unlink(beside.c_str());
    return written;
  }
  if (::rename(beside.c_str(), path.c_str()) != 0) {
    auto failed = io_error("rename file", path);
    ::unlink(beside.c_str());
    return failed;
  }
  return sync_folder(path);
}

Result<SecretBytes> read_file(const std::string& path, std::size_t bytes_max, Access access) {
  // Without O_NONBLOCK a pipe in the file's place would hold the program here.
  const File file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (!file.is_open() && errno == ENOENT) return fail(Code::not_found, "open file", path);
  if (!file.is_open()) return io_error("open file", path);
  struct stat facts {};
  if (::fstat(file.get(), &facts) != 0) return io_error("look at file", path);
  if (!S_ISREG(facts.st_mode)) return fail(Code::bad_config, "open file reason=not_a_regular_file", path);
  if (access == Access::owner_only && (facts.st_mode & 077) != 0) {
    return fail(Code::bad_config, "open secret file reason=open_to_group_or_others remedy=chmod 600", path);
  }
  if (static_cast<std::uint64_t>(facts.st_size) > bytes_max) {
    return fail(Code::too_large, "read file limit=" + std::to_string(bytes_max), path);
  }
  SecretBytes content(static_cast<std::size_t>(facts.st_size));
  std::size_t filled = 0;
  while (filled < content.size()) {
    const ssize_t got = ::read(file.get(), content.data() + filled, content.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return io_error("read file", path);
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  content.resize(filled);
  return content;
}

}  // namespace redress::crypto
