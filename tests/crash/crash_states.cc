#include "tests/crash/crash_states.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>

#include "protocol/base/assert.h"
#include "tests/sim/pair.h"

namespace redress::crash {
namespace {

constexpr std::size_t sector_bytes = 512;
constexpr std::size_t page_bytes = 4'096;
// Draws that hit what was visited already, before a moment is held for exhausted.
constexpr std::size_t vain_draws_max = 64;

// How much of a pending event is on the disk: 0 nothing, 1 all, 1 + k its first k sectors.
using Part = std::uint32_t;
using Choice = std::vector<Part>;

Part torn_parts(const DiskEvent& event) {
  if (event.kind != DiskEvent::Kind::write || event.bytes.size() <= sector_bytes) return 0;
  return static_cast<Part>((event.bytes.size() - 1) / sector_bytes);
}

// What is on the disk for certain, and what may be.
class Moment {
 public:
  explicit Moment(const Files& before) : base_{before}, shown_{before} {}

  // Whether passing `next` takes away something that may be there now, adds what is there for certain, or makes more of
  // what must be.
  [[nodiscard]] bool ends_with(const DiskEvent& next) const {
    switch (next.kind) {
      case DiskEvent::Kind::write:
        return next.is_durable;
      case DiskEvent::Kind::remove:
        return true;
      case DiskEvent::Kind::told:
        return !pending_.empty();
      case DiskEvent::Kind::rename:
        return false;
      case DiskEvent::Kind::sync:
        return std::any_of(pending_.begin(), pending_.end(),
                           [&](const DiskEvent* event) { return settles(next, *event); });
    }
    return false;
  }

  void pass(const DiskEvent& event) {
    switch (event.kind) {
      case DiskEvent::Kind::told:
        ++told_;
        return;
      case DiskEvent::Kind::sync:
        settle(event);
        return;
      case DiskEvent::Kind::rename:
        pending_.push_back(&event);
        return;
      case DiskEvent::Kind::write:
        (event.is_durable ? certain_ : pending_).push_back(&event);
        break;
      case DiskEvent::Kind::remove:
        std::erase_if(pending_, [&](const DiskEvent* earlier) { return earlier->path == event.path; });
        certain_.push_back(&event);
        break;
    }
    fold();
  }

  [[nodiscard]] const std::vector<const DiskEvent*>& pending() const { return pending_; }
  [[nodiscard]] int told() const { return told_; }

  // Good until the next call of anything that is not const.
  [[nodiscard]] const Files& files_of(const Choice& choice) {
    take_back();
    std::vector<std::pair<const DiskEvent*, Part>> chosen;
    for (const DiskEvent* event : certain_) chosen.emplace_back(event, 1);
    for (std::size_t i = 0; i < pending_.size(); ++i) {
      if (choice[i] != 0) chosen.emplace_back(pending_[i], choice[i]);
    }
    // In the order in which they were asked for: they stand in one vector.
    std::sort(chosen.begin(), chosen.end());
    for (const auto& [event, part] : chosen) {
      if (part == 1) {
        show(*event);
        continue;
      }
      DiskEvent torn = *event;
      torn.bytes.resize((part - 1) * sector_bytes);
      show(torn);
    }
    return shown_;
  }

 private:
  // A file's sync settles its writes, a folder's the renames in it.
  static bool settles(const DiskEvent& sync, const DiskEvent& event) {
    const std::string owner =
        event.kind == DiskEvent::Kind::write ? event.path : std::filesystem::path{event.to}.parent_path().string();
    return owner == sync.path;
  }
  void settle(const DiskEvent& sync) {
    const auto left = std::stable_partition(pending_.begin(), pending_.end(),
                                            [&](const DiskEvent* event) { return !settles(sync, *event); });
    certain_.insert(certain_.end(), left, pending_.end());
    pending_.erase(left, pending_.end());
    fold();
  }
  // While nothing is pending, what is certain need not be carried out again and again.
  void fold() {
    if (!pending_.empty()) return;
    take_back();
    std::sort(certain_.begin(), certain_.end());
    for (const DiskEvent* event : certain_) {
      carry_out(base_, *event);
      carry_out(shown_, *event);
    }
    certain_.clear();
  }

  void show(const DiskEvent& event) {
    if (event.kind == DiskEvent::Kind::write) {
      written_.push_back({event.path, static_cast<std::size_t>(event.offset), event.bytes.size()});
    } else {
      has_moved_ = true;
    }
    carry_out(shown_, event);
  }
  // Files are large and what is written to them is little: only that is made as it was.
  void take_back() {
    if (has_moved_) shown_ = base_;
    for (const Written& one : written_) {
      const auto was = base_.find(one.path);
      if (was == base_.end()) {
        shown_.erase(one.path);
        continue;
      }
      std::string& file = shown_[one.path];
      file.resize(was->second.size());
      if (one.offset < file.size()) file.replace(one.offset, one.size, was->second, one.offset, one.size);
    }
    written_.clear();
    has_moved_ = false;
  }

