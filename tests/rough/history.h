// What was asked of whom and what was answered, and the judgement of what the sites hold by that alone.
//
// It knows the API's answers and nothing of the code behind them. Any thread.
#pragma once

#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "protocol/base/ids.h"
#include "protocol/base/result.h"

namespace redress::rough {

// One thing that somebody wanted written down; its text stands in nothing else.
struct Wish {
  SiteId site;
  std::string kind;     // "registered", or an act's
  std::string case_id;  // of an act; of a registration once it is saved
  std::string text;
  std::string key;  // the Idempotency-Key
};

// As a daemon answered it.
struct Saved {
  std::string case_id;
  std::string identity;
  std::string epoch;
  std::uint64_t seq = 0;
  friend bool operator==(const Saved&, const Saved&) = default;
};

// What head office records by itself of limits (kinds `reminded` and `overdue`), whenever their time comes: nobody
// asked for it, and two sites that are looked at one after the other may differ in it.
[[nodiscard]] bool is_prompt(const nlohmann::json& line);

class History {
 public:
  // Its keys begin with `source`; two that watch the same sites need two.
  explicit History(std::string source = "rough") : source_{std::move(source)} {}

  // A new wish, with a key of its own. Its text is at least so many bytes, and does not pack well.
  [[nodiscard]] Wish wish(SiteId site, const std::string& kind, const std::string& case_id, std::size_t text_bytes);
  // Somebody was told "saved" (again). Another answer than before is a problem.
  void on_saved(const Wish& wish, const nlohmann::json& answer);
  void on_refused(const Wish& wish, const Error& error);
  // People at a site were shown this case (P14): what they saw there before must be in it.
  void on_shown(SiteId site, const nlohmann::json& shown);
  void problem(const std::string& what);

  // Asked, and nobody knows what became of it.
  [[nodiscard]] std::vector<Wish> open_of(SiteId site) const;
  // The newest that were told as saved.
  [[nodiscard]] std::vector<Wish> last_saved(SiteId site, std::size_t count) const;
  [[nodiscard]] std::size_t saved_count() const;
  // Every case that somebody was told of, with the site that registered it.
  [[nodiscard]] std::map<std::string, SiteId> cases() const;
  // How much was told as saved about the cases of each registrar.
  [[nodiscard]] std::map<SiteId, std::int64_t> saved_by_registrar() const;
  // The cases with something new since this was last called.
  [[nodiscard]] std::set<std::string> take_touched();
  [[nodiscard]] std::vector<std::string> problems() const;

  // What is wrong with a case as the sites with standing show it: something that was told is missing (P2), is there
  // twice (P3), was refused and is there, or looks different at two sites (P5). Empty: nothing.
  [[nodiscard]] std::vector<std::string> judge(const std::string& case_id,
                                               const std::map<SiteId, nlohmann::json>& shown) const;
  // What is wrong with all that head office shows: cases that nobody was told of, places of a journal that are empty or
  // taken twice (P4), and a site that writes in two epochs (P8).
  [[nodiscard]] std::vector<std::string> judge_all(const std::vector<nlohmann::json>& at_head_office) const;

 private:
  struct Line {
    Wish wish;
    std::optional<Saved> saved;
    std::optional<Code> refused;
  };
  void judge_lines(const std::string& case_id, SiteId site, const nlohmann::json& shown,
                   std::vector<std::string>& broken) const;

  const std::string source_;
  mutable std::mutex mutex_;
  std::vector<Line> lines_;
  std::map<std::string, std::size_t> by_key_;
  std::map<std::string, std::vector<std::size_t>> by_case_;
  std::map<SiteId, std::set<std::size_t>> open_;
  std::map<SiteId, std::vector<std::size_t>> saved_of_;
  // site and case → identity → whether it was shown as being at head office.
  std::map<std::pair<SiteId, std::string>, std::map<std::string, bool>> shown_;
  std::set<std::string> touched_;
  std::size_t saved_ = 0;
  std::vector<std::string> problems_;
};

}  // namespace redress::rough
