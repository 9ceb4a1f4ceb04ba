// For --trace: what each commit placed in which stream, so that a failing seed can be read.
#include "tests/sim/judge.h"

namespace redress::sim {
namespace {

// A row that a later change of the same commit writes again is told once, as it was left.
bool is_written_again(const MemoryTruth::Commit& commit, std::size_t at) {
  for (std::size_t later = at + 1; later < commit.size(); ++later) {
    if (commit[later].table == commit[at].table && commit[later].key == commit[at].key) return true;
  }
  return false;
}

std::string text_of(const journal::What& what) {
  return " author=" + std::to_string(what.author.value()) + " kind=" + std::to_string(what.kind.value()) +
         " case=" + to_hex(ByteView{what.case_id.bytes}) + " key=" + to_hex(ByteView{what.key.bytes}.first(6));
}

}  // namespace

void Judge::tell_commit(const Machine& machine, const MemoryTruth::Commit& commit, const std::vector<Stored>& stored) {
  const std::string by = std::to_string(world_.now().value()) + " machine=" + std::to_string(machine.index) + " place ";
  for (std::size_t i = 0; i < commit.size(); ++i) {
    const MemoryTruth::Change& change = commit[i];
    if (change.table != store::Table::places || is_written_again(commit, i)) continue;
    std::string line = by + name_of(store::stream_of(change.key), Seq{store::position_of(change.key).value()});
    if (!change.value) {
      world_.tell(line + " gives way");
      continue;
    }
    const Position ledger{Reader{*change.value}.u64()};
    line += " ledger=" + std::to_string(ledger.value());
    if (const auto identity = book_of(machine).identity_at(ledger)) line += " entry=" + short_name(*identity);
    for (const Stored& one : stored) {
      if (one.ledger == ledger) line += text_of(one.header.what);
    }
    world_.tell(line);
  }
}

}  // namespace redress::sim
