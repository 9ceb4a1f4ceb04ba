#include "tests/crash/call_faults.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstddef>

namespace redress::crash {
namespace {

bool armed = false;
bool came = false;
long seen = 0;
CallFault planned;

// Whether this call is to fail.
bool fails(Call call) {
  if (!armed || call != planned.call) return false;
  ++seen;
  if (seen < planned.nth || (seen > planned.nth && !planned.for_ever)) return false;
  came = true;
  errno = planned.error;
  return true;
}

bool is_short() { return planned.error == 0; }

}  // namespace

const std::vector<Call>& all_calls() {
  static const std::vector<Call> calls{Call::pwrite, Call::writev,    Call::write,  Call::fdatasync,
                                       Call::fsync,  Call::open,      Call::rename, Call::mkdir,
                                       Call::mmap,   Call::fallocate, Call::malloc};
  return calls;
}

std::string_view name_of(Call call) {
  switch (call) {
    case Call::pwrite:
      return "pwrite";
    case Call::writev:
      return "writev";
    case Call::write:
      return "write";
    case Call::fdatasync:
      return "fdatasync";
    case Call::fsync:
      return "fsync";
    case Call::open:
      return "open";
    case Call::rename:
      return "rename";
    case Call::mkdir:
      return "mkdir";
    case Call::mmap:
      return "mmap";
    case Call::fallocate:
      return "fallocate";
    case Call::malloc:
      return "malloc";
  }
  return "";
}

void arm(const CallFault& fault) {
  planned = fault;
  seen = 0;
  came = false;
  armed = true;
}

bool disarm() {
  armed = false;
  return came;
}

}  // namespace redress::crash

using redress::crash::Call;
using redress::crash::fails;
using redress::crash::is_short;

extern "C" {

void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* old, size_t size);

void* malloc(size_t size) { return fails(Call::malloc) ? nullptr : __libc_malloc(size); }
void* calloc(size_t count, size_t size) { return fails(Call::malloc) ? nullptr : __libc_calloc(count, size); }
void* realloc(void* old, size_t size) { return fails(Call::malloc) ? nullptr : __libc_realloc(old, size); }

ssize_t pwrite(int descriptor, const void* bytes, size_t size, off_t offset) {
  if (fails(Call::pwrite)) {
    if (!is_short()) return -1;
    size /= 2;
  }
  return ::syscall(SYS_pwrite64, descriptor, bytes, size, offset);
}
ssize_t pwrite64(int descriptor, const void* bytes, size_t size, off_t offset) {
  return pwrite(descriptor, bytes, size, offset);
}

ssize_t writev(int descriptor, const struct iovec* parts, int count) {
  if (fails(Call::writev)) {
    if (!is_short()) return -1;
    return ::syscall(SYS_write, descriptor, parts[0].iov_base, parts[0].iov_len / 2);
  }
  return ::syscall(SYS_writev, descriptor, parts, count);
}

ssize_t write(int descriptor, const void* bytes, size_t size) {
  if (fails(Call::write)) {
    if (!is_short()) return -1;
    size /= 2;
  }
  return ::syscall(SYS_write, descriptor, bytes, size);
}

int fdatasync(int descriptor) {
  return fails(Call::fdatasync) ? -1 : static_cast<int>(::syscall(SYS_fdatasync, descriptor));
}

int fsync(int descriptor) { return fails(Call::fsync) ? -1 : static_cast<int>(::syscall(SYS_fsync, descriptor)); }

int open(const char* path, int flags, ...) {
  mode_t mode = 0;
  if ((flags & (O_CREAT | O_TMPFILE)) != 0) {
    va_list more;
    va_start(more, flags);
    mode = va_arg(more, mode_t);
    va_end(more);
  }
  return fails(Call::open) ? -1 : static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}
int open64(const char* path, int flags, ...) {
  mode_t mode = 0;
  if ((flags & (O_CREAT | O_TMPFILE)) != 0) {
    va_list more;
    va_start(more, flags);
    mode = va_arg(more, mode_t);
    va_end(more);
  }
  return open(path, flags, mode);
}

int rename(const char* from, const char* to) noexcept {
  return fails(Call::rename) ? -1 : static_cast<int>(::syscall(SYS_rename, from, to));
}

int mkdir(const char* path, mode_t mode) noexcept {
  return fails(Call::mkdir) ? -1 : static_cast<int>(::syscall(SYS_mkdir, path, mode));
}

void* mmap(void* at, size_t size, int protection, int flags, int descriptor, off_t offset) noexcept {
  if (fails(Call::mmap)) return MAP_FAILED;
  return reinterpret_cast<void*>(::syscall(SYS_mmap, at, size, protection, flags, descriptor, offset));
}
void* mmap64(void* at, size_t size, int protection, int flags, int descriptor, off_t offset) noexcept {
  return mmap(at, size, protection, flags, descriptor, offset);
}

int posix_fallocate(int descriptor, off_t offset, off_t size) {
  if (fails(Call::fallocate)) return errno;
  return ::syscall(SYS_fallocate, descriptor, 0, offset, size) == 0 ? 0 : errno;
}

}  // extern "C"
