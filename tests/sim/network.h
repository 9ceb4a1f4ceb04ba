// The lines between branches and head office, and what the weather does to a frame on its way.
//
// A value of the world's one thread; all its chances come from one die. A connection has a number, never used again;
// frames of an ended one arrive nowhere.
#pragma once

#include <deque>
#include <optional>
#include <queue>
#include <vector>

#include "protocol/base/bytes.h"
#include "tests/sim/dice.h"

namespace redress::sim {

// Which way a frame goes.
enum class Way : std::uint8_t { up, down };

// What arrives, and when.
struct Arrival {
  Instant at;
  Instant sent;
  std::uint64_t order = 0;
  std::size_t machine = 0;  // the branch's machine
  std::uint64_t line = 0;
  enum class What : std::uint8_t { frame_up, frame_down, opened, ended } what{};
  Bytes frame;
};

class Network {
 public:
  struct Air {
    unsigned loss = 0;        // frames of a thousand
    unsigned duplicates = 0;  // frames of a thousand
    bool reorders = false;
    std::int64_t delay_ms = 20;
    std::int64_t jitter_ms = 0;
    std::int64_t bytes_a_second = 0;  // 0: as many as there are
  };

  Network(std::size_t machines, std::uint64_t seed) : dice_{seed}, lines_(machines) {}

  Air air;

  void add_machine() { lines_.emplace_back(); }
  // A new connection of a branch; nothing is told if the way is cut, soon after if head office is down.
  std::uint64_t open(Instant now, std::size_t machine, bool centre_up);
  // The branch has given its connection up.
  void close(std::size_t machine) { lines_[machine].number = 0; }
  [[nodiscard]] std::uint64_t line_of(std::size_t machine) const { return lines_[machine].number; }
  // The branch whose connection this is; nothing: it has ended.
  [[nodiscard]] std::optional<std::size_t> machine_of(std::uint64_t line) const;
  void send(Instant now, std::size_t machine, std::uint64_t line, Way way, Bytes frame);
  // Tells the branch that its connection has ended, as an operating system does.
  void reset(Instant now, std::size_t machine);

  // The ways are counted, so that faults may overlap: each begins with true and ends with false.
  void cut(std::size_t machine, Way way, bool begins);
  void clog(Instant now, std::size_t machine, bool begins);
  // Nothing is cut or clogged any more, and the air is clear.
  void heal(Instant now);
  [[nodiscard]] bool is_cut(std::size_t machine, Way way) const { return lines_[machine].cuts[index_of(way)] > 0; }

  [[nodiscard]] Instant next_at() const { return arrivals_.empty() ? never : arrivals_.top().at; }
  // Requires: next_at() is not never.
  [[nodiscard]] Arrival take();

  std::uint64_t frames = 0;
  std::uint64_t lost = 0;

 private:
  struct Line {
    std::uint64_t number = 0;  // 0: none
    unsigned cuts[2] = {0, 0};
    unsigned clogs = 0;
    Instant free_at[2];           // when the way has carried what was sent before
    Instant last_at[2];           // when the last frame arrives: the next does not overtake it
    std::deque<Arrival> waiting;  // while it is clogged
  };
  struct Later {
    bool operator()(const Arrival& a, const Arrival& b) const { return a.at != b.at ? a.at > b.at : a.order > b.order; }
  };
  static std::size_t index_of(Way way) { return static_cast<std::size_t>(way); }
  void push(Arrival arrival);

  Dice dice_;
  std::vector<Line> lines_;
  std::priority_queue<Arrival, std::vector<Arrival>, Later> arrivals_;
  std::uint64_t orders_ = 0;
  std::uint64_t numbers_ = 0;
};

}  // namespace redress::sim
