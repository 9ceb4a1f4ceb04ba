// Head office alone with many cases, its views, its search; and a plain scan of the same texts to judge it by.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "store/follower.h"
#include "store/search.h"
#include "tests/sim/forge.h"

namespace redress::store {

// What was written about one case: the values of each entry.
struct Written {
  CaseId id;
  std::vector<std::vector<std::string>> entries;
};

class Archive {
 public:
  // `site`: head office has signatures, a branch opens all.
  explicit Archive(std::uint64_t seed, SiteId site = head_office)
      : node{site, SiteId{}, seed, kinds},
        signs{node.keys.views},
        follower{node.truth,      views, node.options(), node.site->epoch(),
                 node.keys.views, kinds, node.random,    Keeps{signs_or_none()}},
        search{node.truth, views, node.options(), node.keys.views, kinds, signs_or_none(), node.random} {
    REQUIRE(follower.open().has_value());
  }

  [[nodiscard]] SignTail* signs_or_none() { return node.id == head_office ? &signs : nullptr; }

  // `accused`: the person here who is complained of.
  void write(std::string_view narrative, std::string_view customer = "", StaffId accused = {}) {
    std::vector<casework::FieldText> fields{{"narrative", std::string{narrative}}};
    if (!customer.empty()) fields.emplace_back("customer_name", customer);
    if (accused != StaffId{}) {
      fields.emplace_back(casework::accused_site_field, std::to_string(node.id.value()));
      fields.emplace_back(casework::accused_staff_field, std::to_string(accused.value()));
    }
    const std::string key = "desk/" + std::to_string(++keys_);
    auto made = node.desk->register_case({StaffId{7}, key, fields, WallTime{clock_ += 1'000}});
    REQUIRE(made.has_value());
    work_.emplace_back(std::get<Append>(std::move(*made)));
    Written one;
    one.id = std::get<Append>(work_.back()).what.case_id;
    one.entries.push_back({std::string{narrative}});
    if (!customer.empty()) one.entries.back().emplace_back(customer);
    written.push_back(std::move(one));
    if (work_.size() == 256) commit();
  }
  // A decision on the case.
  void decide(std::size_t which, std::string_view opinion) {
    commit();
    const std::string key = "desk/" + std::to_string(++keys_);
    auto made = node.desk->act(
        written.at(which).id, "disposed",
        {StaffId{8}, key, {{"decision", "upheld"}, {"opinion", std::string{opinion}}}, WallTime{clock_ += 1'000}});
    REQUIRE(made.has_value());
    work_.emplace_back(std::get<Append>(std::move(*made)));
    written.at(which).entries.push_back({"upheld", std::string{opinion}});
    commit();
  }
  // Head office's program says that a limit of the case has passed.
  void press(std::size_t which, std::string_view limit) {
    commit();
    const casework::KindRow& row = *kinds.find("overdue");
    casework::Event event{row.kind, {}};
    casework::mint(row, event, "limit_zh", std::string{limit});
    auto made =
        node.desk->record(written.at(which).id, event, "clock/" + std::to_string(++keys_), WallTime{clock_ += 1'000});
    REQUIRE(made.has_value());
    work_.emplace_back(std::get<Append>(std::move(*made)));
    commit();
  }
  void commit() {
    for (const auto& outcome : node.site->commit(work_, WallTime{clock_})) REQUIRE(outcome.has_value());
    work_.clear();
  }
  void follow(std::size_t at_once = 1'024) {
    commit();
    for (;;) {
      const auto count = follower.advance(at_once);
      REQUIRE(count.has_value());
      if (*count == 0) return;
    }
  }
  // All pages, `page` cases each.
  [[nodiscard]] std::vector<CaseId> found(std::string_view text, std::size_t page = 50) {
    const auto query = parse_query(text);
    REQUIRE(query.has_value());
    std::vector<CaseId> out;
    for (Position before;;) {
      const auto some = search.find(*query, before, page, [](const Summary&) { return true; });
      REQUIRE(some.has_value());
      REQUIRE(some->cases.size() <= page);
      for (const Summary& one : some->cases) out.push_back(one.id);
      opened += some->opened;
      if (!some->next) return out;
      before = *some->next;
    }
  }
  // What a plain scan finds: an entry of the case has each of the words in one of its values. Texts and words are small
  // letters and wide characters, which no folding changes.
  [[nodiscard]] std::vector<CaseId> scanned(const std::vector<std::string>& words) const {
    std::vector<CaseId> out;
    for (const Written& one : written) {
      const auto holds = [&](const std::vector<std::string>& values) {
        return std::all_of(words.begin(), words.end(), [&](const std::string& word) {
          return std::any_of(values.begin(), values.end(),
                             [&](const std::string& value) { return value.find(word) != std::string::npos; });
        });
      };
      if (std::any_of(one.entries.begin(), one.entries.end(), holds)) out.push_back(one.id);
    }
    return out;
  }

  casework::Kinds kinds{casework::shipped_kinds()};
  sim::Node node;
  sim::MemoryTruth views;
  SignTail signs;
  Follower follower;
  Search search;
  std::vector<Written> written;
  std::size_t opened = 0;

 private:
  std::vector<Work> work_;
  std::uint64_t keys_ = 0;
  std::int64_t clock_ = 1'795'000'000'000;
};

[[nodiscard]] inline std::vector<CaseId> sorted(std::vector<CaseId> ids) {
  std::sort(ids.begin(), ids.end());
  return ids;
}

// Invented text of about so many characters: common characters and words of few letters, so that grams repeat.
[[nodiscard]] inline std::string invented(Random& random, std::size_t characters) {
  static const std::vector<std::string> wide{"的", "我", "在", "行", "卡", "信", "用", "款", "号", "客", "户", "柜",
                                             "员", "费", "网", "点", "转", "账", "密", "码", "王", "李", "𠮷", "䶮"};
  static const std::string narrow = "aeinorst";
  std::string out;
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random.fixed<KeyId>().bytes[0]) % n; };
  const bool chinese = below(2) == 0;
  for (std::size_t i = 0; i < characters; ++i) {
    if (chinese) {
      out += wide[below(wide.size())];
    } else {
      out += i % 6 == 5 ? ' ' : narrow[below(narrow.size())];
    }
  }
  return out;
}

// The same of three thousand characters, as varied as real text, so that a hundred of them hardly repeat a pair: such
// texts fill slots and blocks.
[[nodiscard]] inline std::string varied(Random& random, std::size_t characters) {
  std::string out;
  for (std::size_t i = 0; i < characters; ++i) {
    const char32_t c = 0x4E00 + Reader{random.fixed<KeyId>().bytes}.u32() % 3'000;
    out += static_cast<char>(0xE0 | (c >> 12));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
  return out;
}

}  // namespace redress::store
