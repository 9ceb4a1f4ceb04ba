#include "tests/sim/claims.h"

#include <array>

#include "protocol/base/assert.h"

namespace redress::sim {
namespace {

constexpr std::int64_t second = 1'000;
constexpr std::int64_t minute = 60 * second;
constexpr std::int64_t hour = 60 * minute;
constexpr std::int64_t day = 24 * hour;

using enum FaultKind;

constexpr std::array table{
    FaultRow{loss, "loss", Strikes::run, 0, 400, 0, 0, false, "frames are lost, up to 30 in 100"},
    FaultRow{duplication, "duplication", Strikes::run, 0, 400, 0, 0, false, "frames come twice, up to 50 in 100"},
    FaultRow{reorder, "reorder", Strikes::run, 0, 400, 0, 0, false, "frames overtake each other"},
    FaultRow{delay, "delay", Strikes::run, 0, 300, 0, 0, false, "frames take up to four seconds"},
    FaultRow{narrow, "narrow", Strikes::run, 0, 200, 0, 0, false, "lines carry 2 to 64 kB a second"},
    FaultRow{clog, "clog", Strikes::branch, 60, 0, 2 * second, 10 * minute, false,
             "a line stands still, then delivers"},
    FaultRow{swizzle, "swizzle", Strikes::some, 25, 0, 10 * second, 30 * minute, false,
             "lines are stopped one by one and let go in another order"},
    FaultRow{cut_up, "cut up", Strikes::branch, 30, 0, minute, 12 * hour, false, "nothing from a branch arrives"},
    FaultRow{cut_down, "cut down", Strikes::branch, 30, 0, minute, 12 * hour, false, "nothing to a branch arrives"},
    FaultRow{cut, "cut", Strikes::branch, 60, 0, minute, 30 * day, false, "nothing passes either way"},
    FaultRow{flap, "flap", Strikes::branch, 30, 0, minute, 30 * minute, false, "a line comes and goes by the second"},
    FaultRow{cut_all, "cut all", Strikes::some, 10, 0, minute, 12 * hour, false,
             "head office cannot be reached by anybody; all come back at once"},
    FaultRow{reset, "reset", Strikes::branch, 40, 0, 0, 0, false, "a connection is torn down, and both ends know"},
    FaultRow{crash, "crash", Strikes::anyone, 60, 0, second, 10 * minute, false, "a program dies and starts again"},
    FaultRow{crash_before_commit, "crash before commit", Strikes::anyone, 40, 0, second, minute, false,
             "a program dies when it was about to commit"},
    FaultRow{crash_in_commit, "crash in commit", Strikes::anyone, 40, 0, second, minute, false,
             "a commit's outcome is unknown; it is on the disk"},
    FaultRow{crash_before_send, "crash before send", Strikes::anyone, 60, 0, second, minute, false,
             "a program dies after a commit, before anything of that turn is sent"},
    FaultRow{power_off, "power off", Strikes::branch, 15, 0, 10 * minute, 14 * hour, false,
             "a machine is off for long"},
    FaultRow{write_fails, "write fails", Strikes::anyone, 50, 0, 0, 0, false, "a commit fails, nothing happened"},
    FaultRow{disk_full, "disk full", Strikes::anyone, 40, 0, 10 * second, 20 * minute, false,
             "no room; later room again"},
    FaultRow{bit_flip, "bit flip", Strikes::anyone, 15, 0, 0, 0, false,
             "one bit of a stored row changes; in what was not sent, for good"},
    FaultRow{clock_step, "clock step", Strikes::anyone, 40, 0, 0, 0, false, "a wall clock jumps up to ten years"},
    FaultRow{clock_drift, "clock drift", Strikes::anyone, 30, 0, 0, 0, false, "a wall clock runs fast or slow"},
    FaultRow{revoke, "revoke", Strikes::branch, 0, 60, 0, 0, false, "a person revokes a branch"},
    FaultRow{hostile, "hostile", Strikes::branch, 0, 120, 0, 0, false,
             "a branch lies about positions, digests and its name, and acts beyond its authority"},
    FaultRow{restore, "restore", Strikes::branch, 0, 120, second, 10 * minute, true,
             "a branch wakes up as an old image of itself"},
    FaultRow{restore_level, "restore level", Strikes::branch, 0, 60, second, 10 * minute, true,
             "a branch wakes up as an image that ends where its journal ends"},
    FaultRow{clone, "clone", Strikes::branch, 0, 60, hour, day, true, "a copy of a branch's disk lives beside it"},
    FaultRow{reinstall, "reinstall", Strikes::branch, 0, 60, minute, hour, true, "a branch begins with an empty disk"},
    FaultRow{roll_back, "roll back", Strikes::centre, 0, 80, second, hour, true,
             "head office is put back to an old backup, and nobody says so"},
    FaultRow{roll_back_both, "roll back both", Strikes::centre, 0, 60, second, hour, true,
             "head office and a branch are put back together"},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (static_cast<std::size_t>(table[i].kind) != i) return false;
  }
  return true;
}
static_assert(in_order() && table.size() == static_cast<std::size_t>(roll_back_both) + 1);

}  // namespace

std::span<const FaultRow> fault_table() { return table; }

const FaultRow& row_of(FaultKind kind) { return table.at(static_cast<std::size_t>(kind)); }

}  // namespace redress::sim
