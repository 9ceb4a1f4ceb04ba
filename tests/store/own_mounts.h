// Mounts of this process's own: nobody else sees them, and they go away with it.
#pragma once

#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <fstream>
#include <string>

namespace redress::store {

// Without the right to mount, in a user namespace, which takes a process of one thread. False: errno says why not.
[[nodiscard]] inline bool take_own_mounts() {
  if (::unshare(CLONE_NEWNS) != 0) {
    const std::string user = std::to_string(::getuid());
    const std::string group = std::to_string(::getgid());
    if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
    // The files in /proc of a process that leaves no core are root's.
    const int leaves_core = ::prctl(PR_GET_DUMPABLE);
    ::prctl(PR_SET_DUMPABLE, 1);
    // Who has no number there can make no file.
    std::ofstream{"/proc/self/uid_map"} << user << " " << user << " 1";
    std::ofstream{"/proc/self/setgroups"} << "deny";
    std::ofstream{"/proc/self/gid_map"} << group << " " << group << " 1";
    ::prctl(PR_SET_DUMPABLE, leaves_core);
  }
  return ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

}  // namespace redress::store
