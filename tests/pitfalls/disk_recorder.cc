#include "tests/pitfalls/disk_recorder.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>

#include "protocol/base/assert.h"
#include "tests/sim/pair.h"

namespace redress::pitfalls {
namespace {

constexpr std::size_t sector_bytes = 512;

DiskRecorder* recording = nullptr;

std::string path_of(int descriptor) {
  std::array<char, 4096> path{};
  const auto size = ::readlink(("/proc/self/fd/" + std::to_string(descriptor)).c_str(), path.data(), path.size());
  return size < 0 ? std::string{} : std::string{path.data(), static_cast<std::size_t>(size)};
}

// What is on the disk for certain after events[0, count), and what may be.
struct Moment {
  std::vector<const DiskEvent*> certain;
  std::vector<const DiskEvent*> pending;
  int told = 0;

  void pass(const DiskEvent& event) {
    switch (event.kind) {
      case DiskEvent::Kind::told:
        ++told;
        return;
      case DiskEvent::Kind::sync:
        return settle(event.path);
      case DiskEvent::Kind::rename:
        pending.push_back(&event);
        return;
      case DiskEvent::Kind::write:
        (event.is_durable ? certain : pending).push_back(&event);
        return;
    }
  }
  // A file's sync settles its writes, a folder's the renames in it.
  void settle(const std::string& synced) {
    std::vector<const DiskEvent*> left;
    for (const DiskEvent* event : pending) {
      const std::string& owner =
          event->kind == DiskEvent::Kind::write ? event->path : std::filesystem::path{event->to}.parent_path().string();
      (owner == synced ? certain : left).push_back(event);
    }
    pending = std::move(left);
  }
};

Files files_of(const Moment& moment, std::uint64_t choice) {
  std::vector<const DiskEvent*> chosen = moment.certain;
  for (std::size_t i = 0; i < moment.pending.size(); ++i) {
    if ((choice >> i & 1U) != 0) chosen.push_back(moment.pending[i]);
  }
  // In the order in which they were asked for: they stand in one vector.
  std::sort(chosen.begin(), chosen.end());
  Files files;
  for (const DiskEvent* event : chosen) carry_out(files, *event);
  return files;
}

}  // namespace

DiskRecorder::DiskRecorder(std::string folder) : folder_{std::move(folder)} {
  REDRESS_ASSERT(recording == nullptr);
  recording = this;
}

DiskRecorder::~DiskRecorder() { recording = nullptr; }

void DiskRecorder::tell() { events_.push_back({DiskEvent::Kind::told, {}, {}, {}, 0, false}); }

void DiskRecorder::on_write(int descriptor, const void* bytes, std::size_t size, off_t offset) {
  const std::string path = path_of(descriptor);
  if (!path.starts_with(folder_) || !path.ends_with("data.mdb")) return;
  const bool is_durable = (::fcntl(descriptor, F_GETFL) & O_DSYNC) != 0;
  events_.push_back({DiskEvent::Kind::write, path, {}, {static_cast<const char*>(bytes), size}, offset, is_durable});
}

void DiskRecorder::on_sync(int descriptor) {
  const std::string path = path_of(descriptor);
  if (folder_.starts_with(path) || path.starts_with(folder_))
    events_.push_back({DiskEvent::Kind::sync, path, {}, {}, 0, false});
}

void DiskRecorder::on_rename(const char* from, const char* to) {
  if (std::string_view{to}.starts_with(folder_)) events_.push_back({DiskEvent::Kind::rename, from, to, {}, 0, false});
}

void carry_out(Files& files, const DiskEvent& event) {
  if (event.kind == DiskEvent::Kind::rename) {
    Files moved;
    for (auto& [path, bytes] : files) {
      const bool inside = path.starts_with(event.path + "/");
      moved[inside ? event.to + path.substr(event.path.size()) : path] = std::move(bytes);
    }
    files = std::move(moved);
    return;
  }
  std::string& file = files[event.path];
  const auto at = static_cast<std::size_t>(event.offset);
  if (file.size() < at + event.bytes.size()) file.resize(at + event.bytes.size());
  file.replace(at, event.bytes.size(), event.bytes);
}

int for_each_crash_state(const std::vector<DiskEvent>& events, std::size_t choices_max,
                         const std::function<void(const Files&, int)>& visit) {
  sim::SeededRandom random{7};
  int states = 0;
  const auto show = [&](const Files& files, int told) {
    visit(files, told);
    ++states;
  };
  Moment moment;
  for (std::size_t next = 0;; ++next) {
    const bool few = moment.pending.size() < 16 && (std::size_t{1} << moment.pending.size()) <= choices_max;
    const std::size_t choices = few ? std::size_t{1} << moment.pending.size() : choices_max;
    for (std::size_t i = 0; i < choices; ++i) show(files_of(moment, few ? i : random.u64()), moment.told);
    if (next == events.size()) return states;
    const DiskEvent& event = events[next];
    for (std::size_t cut = sector_bytes; event.kind == DiskEvent::Kind::write && cut < event.bytes.size();
         cut += sector_bytes) {
      Files files = files_of(moment, ~std::uint64_t{0});
      DiskEvent torn = event;
      torn.bytes.resize(cut);
      carry_out(files, torn);
      show(files, moment.told);
    }
    moment.pass(event);
  }
}

void lay_out(const Files& files, const std::string& from, const std::string& to) {
  std::filesystem::remove_all(to);
  std::filesystem::create_directories(to);
  for (const auto& [path, bytes] : files) {
    REDRESS_ASSERT(path.starts_with(from));
    const std::filesystem::path target = to + path.substr(from.size());
    std::filesystem::create_directories(target.parent_path());
    std::ofstream{target, std::ios::binary} << bytes;
  }
}

}  // namespace redress::pitfalls

// In the place of libc's: liblmdb.so and libstdc++.so find these first.
extern "C" {

ssize_t pwrite(int descriptor, const void* bytes, size_t size, off_t offset) {
  const long done = ::syscall(SYS_pwrite64, descriptor, bytes, size, offset);
  if (done > 0 && redress::pitfalls::recording != nullptr)
    redress::pitfalls::recording->on_write(descriptor, bytes, static_cast<size_t>(done), offset);
  return done;
}

ssize_t writev(int descriptor, const struct iovec* parts, int count) {
  const bool is_watched = redress::pitfalls::recording != nullptr;
  off_t offset = is_watched ? ::lseek(descriptor, 0, SEEK_CUR) : 0;
  const long done = ::syscall(SYS_writev, descriptor, parts, count);
  for (int i = 0; is_watched && offset >= 0 && done > 0 && i < count; ++i) {
    redress::pitfalls::recording->on_write(descriptor, parts[i].iov_base, parts[i].iov_len, offset);
    offset += static_cast<off_t>(parts[i].iov_len);
  }
  return done;
}

int fdatasync(int descriptor) {
  const long done = ::syscall(SYS_fdatasync, descriptor);
  if (done == 0 && redress::pitfalls::recording != nullptr) redress::pitfalls::recording->on_sync(descriptor);
  return static_cast<int>(done);
}

int fsync(int descriptor) {
  const long done = ::syscall(SYS_fsync, descriptor);
  if (done == 0 && redress::pitfalls::recording != nullptr) redress::pitfalls::recording->on_sync(descriptor);
  return static_cast<int>(done);
}

int rename(const char* from, const char* to) noexcept {
  const long done = ::syscall(SYS_rename, from, to);
  if (done == 0 && redress::pitfalls::recording != nullptr) redress::pitfalls::recording->on_rename(from, to);
  return static_cast<int>(done);
}

}  // extern "C"
