// Cases that were opened lately, so that an entry is not opened again each time its case grows by one.
//
// A resource of the thread that opens them; in memory only, wiped by nothing: it holds no long texts. An entry's row
// never changes where it stands, so what was read of it stays true; what could not be read is not kept.
#pragma once

#include <list>
#include <map>
#include <vector>

#include "protocol/base/limits.h"
#include "protocol/casework/case.h"

namespace redress::store {

class CaseMemory {
 public:
  // Of what it keeps, about (D25: both threads that open cases together).
  static constexpr std::size_t bytes_max = 2 * limits::mib;

  explicit CaseMemory(std::size_t bytes = bytes_max) : bytes_max_{bytes} {}

  // What is kept of a case, in order of arrival; it is kept no more. Empty: nothing.
  [[nodiscard]] std::vector<casework::Told> take(const CaseId& case_id);
  // Keeps those that were read; cases that were not asked for longest give way. Requires: nothing is kept of this case.
  void keep(const CaseId& case_id, const std::vector<casework::Told>& told);

  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

 private:
  struct Kept {
    std::vector<casework::Told> told;
    std::size_t bytes = 0;
    std::list<CaseId>::iterator turn;
  };
  void forget(std::map<CaseId, Kept>::iterator kept);

  const std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  std::map<CaseId, Kept> cases_;
  std::list<CaseId> turns_;  // who was not asked for longest stands first
};

}  // namespace redress::store
