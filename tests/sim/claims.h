// Which faults the promises are held against. The one place: the injector draws from this table, the judge and
// README.md refer to it.
//
// Inside the claims is every row of the table. In words:
// - A line may lose, repeat, delay and reorder frames, stand still, pass one way only, or be gone for as long as
//   30 days, for one branch, some, or all at once. It does not change bytes: CURVE sees to that.
// - A program may die at any moment: before, in and after a commit, and between commit and send.
// - A commit may fail, the disk may be full for a while. What was committed stays, except where a row says otherwise.
// - A stored row may change by one bit; `verify` names it. Then a person puts the row right again; an entry that the
//   other end holds too comes back by itself.
// - A wall clock may jump ten years either way and drift; the monotonic clock of a running program goes on.
// - A branch may lose its disk, wake up as an old image of itself, or live twice; head office may be put back to an old
//   backup (members.log, which is copied off at each change, survives). An entry is lost only if no disk of a site that
//   still belongs, and is not hostile, holds it when the last one that did is destroyed or leaves. [needs repair]
// - A person may revoke a branch: what it had not sent by then waits for a person, and is not asked for here.
// - One enrolled branch may be hostile: it sends what it likes, signed with its own key. It harms nobody else, nor
//   does it use up what a full store keeps for receipts.
//
// Outside: head office's machine in hostile hands, loss of every disk, a broken digest or cipher.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace redress::sim {

enum class FaultKind : std::uint8_t {
  loss,
  duplication,
  reorder,
  delay,
  narrow,
  clog,
  swizzle,
  cut_up,
  cut_down,
  cut,
  flap,
  cut_all,
  reset,
  crash,
  crash_before_commit,
  crash_in_commit,
  crash_before_send,
  power_off,
  write_fails,
  disk_full,
  bit_flip,
  clock_step,
  clock_drift,
  revoke,
  hostile,
  restore,
  restore_level,
  clone,
  reinstall,
  roll_back,
  roll_back_both,
};

// Whom a fault strikes.
enum class Strikes {
  run,     // every line, from beginning to end: the weather
  branch,  // one branch or its line
  anyone,  // one site, head office among them
  centre,  // head office
  some,    // several branches at once
};

struct FaultRow {
  FaultKind kind;
  std::string_view name;
  Strikes strikes;
  unsigned weight;         // among what may happen on a day; 0: `runs_permille` decides
  unsigned runs_permille;  // so many runs in a thousand have it once
  std::int64_t shortest_ms;
  std::int64_t longest_ms;  // 0: an instant
  bool needs_repair;
  std::string_view words;
};

// A row for every kind, in the order of the kinds.
[[nodiscard]] std::span<const FaultRow> fault_table();
[[nodiscard]] const FaultRow& row_of(FaultKind kind);

}  // namespace redress::sim
