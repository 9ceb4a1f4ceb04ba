// The load of a branch: complaints and acts through the door that HTTP uses, after JSON: the desk checks and seals a
// command, the loop's queue takes it, the loop commits it.
//
// A resource of the thread that registers; what it is given outlives it. The loop tells it what was committed.
#pragma once

#include <condition_variable>
#include <mutex>
#include <vector>

#include "ops/measure/texts.h"
#include "ops/shell/commands.h"
#include "store/desk.h"

namespace redress::measure {

// What the entries are.
enum class Shape {
  mixed,  // by turns a case of one entry, and an entry of a case of fifty
  alone,  // every entry opens a case
  cases,  // every entry belongs to a case of fifty
};

struct LoadPlan {
  Shape shape = Shape::mixed;
  std::size_t count = 0;  // of entries
  std::string source;     // begins every Idempotency-Key; a run of its own
  const Texts* texts = nullptr;
};

class Load {
 public:
  static constexpr std::size_t case_entries = 50;

  Load(const LoadPlan& plan, store::Desk& desk, const casework::Kinds& kinds, shell::CommandQueue& queue);
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  // Seals the next entry and hands it to the loop; waits while the loop's queue is full, or while the case's last entry
  // is not committed. Fails with the first refusal.
  [[nodiscard]] Status next();
  // Waits until everything handed over is committed. Fails with the first refusal.
  [[nodiscard]] Status settle();
  [[nodiscard]] std::size_t handed_over() const noexcept { return made_; }

 private:
  struct Case {
    std::optional<CaseId> id;
    bool waits = false;  // for the commit of its last entry
  };
  // Where the next entry of the cases of fifty stands: cases are worked on side by side, an entry each in turn.
  struct Turn {
    std::size_t at = 0;      // index into open_
    bool registers = false;  // opens the case anew
  };
  [[nodiscard]] Turn turn_of(std::size_t number) const;
  [[nodiscard]] Status hand_over(Result<std::variant<store::Append, store::Appended>> made, Case* of);
  [[nodiscard]] std::vector<casework::FieldText> fields(bool registers) const;
  void committed(const Result<store::Appended>& appended, Case* of);

  const LoadPlan plan_;
  store::Desk& desk_;
  shell::CommandQueue& queue_;
  std::string act_kind_;
  std::size_t made_ = 0;
  std::size_t of_cases_ = 0;  // entries made of cases of fifty
  std::mutex mutex_;          // over what follows
  std::condition_variable moved_;
  std::vector<Case> open_;
  std::size_t under_way_ = 0;
  std::optional<Error> refused_;
};

}  // namespace redress::measure