  struct Written {
    std::string path;
    std::size_t offset;
    std::size_t size;
  };

  Files base_;
  Files shown_;                   // base_, and what was written to it since
  std::vector<Written> written_;  // to shown_
  bool has_moved_ = false;        // shown_ is not made of base_ by writes alone
  std::vector<const DiskEvent*> certain_;
  std::vector<const DiskEvent*> pending_;
  int told_ = 0;
};

// Choices of one moment, none twice.
class Choices {
 public:
  Choices(const std::vector<const DiskEvent*>& pending, std::size_t most, sim::SeededRandom& random)
      : pending_{pending}, most_{most}, random_{random} {
    subsets_ = pending.size() < 16 && (std::size_t{1} << pending.size()) <= most ? std::size_t{1} << pending.size() : 0;
    is_torn_ = std::any_of(pending.begin(), pending.end(), [](const DiskEvent* event) { return torn_parts(*event); });
  }

  // Nothing: there are no more, or enough were given.
  std::optional<Choice> next() {
    if (given_.size() >= most_) return std::nullopt;
    if (given_.size() < subsets_) {
      Choice choice(pending_.size());
      for (std::size_t i = 0; i < choice.size(); ++i) choice[i] = given_.size() >> i & 1U;
      given_.insert(choice);
      return choice;
    }
    if (subsets_ > 0 && !is_torn_) return std::nullopt;
    for (std::size_t vain = 0; vain < vain_draws_max; ++vain) {
      Choice choice = drawn();
      if (given_.insert(choice).second) return choice;
    }
    return std::nullopt;
  }

 private:
  Choice drawn() {
    Choice choice(pending_.size());
    for (std::size_t i = 0; i < choice.size(); ++i) {
      const Part torn = torn_parts(*pending_[i]);
      const std::uint64_t drawn = random_.u64() % 3;
      choice[i] = drawn < 2 || torn == 0 ? static_cast<Part>(drawn & 1U) : 2 + static_cast<Part>(random_.u64() % torn);
    }
    return choice;
  }

  const std::vector<const DiskEvent*>& pending_;
  const std::size_t most_;
  sim::SeededRandom& random_;
  std::size_t subsets_ = 0;
  bool is_torn_ = false;
  std::set<Choice> given_;
};

}  // namespace

void carry_out(Files& files, const DiskEvent& event) {
  if (event.kind == DiskEvent::Kind::remove) {
    files.erase(event.path);
    return;
  }
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

int for_each_crash_state(const Files& before, const std::vector<DiskEvent>& events, const StateOptions& options,
                         const VisitState& visit) {
  sim::SeededRandom random{options.seed};
  int states = 0;
  Moment moment{before};
  for (std::size_t next = 0; next <= events.size(); ++next) {
    if (next == events.size() || moment.ends_with(events[next])) {
      Choices choices{moment.pending(), options.states_of_moment_max, random};
      while (const auto choice = choices.next()) {
        ++states;
        if (!visit(moment.files_of(*choice), moment.told())) return states;
      }
    }
    if (next < events.size()) moment.pass(events[next]);
  }
  return states;
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

void LaidOut::lay_out(const Files& files) {
  const bool has_same_names =
      std::equal(files.begin(), files.end(), there_.begin(), there_.end(),
                 [](const auto& wanted, const auto& there) { return wanted.first == there.first; });
  if (!is_known_ || !has_same_names) {
    crash::lay_out(files, from_, to_);
    there_ = files;
    is_known_ = true;
    return;
  }
  for (const auto& [path, bytes] : files) write_differing(path, bytes, there_[path]);
}

void LaidOut::write_differing(const std::string& path, const std::string& bytes, std::string& there) const {
  const int fd = ::open((to_ + path.substr(from_.size())).c_str(), O_WRONLY | O_CLOEXEC);
  REDRESS_ASSERT(fd >= 0);
  if (there.size() != bytes.size()) {
    REDRESS_ASSERT(::ftruncate(fd, static_cast<off_t>(bytes.size())) == 0);
    there.resize(bytes.size());
  }
  for (std::size_t at = 0; at < bytes.size(); at += page_bytes) {
    const std::size_t size = std::min(page_bytes, bytes.size() - at);
    if (std::memcmp(bytes.data() + at, there.data() + at, size) == 0) continue;
    REDRESS_ASSERT(::pwrite(fd, bytes.data() + at, size, static_cast<off_t>(at)) == static_cast<ssize_t>(size));
    there.replace(at, size, bytes, at, size);
  }
  ::close(fd);
}

void LaidOut::follow(const std::vector<DiskEvent>& events) {
  for (const DiskEvent& event : events) {
    if (event.kind == DiskEvent::Kind::rename || event.kind == DiskEvent::Kind::remove) is_known_ = false;
    if (event.kind != DiskEvent::Kind::write) continue;
    DiskEvent moved = event;
    moved.path = from_ + event.path.substr(to_.size());
    if (there_.contains(moved.path)) {
      carry_out(there_, moved);
    } else {
      is_known_ = false;
    }
  }
}

}  // namespace redress::crash
