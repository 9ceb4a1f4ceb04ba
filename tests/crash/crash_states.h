// Every state that a power cut at any moment could have left of what a DiskRecorder saw.
//
// Of the writes and renames that are not durable any part may be on the disk, in any order, and each write may have
// stopped after any of its sectors of 512 bytes (prefix tearing). Sectors that tear inside, and writes whose later
// sectors come without the earlier ones, are outside what is promised and are not made.
//
// Pure but for lay_out() and LaidOut.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tests/crash/disk_recorder.h"

namespace redress::crash {

using Files = std::map<std::string, std::string>;  // path → contents

struct StateOptions {
  std::size_t states_of_moment_max = 64;  // that many are drawn where there are more
  std::uint64_t seed = 7;
};

// False: no more of them.
using VisitState = std::function<bool(const Files& files, int told)>;

// Visits crash states of `events`, which began with the files `before`: the files, and how many were told by then. No
// state of one moment comes twice; moments are where what may be on the disk is most: just before a sync, before a
// write that is durable by itself, before somebody is told, at the end. All choices among whole writes come first, torn
// ones are drawn. Returns how many were visited.
int for_each_crash_state(const Files& before, const std::vector<DiskEvent>& events, const StateOptions& options,
                         const VisitState& visit);

void carry_out(Files& files, const DiskEvent& event);
// Writes the files of a state, whose paths begin with `from`, below the folder `to`, which is emptied before.
void lay_out(const Files& files, const std::string& from, const std::string& to);

// A folder that one state after the other is laid out in: only what differs from what is there is written.
//
// A resource of one thread. Nobody else writes there but who tells of it by follow().
class LaidOut {
 public:
  LaidOut(std::string from, std::string to) : from_{std::move(from)}, to_{std::move(to)} {}
  // As lay_out(), but for files that are no states' files: after the first time they stay.
  void lay_out(const Files& files);
  // What was done there since.
  void follow(const std::vector<DiskEvent>& events);

 private:
  void write_differing(const std::string& path, const std::string& bytes, std::string& there) const;

  const std::string from_;
  const std::string to_;
  Files there_;            // by the states' paths
  bool is_known_ = false;  // that these files, and no others, are there
};

}  // namespace redress::crash
