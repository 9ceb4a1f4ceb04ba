#include "store/search_signs.h"

#include <catch2/catch.hpp>

#include "tests/sim/pair.h"

namespace redress::store {
namespace {

casework::Event event_of(std::string text) { return {Kind{1}, {{"narrative", std::move(text)}}}; }

std::set<Position> candidates_of(const SignBlock& block, SignMaker& maker, std::u32string_view term) {
  std::set<Position> out;
  block.candidates({maker.probe_of(Folded{term})}, out);
  return out;
}

std::vector<SignBlock::Slice> all_slices(const SignBlock& block) {
  std::vector<SignBlock::Slice> out;
  for (std::size_t word = 0; word < sign_words; ++word) {
    for (const SignBlock::Slice& slice : block.slices(word)) out.push_back(slice);
  }
  return out;
}

}  // namespace

TEST_CASE("SearchSigns: an entry is a candidate for what stands in it, and hardly for anything else") {
  SignMaker maker{crypto::Key32{}};
  SignBlock block{Position{5}};
  std::string text;
  for (int i = 0; i < 30; ++i) {
    text = "投诉内容" + std::to_string(i) + (i < 29 ? "件" : "号");
    // A slot takes sixteen entries at most.
    const casework::Event event = event_of(text);
    block.add(&event, maker);
  }
  CHECK(block.next() == Position{35});
  CHECK(candidates_of(block, maker, U"投诉").size() == 30);
  const std::set<Position> second = candidates_of(block, maker, U"容29号");
  CHECK(second.size() == 14);
  CHECK(second.contains(Position{34}));
  CHECK(candidates_of(block, maker, U"没有").empty());
}

TEST_CASE("SearchSigns: another key makes other bits") {
  crypto::Key32 other;
  other.bytes().front() = std::byte{1};
  SignMaker one{crypto::Key32{}};
  SignMaker two{other};
  CHECK(one.probe_of(U"信用卡") != two.probe_of(U"信用卡"));
  CHECK(one.probe_of(U"信用卡").size() == 12);
  CHECK(one.probe_of(U"card").size() == 6);
}

TEST_CASE("SearchSigns: a kept block says what it said in memory") {
  sim::SeededRandom random{7};
  sim::MemoryTruth views;
  SignMaker maker{crypto::Key32{}};
  SignBlock block{Position{1}};
  for (int i = 0; i < 200; ++i) {
    const casework::Event event = event_of("case " + std::to_string(i * 7'919) + " 第" + std::to_string(i) + "号");
    block.add(i % 10 == 3 ? nullptr : &event, maker);
  }
  const SignPages pages{crypto::Key32{}, sim::sim_domain().network};
  REQUIRE(views.update([&](Writing& to) -> Status {
    pages.put_slices(to, 0, block, 0, sign_words, random);
    CHECK(pages.count(to) == 0);  // not before it is known what it covers
    pages.put_spans(to, 0, block, random);
    return Done{};
  }));
  REQUIRE(views.view([&](const Reading& from) -> Status {
    CHECK(pages.count(from) == 1);
    const auto spans = pages.spans(from, 0);
    REQUIRE(spans.has_value());
    REQUIRE(spans->has_value());
    CHECK(last_of(**spans) == Position{200});
    for (const auto* term : {U"第7号", U"case", U"15838", U"没有"}) {
      std::set<Position> kept;
      const auto hits = pages.hits(from, 0, {maker.probe_of(term)});
      REQUIRE(hits.has_value());
      if (*hits) kept = candidates_in(**spans, **hits);
      CHECK(kept == candidates_of(block, maker, term));
    }
    const auto none = pages.spans(from, 1);
    REQUIRE(none.has_value());
    CHECK_FALSE(none->has_value());
    return Done{};
  }));
}

TEST_CASE("SearchSigns: taken back, a block is what it was") {
  SignMaker maker{crypto::Key32{}};
  SignBlock block{Position{1}};
  const casework::Event first = event_of("first");
  block.add(&first, maker);
  const SignBlock::Mark mark = block.mark();
  const auto before = all_slices(block);
  const casework::Event second = event_of(std::string(20'000, 'x') + "第二条记录");
  block.add(&second, maker);
  block.rewind(mark);
  CHECK(all_slices(block) == before);
  CHECK(block.next() == Position{2});
}

}  // namespace redress::store
