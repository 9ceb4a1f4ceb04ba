// A day at a bank, played through the programs' command lines: the stories of day_stories.h on a network of a gateway
// and three branches, the far outlet's line cut in between, and every story judged at every site in the evening.
//
// DayPlay: a resource of one thread; what it is given outlives it. Told: lines for a person to follow it by.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "ops/demonstration/day_judge.h"
#include "ops/demonstration/network.h"

namespace redress::demo {

// One day on a network that runs already. An act waits until its site shows everything that its author knew.
class DayPlay {
 public:
  // `day` sets the keys of its acts apart from those of another day on the same network.
  DayPlay(const Network& network, std::string folder, Surroundings around, std::string day,
          std::function<void(const std::string&)> tell);

  // Plays at most one act that belongs to the line as it is. False: nothing to do now. Fails if an act that must be
  // taken was refused, or the other way round.
  [[nodiscard]] Result<bool> step(bool cut);
  // Nothing is left to do but with the line in the other state, or at all.
  [[nodiscard]] bool waits_for_line(bool cut) const;
  [[nodiscard]] bool is_over() const;

  [[nodiscard]] std::size_t acts_taken() const noexcept { return taken_; }
  [[nodiscard]] std::size_t acts_refused() const noexcept { return refused_; }
  [[nodiscard]] std::size_t acts_in_cut() const noexcept { return in_cut_; }

  // What every site shows of every story, judged. Requires: is_over(), and no lag.
  [[nodiscard]] Result<std::vector<std::string>> judge() const;

 private:
  struct Course {
    const Story* story = nullptr;
    std::size_t next = 0;  // of its acts
    std::string case_id;
    std::vector<Played> played;
  };
  struct Answer {
    bool refused = false;
    std::string reason;
    std::string text;
  };
  [[nodiscard]] Result<Answer> ask(SiteId site, const std::vector<std::string>& arguments) const;
  [[nodiscard]] Result<bool> knows_enough(const Course& course) const;
  [[nodiscard]] Status play(Course& course);

  const Network& network_;
  const std::string folder_;
  const Surroundings around_;
  const std::string day_;
  const std::function<void(const std::string&)> tell_;
  std::vector<Course> courses_;
  std::size_t turn_ = 0;  // whose story is looked at first
  std::size_t taken_ = 0;
  std::size_t refused_ = 0;
  std::size_t in_cut_ = 0;
};

struct DayVerdict {
  std::size_t stories = 0;
  std::size_t acts = 0;          // taken
  std::size_t acts_in_cut = 0;   // of these, while the line was cut
  std::size_t acts_refused = 0;  // by the rule that they had to be refused by
  std::size_t problems = 0;      // what the judge found
  std::uint64_t verify_errors = 0;
};

struct DayOptions {
  std::string programs;  // the folder of the programs
  std::string folder;    // for the homes; exists
  Surroundings around;
  std::function<void(const std::string& line)> tell;
  std::int64_t pace_ms = 0;  // between two acts, for a person who looks on
};

// Fails if the day could not be played to its end; what was found in the evening is in the verdict.
[[nodiscard]] Result<DayVerdict> run_day(const DayOptions& options);
// One line.
[[nodiscard]] std::string to_json(const DayVerdict& verdict);
// The same in words, Chinese and English.
[[nodiscard]] std::string to_text(const DayVerdict& verdict);
[[nodiscard]] bool passes(const DayVerdict& verdict);

}  // namespace redress::demo
