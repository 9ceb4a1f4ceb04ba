// What runs beside a case's main road, told a second time and apart from casework: questions and their answers, what
// must be settled before an end, who may not answer, who is complained of.
//
// Values; pure. A few of the kinds: those that `beside.h` lets people do.
#pragma once

#include <array>
#include <optional>
#include <set>
#include <utility>

#include "store/case_file.h"

namespace redress::sim {

using Person = std::pair<SiteId, StaffId>;

// How a site stands to a case. Bits.
inline constexpr unsigned is_registrar = 1;
inline constexpr unsigned is_handler = 2;
inline constexpr unsigned is_supervisor = 4;
inline constexpr unsigned is_centre = 8;

enum class Topic { none, classification, proposal, extension, order, withdrawal };
inline constexpr std::size_t topic_count = 6;

// How a topic stands. Bits.
inline constexpr unsigned topic_never = 1;
inline constexpr unsigned topic_asked = 2;
inline constexpr unsigned topic_allowed = 4;
inline constexpr unsigned topic_refused = 8;

struct BesideRow {
  std::uint16_t kind;
  const char* name;
  unsigned who;
  bool after_the_end = false;  // may be done to an ended case too
  Topic topic = Topic::none;
  unsigned becomes = 0;     // how the topic stands then
  unsigned wants = 0;       // how it must stand before; 0: however
  bool by_another = false;  // not by who asked, nor by who began the work
  bool not_accused_unit = false;
};

// Nothing: not one of these.
[[nodiscard]] const BesideRow* beside_row(std::uint16_t kind);
[[nodiscard]] std::span<const BesideRow> beside_rows();

// Of two entries of a case: did the author of one know the other, and who comes first.
class Precedence {
 public:
  virtual ~Precedence() = default;
  [[nodiscard]] virtual bool knew(std::size_t later, std::size_t earlier) const = 0;
  [[nodiscard]] virtual int rank_of(std::size_t entry) const = 0;
};

// How it all stands after some acts.
class Matters {
 public:
  struct Standing {
    unsigned now = topic_never;
    std::optional<std::size_t> latest;
    Person asker;
  };

  [[nodiscard]] bool shuts_out(const Person& person) const { return accused_.contains(person); }
  // Of a row above; `relation`: bits of how the author's site stands to the case.
  [[nodiscard]] bool allows(const BesideRow& row, unsigned relation, bool open, const Person& person) const;
  // What must be settled before a case closes, or is withdrawn by `unit`.
  [[nodiscard]] bool may_close() const;
  [[nodiscard]] bool may_withdraw(SiteId unit) const;

  void note(const BesideRow& row, std::size_t entry, const casework::Told& told, const Precedence& precedence);
  void note_start(std::size_t entry, const Person& person);
  // The case goes on: what belongs to one round of work begins again, as far as `entry` knew it.
  void note_resumption(std::size_t entry, const Precedence& precedence);

  [[nodiscard]] const Standing& on(Topic topic) const { return topics_[static_cast<std::size_t>(topic)]; }

 private:
  std::array<Standing, topic_count> topics_;
  std::set<Person> accused_;
  std::set<SiteId> accused_units_;
  std::optional<std::size_t> started_;
  std::optional<Person> starter_;
};

// The program's matter of the same meaning. Requires: not Topic::none.
[[nodiscard]] casework::Matter matter_of(Topic topic);
// The program's standing, in these bits.
[[nodiscard]] unsigned standing_of(casework::Standings standing);

}  // namespace redress::sim
