#include "store/rows.h"

#include <catch2/catch.hpp>

#include "tests/sim/pair.h"

namespace redress::store {
namespace {

Bytes some(std::size_t size) {
  Bytes out;
  for (std::size_t i = 0; i < size; ++i) out.push_back(static_cast<std::byte>(i));
  return out;
}

}  // namespace

TEST_CASE("Rows: a row moved to another key or table, or changed, does not hold") {
  const RowCheck rows{crypto::Key32{}};
  const Bytes key = some(8);
  const Bytes stored = rows.sealed(Table::marks, key, some(20));
  CHECK(rows.opened(Table::marks, key, stored) == some(20));
  CHECK_FALSE(rows.opened(Table::local, key, stored).has_value());
  CHECK_FALSE(rows.opened(Table::marks, some(9), stored).has_value());
  for (std::size_t at = 0; at < stored.size(); ++at) {
    Bytes changed = stored;
    changed[at] ^= std::byte{1};
    CHECK_FALSE(rows.opened(Table::marks, key, changed).has_value());
    CHECK_FALSE(
        rows.opened(Table::marks, key, Bytes{stored.begin(), stored.begin() + static_cast<long>(at)}).has_value());
  }
  crypto::Key32 other;
  other.bytes()[0] = std::byte{1};
  CHECK_FALSE(RowCheck{other}.opened(Table::marks, key, stored).has_value());
}

TEST_CASE("Rows: keys sort as what they name") {
  const StreamName stream = journal_of(SiteId{2}, Epoch{3});
  CHECK(copy_of(key_of(Position{255})) < copy_of(key_of(Position{256})));
  CHECK(copy_of(key_of(stream, Seq{255})) < copy_of(key_of(stream, Seq{256})));
  const RowKey later = key_of(journal_of(SiteId{2}, Epoch{4}), Seq{});
  CHECK(copy_of(key_of(stream, Seq{UINT64_MAX})) < copy_of(later));
  CHECK(stream_of(key_of(stream, Seq{9})) == stream);
  CHECK(position_of(key_of(CaseId{}, Position{77})) == Position{77});
}

TEST_CASE("Rows: values come back as they went, and no other length is one") {
  const StreamRow stream{{Seq{5}, Digest{}}, Seq{4}, journal::Parent{Epoch{3}, {Seq{2}, Digest{}}}};
  const auto stream_again = decode_stream(encode(stream));
  REQUIRE(stream_again.has_value());
  CHECK(stream_again->head == stream.head);
  CHECK(stream_again->receipted == stream.receipted);
  CHECK(stream_again->parent == stream.parent);
  const auto place = decode_place(encode(PlaceRow{Position{9}, Digest{}, true}));
  REQUIRE(place.has_value());
  CHECK(place->ledger == Position{9});
  CHECK(place->with_key);
  const auto mark = decode_mark(encode(MarkRow{Position{8}, {}}));
  REQUIRE(mark.has_value());
  CHECK(mark->ledger == Position{8});
  const auto by_case = decode_by_case(encode(ByCaseRow{SiteId{7}, WallTime{-6}}));
  REQUIRE(by_case.has_value());
  CHECK(by_case->author == SiteId{7});
  CHECK(by_case->arrived == WallTime{-6});
  for (const Bytes& whole : {encode(stream), encode(PlaceRow{}), encode(MarkRow{}), encode(ByCaseRow{})}) {
    Bytes longer = whole;
    longer.push_back(std::byte{0});
    const Bytes shorter{whole.begin(), whole.end() - 1};
    for (const Bytes& wrong : {longer, shorter, Bytes{}}) {
      const bool taken = (decode_stream(wrong) && whole.size() == encode(stream).size()) ||
                         (decode_place(wrong) && whole.size() == encode(PlaceRow{}).size()) ||
                         (decode_mark(wrong) && whole.size() == encode(MarkRow{}).size()) ||
                         (decode_by_case(wrong) && whole.size() == encode(ByCaseRow{}).size());
      CHECK_FALSE(taken);
    }
  }
}

TEST_CASE("Rows: an entry row whose body is not its header's is damaged") {
  sim::Pair pair{170};
  pair.cut(sim::Cut::both);
  REQUIRE(pair.register_case(pair.branch(), "desk/1").has_value());
  const Bytes row = pair.branch().truth.rows(Table::entries).begin()->second;
  const auto entry = decode_entry(sim::sim_domain(), row);
  REQUIRE(entry.has_value());
  CHECK(encode_entry(entry->item) == row);
  for (std::size_t size = 0; size < row.size(); ++size) {
    CHECK(decode_entry(sim::sim_domain(), ByteView{row}.first(size)).error().code == Code::damaged);
  }
  Bytes changed = row;
  changed.back() ^= std::byte{1};
  CHECK(decode_entry(sim::sim_domain(), changed).error().code == Code::damaged);
}

}  // namespace redress::store
