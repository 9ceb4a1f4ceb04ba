// Cases that were opened lately, so that an entry is not opened again each time its case grows by one.
//
// A resource of the thread that opens them; in memory only, wiped by nothing: it holds no long texts. An entry's row
// never changes where it stands, so what was read of it stays true; what could not be read is not kept. One case is in
// hand and changed there; the others wait.
#pragma once

#include <deque>
#include <list>
#include <map>
#include <optional>
#include <unordered_map>

#include "protocol/base/bytes.h"
#include "protocol/base/limits.h"
#include "store/case_file.h"

namespace redress::store {

// What is kept in memory of an event: all but long texts.
[[nodiscard]] casework::Event without_texts(const casework::Kinds& kinds, const casework::Event& event);

// What an event takes of memory, about.
[[nodiscard]] std::size_t bytes_of(const casework::Event& event);

class CaseMemory {
 public:
  // Of what it keeps, about (D25). An advance of the follower that comes to a hundred cases of fifty entries, and to
  // five hundred new ones between, finds the hundred again.
  static constexpr std::size_t bytes_max = 6 * limits::mib;

  explicit CaseMemory(std::size_t bytes = bytes_max) : bytes_max_{bytes} {}

  // What is kept of a case, and its entries in order of arrival; it is kept no more. Without entries: nothing is.
  [[nodiscard]] CaseFile take(const CaseId& case_id);
  // Keeps the entries that were read, and the view if that is all of them; cases that were not asked for longest give
  // way. Requires: nothing is kept of this case.
  void keep(CaseFile file);

  // What is kept of a case, to be worked on until the next call; what was in hand before is kept again.
  [[nodiscard]] CaseFile& hand_out(const CaseId& case_id);

  // What this thread has sealed itself, and need not open when it comes to stand in its case: by the identity, which
  // binds header and body. The newest `sealed_max` of them, `sealed_bytes_max` at most together.
  void add_sealed(const Digest& identity, casework::Event event);
  // Null if it is not kept; until the next call.
  [[nodiscard]] const casework::Event* sealed(const Digest& identity) const;
  // Nothing if it is not kept; it is kept no more.
  [[nodiscard]] std::optional<casework::Event> take_sealed(const Digest& identity);

  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

 private:
  struct Kept {
    CaseFile file;
    std::size_t bytes = 0;
    std::list<CaseId>::iterator turn;
  };
  // Its first bytes: a digest is spread already, and these are of what this site sealed itself.
  struct SpreadOf {
    std::size_t operator()(const Digest& digest) const noexcept {
      return static_cast<std::size_t>(Reader{digest.bytes}.u64());
    }
  };
  void forget(std::map<CaseId, Kept>::iterator kept);

  static constexpr std::size_t sealed_max = limits::command_queue_max;
  static constexpr std::size_t sealed_bytes_max = limits::mib / 2;

  const std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  std::map<CaseId, Kept> cases_;
  std::optional<CaseFile> in_hand_;
  std::list<CaseId> turns_;  // who was not asked for longest stands first
  std::unordered_map<Digest, casework::Event, SpreadOf> sealed_;
  std::deque<Digest> sealed_turns_;  // the oldest first; of some what was sealed is taken
  std::size_t sealed_bytes_ = 0;
};

}  // namespace redress::store
