// A disk of so many bytes, for tests of a full one: a tmpfs of its own. Where not even this process alone may mount,
// is() is false.
#pragma once

#include <sys/mount.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "tests/store/folder.h"
#include "tests/store/own_mounts.h"

namespace redress::store {

class SmallDisk {
 public:
  explicit SmallDisk(std::size_t mib) {
    std::filesystem::create_directory(folder_.at("disk"));
    const std::string size = "size=" + std::to_string(mib) + "m";
    const auto mount = [&] { return ::mount("tmpfs", folder_.at("disk").c_str(), "tmpfs", 0, size.c_str()) == 0; };
    mounted_ = mount() || (take_own_mounts() && mount());
    if (!mounted_) why_not_ = std::strerror(errno);
  }
  ~SmallDisk() {
    if (mounted_) ::umount2(folder_.at("disk").c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  [[nodiscard]] bool is() const { return mounted_; }
  [[nodiscard]] const std::string& why_not() const { return why_not_; }
  [[nodiscard]] std::string at(const std::string& name) const { return folder_.at("disk/" + name); }
  [[nodiscard]] std::uint64_t free_bytes() const {
    struct statvfs disk {};
    REQUIRE(::statvfs(folder_.at("disk").c_str(), &disk) == 0);
    return std::uint64_t{disk.f_bavail} * disk.f_frsize;
  }
  // Somebody else's file takes all but so many bytes.
  void crowd(std::uint64_t leave_bytes) const {
    std::ofstream file{at("crowd"), std::ios::binary};
    const std::string page(4096, 'x');
    for (std::uint64_t left = free_bytes(); left > leave_bytes + page.size(); left -= page.size()) file << page;
    file.flush();
  }
  void uncrowd() const { std::filesystem::remove(at("crowd")); }

 private:
  Folder folder_;
  bool mounted_ = false;
  std::string why_not_;
};

}  // namespace redress::store
