#include "store/case_memory.h"

#include <catch2/catch.hpp>

#include "store/case_file.h"
#include "store/summary.h"
#include "tests/sim/pair.h"

namespace redress::store {
namespace {

using sim::Pair;

CaseId case_named(std::uint8_t number) {
  CaseId id;
  id.bytes.fill(std::byte{number});
  return id;
}

CaseFile file_of(std::uint8_t number, std::vector<casework::Told> told) {
  CaseFile file;
  file.id = case_named(number);
  file.told = std::move(told);
  return file;
}

casework::Told told_with(std::string value) {
  casework::Told told;
  told.event = casework::Event{Kind{1}, {{"channel", std::move(value)}}};
  return told;
}

struct Read {
  std::optional<CaseFile> whole;
  const CaseFile* recalled = nullptr;  // the memory's
};

Read read_both(sim::Node& node, const CaseId& id, CaseMemory& memory) {
  Read read;
  crypto::Sealer sealer{node.random};
  REQUIRE(node.truth
              .view([&](const Reading& store) -> Status {
                read.whole = read_case(store, node.options(), node.kinds, sealer, id);
                read.recalled =
                    recall_case(store, node.options(), RowCheck{node.options().kek}, node.kinds, sealer, id, memory);
                return Done{};
              })
              .has_value());
  return read;
}

// Everything but texts and ways.
void check_alike(const Read& read) {
  REQUIRE((read.whole.has_value() && read.recalled != nullptr));
  CHECK(read.recalled->head == read.whole->head);
  CHECK(read.recalled->view.number == read.whole->view.number);
  CHECK(read.recalled->view.heads == read.whole->view.heads);
  CHECK(read.recalled->view.label == read.whole->view.label);
  REQUIRE(read.recalled->told.size() == read.whole->told.size());
  for (std::size_t i = 0; i < read.whole->told.size(); ++i) {
    CHECK(read.recalled->told[i].identity == read.whole->told[i].identity);
    CHECK(read.recalled->told[i].header == read.whole->told[i].header);
    CHECK(read.recalled->told[i].unread == read.whole->told[i].unread);
    CHECK(read.recalled->told[i].arrived == read.whole->told[i].arrived);
  }
  REQUIRE(read.recalled->view.timeline.size() == read.whole->view.timeline.size());
  for (std::size_t i = 0; i < read.whole->view.timeline.size(); ++i) {
    CHECK(read.recalled->view.timeline[i].told == read.whole->view.timeline[i].told);
    CHECK(read.recalled->view.timeline[i].verdict == read.whole->view.timeline[i].verdict);
  }
}

}  // namespace

TEST_CASE("CaseMemory: a case recalled is the case read, as it grows at both ends") {
  Pair pair{190};
  CaseMemory at_branch;
  CaseMemory at_gateway;
  const auto opened = pair.register_case(pair.branch(), "desk/1");
  REQUIRE(opened.has_value());
  const CaseId id = opened->case_id;
  for (int i = 2; i < 8; ++i) {
    check_alike(read_both(pair.branch(), id, at_branch));
    REQUIRE(pair.act(pair.branch(), id, "replied", "desk/" + std::to_string(i), {{"content", "told"}}).has_value());
    if (i % 2 == 0) continue;
    REQUIRE(pair.drive_bounded());
    check_alike(read_both(pair.gateway(), id, at_gateway));
    if (i == 5) REQUIRE(pair.dispose(id, "ho/2").has_value());
    REQUIRE(pair.drive_bounded());
  }
  check_alike(read_both(pair.branch(), id, at_branch));
  check_alike(read_both(pair.gateway(), id, at_gateway));
  static_cast<void>(at_branch.hand_out(case_named(1)));  // it is put back for another
  CHECK(at_branch.bytes() > 0);
}

TEST_CASE("CaseMemory: an entry whose row is gone, or is there again, is not remembered otherwise") {
  Pair pair{192};
  CaseMemory memory;
  sim::Node& node = pair.branch();
  const auto opened = pair.register_case(node, "desk/1");
  REQUIRE(opened.has_value());
  const CaseId id = opened->case_id;
  std::vector<Position> places{opened->ledger};
  for (int i = 2; i < 6; ++i) {
    const auto acted = pair.act(node, id, "replied", "desk/" + std::to_string(i), {{"content", "told"}});
    REQUIRE(acted.has_value());
    places.push_back(acted->ledger);
  }
  check_alike(read_both(node, id, memory));
  for (const Position place : {places[2], places.back(), places.front()}) {
    const RowKey key = key_of(id, place);
    Bytes row;
    const auto change = [&](const std::function<void(Writing&)>& what) {
      REQUIRE(node.truth
                  .update([&](Writing& store) -> Status {
                    what(store);
                    return Done{};
                  })
                  .has_value());
      check_alike(read_both(node, id, memory));
    };
    change([&](Writing& store) {
      row = *store.get(Table::by_case, key);
      store.erase(Table::by_case, key);
    });
    change([&](Writing& store) { store.put(Table::by_case, key, row); });
  }
}

TEST_CASE("CaseMemory: the summary is the same without the long texts, which are not kept") {
  Pair pair{191};
  CaseMemory memory;
  const auto opened = pair.register_case(pair.branch(), "desk/1");
  REQUIRE(opened.has_value());
  for (int i = 0; i < 2; ++i) {
    const Read read = read_both(pair.branch(), opened->case_id, memory);
    check_alike(read);
    CHECK(summary_of(*read.recalled, {}) == summary_of(*read.whole, {}));
    CHECK(read.whole->told[0].event->value("narrative") != nullptr);
    CHECK(read.recalled->told[0].event->value("narrative") == nullptr);
    CHECK(read.recalled->ways.empty());
  }
}

TEST_CASE("CaseMemory: what could not be read is looked at again") {
  CaseMemory memory;
  casework::Told unread;
  unread.unread = Code::key_waiting;
  memory.keep(file_of(1, {unread, told_with("branch")}));
  const CaseFile kept = memory.take(case_named(1));
  REQUIRE(kept.told.size() == 1);
  CHECK(kept.told[0].event.has_value());
  memory.keep(file_of(1, {unread}));
  CHECK(memory.take(case_named(1)).told.empty());
}

TEST_CASE("CaseMemory: what was sealed here stands in its case unopened, and only as it was sealed") {
  Pair pair{193};
  sim::Node& node = pair.branch();
  const auto opened = pair.register_case(node, "desk/1");
  REQUIRE(opened.has_value());
  CaseMemory memory;
  // Told apart from what the body says, to see which of the two was taken.
  const casework::Event sealed{node.kinds.opening().kind, {{"channel", "as sealed"}}};
  memory.add_sealed(opened->identity, sealed);
  Digest other = opened->identity;
  other.bytes.back() ^= std::byte{1};
  memory.add_sealed(other, {node.kinds.opening().kind, {{"channel", "of another entry"}}});
  const Read read = read_both(node, opened->case_id, memory);
  REQUIRE(read.recalled != nullptr);
  CHECK(read.recalled->told.front().event == sealed);
  CHECK_FALSE(memory.take_sealed(opened->identity).has_value());
  CHECK(memory.take_sealed(other).has_value());
}

TEST_CASE("CaseMemory: what a desk acts on is the same whether it opened or sealed the entries before") {
  Pair pair{194};
  sim::Node& node = pair.branch();
  const auto opened =
      pair.register_case(node, "desk/1", {{"narrative", "n"}, {"headcount", "007"}, {"collective", "true"}});
  REQUIRE(opened.has_value());
  const auto told_by = [&](store::Desk& desk) {
    std::vector<std::optional<casework::Event>> events;
    const Status looked = desk.recall(opened->case_id, [&](const CaseFile& file) {
      for (const casework::Told& told : file.told) events.push_back(told.event);
    });
    REQUIRE(looked.has_value());
    return events;
  };
  REQUIRE(
      pair.act(node, opened->case_id, "replied", "desk/2", {{"content", "told"}, {"method", "telephone"}}).has_value());
  store::Serial serial{9};
  store::Desk opening{node.truth, {node.options(), node.parent, 480, {}}, node.kinds, serial, node.random};
  const auto sealed = told_by(*node.desk);
  REQUIRE(sealed.size() == 2);
  CHECK(sealed == told_by(opening));
}

TEST_CASE("CaseMemory: of what was sealed the newest are kept, within their number and their bytes") {
  const auto identity = [](std::size_t number) {
    Digest digest;
    digest.bytes[0] = static_cast<std::byte>(number);
    digest.bytes[1] = static_cast<std::byte>(number >> 8);
    return digest;
  };
  const auto kept = [&](std::size_t added, std::size_t value_bytes) {
    CaseMemory memory;
    for (std::size_t i = 0; i < added; ++i)
      memory.add_sealed(identity(i), {Kind{1}, {{"channel", std::string(value_bytes, 'v')}}});
    std::vector<std::size_t> numbers;
    for (std::size_t i = 0; i < added; ++i) {
      if (memory.take_sealed(identity(i))) numbers.push_back(i);
    }
    return numbers;
  };
  const auto many = kept(1'100, 1);
  REQUIRE(many.size() == limits::command_queue_max);
  CHECK(many.front() == 1'100 - limits::command_queue_max);
  // One that is kept already takes no room again.
  CaseMemory memory;
  for (int i = 0; i < 40; ++i)
    memory.add_sealed(identity(0), {Kind{1}, {{"channel", std::string(32 * limits::kib, 'v')}}});
  CHECK(memory.take_sealed(identity(0)).has_value());
  const auto large = kept(40, 32 * limits::kib);
  REQUIRE_FALSE(large.empty());
  CHECK(large.size() * 32 * limits::kib <= limits::mib / 2);
  CHECK(large.back() == 39);
}

TEST_CASE("CaseMemory: never more than it may keep; who was not asked for longest gives way") {
  const auto one = [](std::uint8_t number) { return file_of(number, {told_with(std::string(1000, 'v'))}); };
  CaseMemory wide;
  wide.keep(one(1));
  const std::size_t cost = wide.bytes();
  // What a case takes is the view too, not its entries alone.
  CHECK(cost >= sizeof(CaseFile) + sizeof(casework::Told) + 1000);
  const std::size_t most = 2 * cost + cost / 2;
  CaseMemory memory{most};
  for (std::uint8_t i = 1; i <= 3; ++i) {
    memory.keep(one(i));
    CHECK(memory.bytes() <= most);
    if (i == 2) memory.keep(memory.take(case_named(1)));  // asked for again
  }
  CHECK(memory.take(case_named(2)).told.empty());
  CHECK(memory.take(case_named(1)).told.size() == 1);
  CHECK(memory.take(case_named(3)).told.size() == 1);
  CHECK(memory.bytes() == 0);
  memory.keep(file_of(4, {told_with(std::string(most, 'v'))}));
  CHECK(memory.bytes() == 0);
}

}  // namespace redress::store
