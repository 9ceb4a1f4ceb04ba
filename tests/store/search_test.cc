#include "store/search.h"

#include <catch2/catch.hpp>

#include "store/verify_views.h"
#include "tests/store/archive.h"

namespace redress::store {
namespace {

const auto everything = [](const Summary&) { return true; };

// Substrings of what was written, from anywhere, whole characters, of two wide or four narrow ones at least.
std::string drawn(Random& random, const std::string& text) {
  const auto below = [&](std::size_t n) { return Reader{random.fixed<KeyId>().bytes}.u64() % n; };
  const auto begins = [&](std::size_t at) { return (static_cast<unsigned char>(text[at]) & 0xC0) != 0x80; };
  for (;;) {
    std::size_t from = below(text.size());
    while (!begins(from)) --from;
    std::size_t to = from;
    std::size_t wide = 0;
    std::size_t narrow = 0;
    const std::size_t wanted = 2 + below(4);
    for (; to < text.size() && wide < wanted && narrow < wanted + 2 && text[to] != ' '; ++to) {
      if (!begins(to)) continue;
      (static_cast<unsigned char>(text[to]) < 0x80 ? narrow : wide) += 1;
    }
    while (to < text.size() && !begins(to)) ++to;
    if (wide == wanted || narrow == wanted + 2) return text.substr(from, to - from);
  }
}

void fill(Archive& archive, std::size_t cases) {
  for (std::size_t i = 0; i < cases; ++i) {
    const std::string text = invented(archive.node.random, 20 + i % 400);
    archive.write(text, i % 3 == 0 ? invented(archive.node.random, 3) : "");
  }
  for (std::size_t i = 0; i < cases; i += 37) archive.decide(i, invented(archive.node.random, 60));
  archive.follow();
}

void compare(Archive& archive, std::size_t rounds) {
  for (std::size_t i = 0; i < rounds; ++i) {
    const Written& one = archive.written[(i * 7'919) % archive.written.size()];
    const std::string word = drawn(archive.node.random, one.entries.back()[one.entries.size() - 1]);
    INFO("word=" << word);
    const std::vector<CaseId> expected = archive.scanned({word});
    CHECK(!expected.empty());
    CHECK(sorted(archive.found(word)) == sorted(expected));
  }
}

}  // namespace

TEST_CASE("Search: finds what a plain scan finds and nothing else, at head office") {
  Archive archive{300};
  fill(archive, 1'500);
  compare(archive, 60);
  for (const std::string absent : {"不存在", "甲乙", "zzzz", "qqq", "王的我在行卡信用款号"}) {
    CHECK(archive.found(absent) == archive.scanned({absent}));
  }
}

TEST_CASE("Search: finds what a plain scan finds and nothing else, at a branch") {
  Archive archive{301, SiteId{2}};
  for (int i = 0; i < 300; ++i) archive.write(invented(archive.node.random, 80));
  archive.follow();
  compare(archive, 25);
  CHECK(archive.found("不存在").empty());
}

TEST_CASE("Search: what the program says of a case is not found, what people wrote of the same is") {
  for (const SiteId site : {head_office, SiteId{2}}) {
    Archive archive{303, site};
    archive.write("网点答复客户太慢");
    archive.write("another");
    if (site == head_office) archive.press(1, "网点答复客户");
    archive.follow();
    CHECK(archive.found("网点答复客户") == std::vector<CaseId>{archive.written.front().id});
  }
}

TEST_CASE("Search: planted values are found, each alone, in full blocks and in memory") {
  Archive archive{302};
  std::vector<std::pair<std::string, std::size_t>> planted;
  // Long texts, so that blocks fill.
  for (std::size_t i = 0; i < 6'000; ++i) {
    std::string text = varied(archive.node.random, 500);
    if (i % 300 == 7) {
      const std::string value =
          i % 600 == 7 ? "鑫龘𠮷䶮" + std::to_string(i) : "plantedvalue" + std::to_string(i) + "x";
      planted.emplace_back(value, i);
      text += value;
    }
    archive.write(text);
  }
  archive.follow();
  const SignPages pages{archive.node.keys.views, sim::sim_domain().network};
  REQUIRE(archive.views
              .view([&](const Reading& views) -> Status {
                CHECK(pages.count(views) >= 1);
                return Done{};
              })
              .has_value());
  for (const auto& [value, at] : planted) {
    archive.opened = 0;
    INFO("value=" << value);
    CHECK(archive.found(value) == std::vector<CaseId>{archive.written[at].id});
    CHECK(archive.opened < 100);
  }
  archive.opened = 0;
  CHECK(archive.found("鑫𠮷").empty());
  CHECK(archive.opened < 200);
}

TEST_CASE("Search: words may stand in different fields of one entry, quoted ones together") {
  Archive archive{303};
  archive.write("the credit card was charged twice", "zhang san 张三");
  archive.write("the card has credit", "li si");
  archive.follow();
  CHECK(archive.found("card credit").size() == 2);
  CHECK(archive.found("\"credit card\"") == std::vector<CaseId>{archive.written[0].id});
  CHECK(archive.found("张三 charged") == std::vector<CaseId>{archive.written[0].id});
  CHECK(archive.found("ＣＲＥＤＩＴ　张三") == std::vector<CaseId>{archive.written[0].id});
  CHECK(archive.found("张三 li").empty());
}

TEST_CASE("Search: rare characters, full width, and words over a slot's edge") {
  Archive archive{304};
  archive.write("客户𠮷田䶮先生，账号１２３４５６７８，余额㎏");
  std::string lengthy;
  for (int i = 0; i < 900; ++i) lengthy += invented(archive.node.random, 7) + "词" + std::to_string(i) + "尾 ";
  archive.write(lengthy);
  archive.follow();
  CHECK(archive.found("𠮷田䶮").size() == 1);
  CHECK(archive.found("吉田").empty());
  CHECK(archive.found("12345678").size() == 1);
  CHECK(archive.found("余额kg").size() == 1);
  for (int i = 0; i < 900; i += 11) {
    INFO("i=" << i);
    CHECK(archive.found("词" + std::to_string(i) + "尾") == std::vector<CaseId>{archive.written[1].id});
  }
}

TEST_CASE("Search: newest entry first, each case once over all pages, as many as asked") {
  Archive archive{305};
  for (int i = 0; i < 40; ++i) archive.write("common words here");
  for (std::size_t i = 0; i < 40; i += 4) archive.decide(i, "common words again");
  archive.follow();
  const std::vector<CaseId> all = archive.found("common words", 50);
  CHECK(all.size() == 40);
  CHECK(all.front() == archive.written[36].id);
  CHECK(all.back() == archive.written[1].id);
  CHECK(archive.found("common words", 3) == all);
  CHECK(archive.found("common words", 1) == all);
}

TEST_CASE("Search: what is not wanted is left out, and the page filled with others") {
  Archive archive{306};
  for (int i = 0; i < 20; ++i) archive.write("common words here");
  archive.follow();
  const auto query = parse_query("common");
  const CaseId out = archive.written[19].id;
  const auto some =
      archive.search.find(*query, Position{}, 5, [&](const Summary& summary) { return summary.id != out; });
  REQUIRE(some.has_value());
  REQUIRE(some->cases.size() == 5);
  CHECK(some->cases.front().id == archive.written[18].id);
  CHECK(some->next.has_value());
}

TEST_CASE("Search: where an answer ends does not tell what stands in a case that complains of who asks") {
  for (const SiteId site : {head_office, SiteId{2}}) {
    INFO(site.value());
    const casework::Actor clerk{site, StaffId{31}};
    Archive archive{318, site};
    const auto asked = [&](const char* word, Position before = {}) {
      const auto some = archive.search.find(*parse_query(word), before, 1, everything, clerk);
      REQUIRE(some.has_value());
      return *some;
    };
    archive.write("the needle hurt", "", clerk.staff);
    // The next signature begins with what is found.
    while (archive.written.size() < slot_entries_max) archive.write("straw");
    archive.write("the needle and the thread");
    archive.follow();
    REQUIRE(archive.found("needle").size() == 2);
    for (const Position before : {Position{}, Position{17}, Position{2}}) {
      INFO(before.value());
      CHECK(asked("needle", before).cases == asked("thread", before).cases);
      CHECK(asked("needle", before).next == asked("thread", before).next);
    }
    CHECK(asked("needle").cases.size() == 1);
    CHECK_FALSE(asked("needle").next.has_value());
  }
}

TEST_CASE("Search: at head office what complains of who asks is not opened, and costs the answer nothing") {
  Archive archive{319};
  const casework::Actor clerk{head_office, StaffId{31}};
  archive.write("the needle hurt", "", clerk.staff);
  archive.follow();
  const auto query = parse_query("needle");
  CHECK(archive.search.find(*query, Position{}, 5, everything)->cases.size() == 1);
  const auto some = archive.search.find(*query, Position{}, 5, everything, clerk);
  REQUIRE(some.has_value());
  CHECK(some->cases.empty());
  CHECK(some->opened == 0);
}

TEST_CASE("Search: a full page has a next one only if something is found for it") {
  for (const SiteId site : {head_office, SiteId{2}}) {
    INFO(site.value());
    Archive archive{320, site};
    archive.write("straw");
    for (int i = 0; i < 3; ++i) archive.write("common words here");
    archive.follow();
    const auto page = [&](std::size_t count) {
      return archive.search.find(*parse_query("common"), Position{}, count, everything)->next;
    };
    CHECK(page(2) == Position{3});
    CHECK_FALSE(page(3).has_value());
  }
}

TEST_CASE("Search: while the views are made anew there is no answer, not a short one") {
  Archive archive{312};
  for (int i = 0; i < 5; ++i) archive.write("common words here");
  archive.follow();
  const auto query = parse_query("common");
  const auto asked = [&](const std::function<bool(const Summary&)>& wanted) {
    return archive.search.find(*query, Position{}, 5, wanted);
  };
  // They are emptied and filled again between an answer's first case and its last.
  const auto meanwhile = asked([&](const Summary&) {
    archive.signs.close();
    archive.signs.ready();
    return true;
  });
  REQUIRE_FALSE(meanwhile.has_value());
  CHECK(meanwhile.error().code == Code::busy);
  archive.signs.close();
  CHECK(asked(everything).error().code == Code::busy);
  archive.signs.ready();
  CHECK(asked(everything)->cases.size() == 5);
}

TEST_CASE("Search: an answer costs no more than its bound and goes on where it stopped") {
  Archive archive{307, SiteId{2}};
  archive.write("the needle");
  for (std::size_t i = 0; i < Search::opened_max + 50; ++i) archive.write("straw");
  archive.follow();
  const auto query = parse_query("needle");
  const auto first = archive.search.find(*query, Position{}, 5, everything);
  REQUIRE(first.has_value());
  CHECK(first->cases.empty());
  CHECK(first->opened == Search::opened_max);
  REQUIRE(first->next.has_value());
  const auto second = archive.search.find(*query, *first->next, 5, everything);
  REQUIRE(second.has_value());
  CHECK(second->cases.size() == 1);
  CHECK_FALSE(second->next.has_value());
}

TEST_CASE("Search: a start that finds full blocks remembers the rest from the ledger") {
  Archive archive{308};
  for (std::size_t i = 0; i < 4'300; ++i)
    archive.write(varied(archive.node.random, 460) + "号" + std::to_string(i) + "完");
  archive.follow();
  SignTail signs{archive.node.keys.views};
  Follower again{archive.node.truth,      archive.views, archive.node.options(), archive.node.site->epoch(),
                 archive.node.keys.views, archive.kinds, archive.node.random,    Keeps{&signs}};
  REQUIRE(again.open().has_value());
  CHECK(again.position() == archive.follower.position());
  Search search{archive.node.truth, archive.views, archive.node.options(), archive.node.keys.views,
                archive.kinds,      &signs,        archive.node.random};
  for (const std::size_t i : {std::size_t{0}, std::size_t{2'000}, std::size_t{4'031}, std::size_t{4'299}}) {
    const auto some = search.find(*parse_query("号" + std::to_string(i) + "完"), Position{}, 5, everything);
    REQUIRE(some.has_value());
    REQUIRE(some->cases.size() == 1);
    CHECK(some->cases.front().id == archive.written[i].id);
  }
}

TEST_CASE("Search: a commit of the views that fails leaves nothing signed twice and nothing unsigned") {
  Archive archive{309};
  for (std::size_t i = 0; i < 4'200; ++i)
    archive.write(varied(archive.node.random, 460) + "号" + std::to_string(i) + "完");
  archive.commit();
  for (std::size_t turn = 0;; ++turn) {
    if (turn % 3 == 0) archive.views.fail_commit(Code::store_full);
    const auto count = archive.follower.advance(1'024);
    CHECK(count.has_value() == (turn % 3 != 0 || archive.follower.position() == archive.node.site->ledger().position));
    if (count && *count == 0) break;
  }
  for (std::size_t i = 0; i < 4'200; i += 97) {
    CHECK(archive.found("号" + std::to_string(i) + "完") == std::vector<CaseId>{archive.written[i].id});
  }
}

TEST_CASE("Search: verify makes the signatures again, and names a block that says something else") {
  Archive archive{311};
  for (std::size_t i = 0; i < 4'200; ++i) archive.write(varied(archive.node.random, 460));
  archive.follow();
  const auto verified = [&] {
    const auto out = verify_views(archive.node.truth, archive.views, archive.node.options(), archive.node.keys.views,
                                  archive.kinds, {}, archive.node.random);
    REQUIRE(out.has_value());
    return *out;
  };
  CHECK(verified().errors == 0);
  CHECK(verified().blocks >= 1);
  // One entry's block in the place of another's rows: rows change places.
  auto& rows = archive.views.rows(Table::signs);
  std::swap(rows.begin()->second, std::next(rows.begin())->second);
  CHECK(verified().errors == 1);
  std::swap(rows.begin()->second, std::next(rows.begin())->second);
  rows.erase(rows.begin());
  CHECK(verified().errors == 1);
}

TEST_CASE("Search: an entry that could not be read when it was followed is opened for whatever is asked") {
  Archive archive{312};
  for (std::size_t i = 0; i < 50; ++i) archive.write("common words here and number" + std::to_string(i));
  archive.commit();
  auto& keys = archive.node.truth.rows(Table::keyring);
  const auto all = keys;
  std::erase_if(keys, [&](const auto& row) { return Reader{row.first}.fixed<CaseId>() == archive.written[7].id; });
  archive.follow();
  keys = all;
  CHECK(archive.found("number7") == std::vector<CaseId>{archive.written[7].id});
  CHECK(archive.found("common", 7).size() == 50);
  archive.opened = 0;
  CHECK(archive.found("nothingofthekind").empty());
  CHECK(archive.opened == 1);
}

TEST_CASE("Search: … in a full block too that has nothing else of what is asked") {
  Archive archive{315};
  for (std::size_t i = 0; i < 8'700; ++i)
    archive.write(varied(archive.node.random, 460) + "号" + std::to_string(i) + "完");
  archive.commit();
  auto& keys = archive.node.truth.rows(Table::keyring);
  const auto all = keys;
  for (const std::size_t i : {std::size_t{5}, std::size_t{3'000}, std::size_t{6'000}, std::size_t{8'650}})
    std::erase_if(keys, [&](const auto& row) { return Reader{row.first}.fixed<CaseId>() == archive.written[i].id; });
  archive.follow();
  keys = all;
  for (const std::size_t i : {std::size_t{5}, std::size_t{3'000}, std::size_t{6'000}, std::size_t{8'650}}) {
    INFO("i=" << i);
    CHECK(archive.found("号" + std::to_string(i) + "完") == std::vector<CaseId>{archive.written[i].id});
  }
  archive.opened = 0;
  CHECK(archive.found("nothingofthekind").empty());
  CHECK(archive.opened == 4);
}

TEST_CASE("Search: an entry that was whole, and is damaged at a start, is found when it has come back") {
  Archive archive{313};
  for (std::size_t i = 0; i < 20; ++i) archive.write("common words here and number" + std::to_string(i) + "end");
  archive.follow();
  auto& entries = archive.node.truth.rows(Table::entries);
  auto& keys = archive.node.truth.rows(Table::keyring);
  const auto all_entries = entries;
  const auto all_keys = keys;
  std::next(entries.begin(), 7)->second.back() ^= std::byte{1};
  entries.erase(std::next(entries.begin(), 12));
  for (auto& [name, value] : keys) {
    if (Reader{name}.fixed<CaseId>() == archive.written[9].id) value.back() ^= std::byte{1};
  }
  REQUIRE(archive.follower.open().has_value());
  entries = all_entries;
  keys = all_keys;
  for (const std::size_t i : {std::size_t{7}, std::size_t{9}, std::size_t{12}, std::size_t{3}}) {
    INFO("i=" << i);
    CHECK(archive.found("number" + std::to_string(i) + "end") == std::vector<CaseId>{archive.written[i].id});
  }
  // At the next start too: it stays a candidate, so that its block is made as it was.
  REQUIRE(archive.follower.open().has_value());
  CHECK(archive.found("number9end") == std::vector<CaseId>{archive.written[9].id});
  archive.opened = 0;
  CHECK(archive.found("nothingofthekind").empty());
  CHECK(archive.opened == 3);
}

TEST_CASE("Search: a start at which the views cannot be written to answers nothing, not less than there is") {
  Archive archive{314};
  for (std::size_t i = 0; i < 5; ++i) archive.write("common words here");
  archive.follow();
  auto& entries = archive.node.truth.rows(Table::entries);
  const auto whole = entries;
  entries.begin()->second.back() ^= std::byte{1};
  archive.views.fail_commit(Code::store_full);
  CHECK_FALSE(archive.follower.open().has_value());
  entries = whole;
  CHECK(archive.search.find(*parse_query("common"), Position{}, 9, everything).error().code == Code::busy);
  REQUIRE(archive.follower.open().has_value());
  CHECK(archive.found("common").size() == 5);
}

TEST_CASE("Search: a page of signatures that was changed is named, not passed over") {
  Archive archive{310};
  for (std::size_t i = 0; i < 4'200; ++i) archive.write(varied(archive.node.random, 460));
  archive.follow();
  for (auto& [key, value] : archive.views.rows(Table::signs)) value.back() ^= std::byte{1};
  const auto some = archive.search.find(*parse_query("不存在"), Position{}, 5, everything);
  REQUIRE_FALSE(some.has_value());
  CHECK(some.error().code == Code::damaged);
}

}  // namespace redress::store
