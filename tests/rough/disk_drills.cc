// Drills of an outlet's disk: a small ext4 of its own, from a file, filled up or turned read-only. Only root may mount.
#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/rough/stage.h"

namespace redress::rough {
namespace fs = std::filesystem;
namespace {

constexpr std::int64_t disk_mib = 1'024;  // views come back when a quarter of it is free
constexpr std::int64_t end_ms_max = 30'000;
constexpr std::int64_t room_ms_max = 30'000;
constexpr int exit_gave_up = 3;

class SmallDisk {
 public:
  static Result<std::unique_ptr<SmallDisk>> make(const std::string& folder, std::vector<std::string> format = {}) {
    std::unique_ptr<SmallDisk> disk{new SmallDisk{folder}};
    fs::create_directories(disk->at_);
    const int fd = ::open(disk->image_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    const bool sized = fd >= 0 && ::ftruncate(fd, disk_mib << 20) == 0;
    if (fd >= 0) ::close(fd);
    if (!sized) return fail(Code::io, "make " + disk->image_);
    demo::Command make{path_of("mkfs.ext4"), "-q", "-m", "0"};
    make.insert(make.end(), format.begin(), format.end());
    make.push_back(disk->image_);
    const auto made = run_command(make);
    if (!made) return fail(made.error());
    const Status mounted = disk->mount();
    if (!mounted) return fail(mounted.error());
    return disk;
  }
  ~SmallDisk() { static_cast<void>(unmount()); }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  [[nodiscard]] std::string data() const { return at_ + "/data"; }
  [[nodiscard]] Status mount() {
    const auto done = run_command({path_of("mount"), "-o", "loop,errors=remount-ro", image_, at_});
    mounted_ = done.has_value();
    return mounted_ ? Status{Done{}} : fail(done.error());
  }
  [[nodiscard]] Status unmount() {
    if (!std::exchange(mounted_, false)) return Done{};
    const auto done = run_command({path_of("umount"), at_});
    return done ? Status{Done{}} : fail(done.error());
  }
  // What a disk with an error becomes: the kernel turns it read-only, whoever writes.
  [[nodiscard]] Status turn_read_only() const {
    const auto listed = run_command({path_of("losetup"), "-n", "-O", "NAME", "-j", image_});
    if (!listed) return fail(listed.error());
    const std::string device = fs::path{listed->substr(0, listed->find_first_of(" \n"))}.filename().string();
    std::ofstream trigger{"/sys/fs/ext4/" + device + "/trigger_fs_error"};
    trigger << "drill" << std::flush;
    return trigger ? Status{Done{}} : fail(Code::io, "the kernel takes no error for " + device);
  }
  [[nodiscard]] Status mend() {
    Status done = unmount();
    // Its status says what was mended.
    static_cast<void>(run_command({path_of("e2fsck"), "-f", "-y", image_}));
    return done ? mount() : done;
  }
  // Somebody else's file takes all that is left.
  void crowd() const {
    const int fd = ::open((at_ + "/crowd").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    off_t end = 0;
    for (off_t step = disk_mib << 20; fd >= 0 && step >= 4'096; step /= 2) {
      while (::posix_fallocate(fd, end, step) == 0) end += step;
    }
    if (fd >= 0) ::close(fd);
  }
  void uncrowd() const { fs::remove(at_ + "/crowd"); }
  // Empty files, until no more can be made.
  [[nodiscard]] int use_up_inodes() const {
    fs::create_directories(at_ + "/many");
    for (int made = 0;; ++made) {
      const int fd = ::open((at_ + "/many/" + std::to_string(made)).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
      if (fd < 0) return made;
      ::close(fd);
    }
  }

 private:
  explicit SmallDisk(const std::string& folder) : image_{folder + "/disk.img"}, at_{folder + "/disk"} {}
  const std::string image_;
  const std::string at_;
  bool mounted_ = false;
};

struct Set {
  std::unique_ptr<SmallDisk> disk;
  std::unique_ptr<Stage> stage;  // ends before its disk
};

Result<Set> set_up(DrillPlaces places, const std::string& name, const std::vector<std::string>& format = {}) {
  places.folder += "/" + name;
  fs::create_directories(places.folder);
  Set set;
  auto disk = SmallDisk::make(places.folder, format);
  if (!disk) return fail(disk.error());
  set.disk = std::move(*disk);
  auto stage = Stage::open(places, {}, false, set.disk->data());
  if (!stage) return fail(stage.error());
  set.stage = std::move(*stage);
  return set;
}

void act_for(Stage& stage, std::int64_t ms) {
  const Clients people{stage.fleet(), stage.history(), 3, {50, 2'000}};
  pass_time(ms);
}

void check_end(Stage& stage, DrillReport& report) {
  for (const auto& broken : {stage.settled(), judge_all(stage.fleet(), stage.history())})
    report.problems.insert(report.problems.end(), broken.begin(), broken.end());
}

// Asks for new cases until the outlet says `code`, at most so often.
bool refuses(Stage& stage, Code code) {
  auto client = stage.fleet().client(outlet);
  for (int i = 0; client && i < 50; ++i) {
    const Wish wish = stage.history().wish(outlet, "registered", "", 20'000);
    const auto answer = client->post("/api/v1/cases", {{"fields", {{"narrative", wish.text}}}}, wish.key);
    if (answer) {
      stage.history().on_saved(wish, *answer);
      continue;
    }
    if (answer.error().code != Code::unreachable) stage.history().on_refused(wish, answer.error());
    return answer.error().code == code;
  }
  return false;
}

DrillReport hold_full(Set& set) {
  DrillReport report;
  Stage& stage = *set.stage;
  act_for(stage, 2'000);
  set.disk->crowd();
  if (!refuses(stage, Code::store_full)) report.problems.emplace_back("a full disk is not said to be full");
  // The line still works, both ways: receipts fit.
  act_for(stage, 3'000);
  if (!stage.fleet().runs(outlet)) report.problems.emplace_back("the outlet ended on a full disk");
  // The views give way in a while: that is no damage.
  const Instant gone = after_ms(shell::mono_now(), room_ms_max);
  for (bool waits = false; !waits && report.problems.empty();) {
    const auto verified = stage.fleet().ask(outlet, {"verify"});
    waits = verified && verified->value("waiting", 0) > 0;
    const bool good = verified && verified->value("errors", 1) == 0 && (waits || shell::mono_now() < gone);
    if (!good)
      report.problems.push_back("verify on a full disk: " + (verified ? verified->dump() : verified.error().what));
    pass_time(250);
  }
  set.disk->uncrowd();
  const Instant until = after_ms(shell::mono_now(), room_ms_max);
  auto saved = stage.saved_at_outlet();
  while (!saved && shell::mono_now() < until) {
    pass_time(100);
    saved = stage.saved_at_outlet();
  }
  if (!saved) report.problems.push_back("with room again: " + saved.error().what);
  check_end(stage, report);
  return report;
}

// Killed while the disk is full: it comes back, says what it said, and takes no more until there is room.
DrillReport hold_killed_full(Set& set) {
  DrillReport report;
  Stage& stage = *set.stage;
  act_for(stage, 2'000);
  set.disk->crowd();
  static_cast<void>(refuses(stage, Code::store_full));
  static_cast<void>(stage.fleet().kill(outlet));
  Status back = stage.fleet().launch(outlet);
  if (back) back = stage.fleet().await_door(outlet);
  if (!back) {
    report.problems.push_back("on a full disk it does not start: " + back.error().what);
    return report;
  }
  if (!refuses(stage, Code::store_full)) report.problems.emplace_back("a full disk is not said to be full");
  set.disk->uncrowd();
  act_for(stage, 1'000);
  check_end(stage, report);
  return report;
}

DrillReport hold_inodes(Set& set) {
  DrillReport report;
  Stage& stage = *set.stage;
  act_for(stage, 1'000);
  if (set.disk->use_up_inodes() == 0) report.problems.emplace_back("there were no inodes to use up");
  act_for(stage, 1'000);
  static_cast<void>(stage.fleet().kill(outlet));
  Status back = stage.fleet().launch(outlet);
  if (back) back = stage.fleet().await_door(outlet);
  if (!back) {
    report.problems.push_back("without inodes it does not start: " + back.error().what);
    return report;
  }
  const auto saved = stage.saved_at_outlet();
  if (!saved) report.problems.push_back("without inodes: " + saved.error().what);
  check_end(stage, report);
  return report;
}

DrillReport hold_read_only(Set& set) {
  DrillReport report;
  Stage& stage = *set.stage;
  act_for(stage, 2'000);
  if (const Status turned = set.disk->turn_read_only(); !turned) return {{}, turned.error().what, {}};
  if (stage.saved_at_outlet()) report.problems.emplace_back("saved, on a disk that takes nothing");
  bool by_itself = false;
  const auto ended = stage.fleet().end(outlet, end_ms_max, &by_itself);
  if (!by_itself || !ended || *ended != demo::Ended{false, exit_gave_up})
    report.problems.emplace_back("it does not give up on a disk that takes nothing");
  // Nor does it start there.
  static_cast<void>(stage.fleet().launch(outlet));
  const auto refused = stage.fleet().end(outlet, end_ms_max, &by_itself);
  if (!by_itself || !refused || refused->by_signal || refused->number == 0)
    report.problems.emplace_back("it starts on a disk that takes nothing");
  if (const Status mended = set.disk->mend(); !mended) return {{mended.error().what}, {}, {}};
  Status back = stage.fleet().launch(outlet);
  if (back) back = stage.fleet().await_door(outlet);
  if (!back) return {{"with the disk mended: " + back.error().what}, {}, {}};
  act_for(stage, 1'000);
  check_end(stage, report);
  return report;
}

Drill on_disk(const DrillPlaces& places, const std::string& name, const std::string& folder, DrillReport (*hold)(Set&),
              const std::vector<std::string>& format = {}) {
  return {"disk: " + name, [=]() -> DrillReport {
            if (!is_root()) return {{}, "only root may mount", {}};
            for (const char* needed : {"mkfs.ext4", "mount", "umount", "losetup", "e2fsck"}) {
              if (path_of(needed).empty()) return {{}, std::string{"there is no "} + needed, {}};
            }
            auto set = set_up(places, folder, format);
            if (!set) return {{set.error().what}, {}, {}};
            return hold(*set);
          }};
}

}  // namespace

std::vector<Drill> disk_drills(const DrillPlaces& places) {
  return {
      on_disk(places, "full, and room again", "full", hold_full),
      on_disk(places, "killed while it is full", "killed", hold_killed_full),
      on_disk(places, "no inodes left", "inodes", hold_inodes, {"-N", "128"}),
      on_disk(places, "turned read-only by the kernel", "read-only", hold_read_only),
  };
}

}  // namespace redress::rough
