#include "store/similar.h"

#include <catch2/catch.hpp>
#include <set>

#include "tests/store/archive.h"

namespace redress::store {
namespace {

// A site where people register with telephones, and are told who called before.
struct Counter {
  explicit Counter(std::uint64_t seed) : archive{seed, SiteId{2}} { start(); }

  // It remembers nothing but what the store has.
  void start() {
    sim::Node& node = archive.node;
    const auto recall = [&node](const CaseId& id, const std::function<void(const CaseFile&)>& look) {
      return node.desk->recall(id, look);
    };
    similar.emplace(node.truth, node.options(), archive.kinds, nullptr, recall, node.random);
  }

  // The cases that were registered before with one of the same values, the newest first.
  std::vector<CaseId> register_with(const std::string& telephone) {
    sim::Node& node = archive.node;
    const std::vector<casework::FieldText> fields{{"narrative", "n"}, {"phone", telephone}};
    auto made =
        node.desk->register_case({StaffId{7}, "desk/" + std::to_string(ids.size()), fields, WallTime{clock += 1'000}});
    REQUIRE(made.has_value());
    auto& append = std::get<Append>(*made);
    const CaseId id = append.what.case_id;
    const auto done = node.site->commit({append}, WallTime{clock});
    REQUIRE(done.front().has_value());
    ids.push_back(id);
    const auto file = node.file_of(id);
    REQUIRE(file.has_value());
    std::vector<CaseId> out;
    const auto found = similar->find(id, *file->told.front().event, file->told.front().arrived,
                                     [&](const CaseFile& other, const auto&) {
                                       if (hidden.contains(other.id)) return false;
                                       out.push_back(other.id);
                                       return true;
                                     });
    REQUIRE(found.has_value());
    return out;
  }

  Archive archive;
  std::vector<CaseId> ids;
  std::set<CaseId> hidden;
  std::int64_t clock = 1'795'000'000'000;
  std::optional<Similar> similar;
};

}  // namespace

TEST_CASE("Similar: the newest first, however the telephone was written") {
  Counter counter{320};
  CHECK(counter.register_with("13800138000").empty());
  CHECK(counter.register_with("13900139000").empty());
  CHECK(counter.register_with("+86 138 0013 8000") == std::vector<CaseId>{counter.ids[0]});
  CHECK(counter.register_with("13800138000") == std::vector<CaseId>{counter.ids[2], counter.ids[0]});
}

TEST_CASE("Similar: a case that is not shown takes no other's place", "[P12]") {
  Counter counter{321};
  for (std::size_t i = 0; i <= Similar::named_max; ++i) static_cast<void>(counter.register_with("13800138000"));
  counter.hidden.insert(counter.ids[2]);
  const std::vector<CaseId> named = counter.register_with("13800138000");
  CHECK(named.size() == Similar::named_max);
  CHECK(named.back() == counter.ids.front());
}

TEST_CASE("Similar: a registration that could not be read when it was come to is named when it has come back",
          "[P11]") {
  Counter counter{321};
  for (const char* telephone : {"13800138000", "13900139000", "13700137000"})
    CHECK(counter.register_with(telephone).empty());
  sim::MemoryTruth& truth = counter.archive.node.truth;
  auto& entries = truth.rows(Table::entries);
  auto& keys = truth.rows(Table::keyring);
  const auto first = *entries.begin();
  const auto second_key = *std::find_if(
      keys.begin(), keys.end(), [&](const auto& row) { return Reader{row.first}.fixed<CaseId>() == counter.ids[1]; });
  entries.at(first.first).back() ^= std::byte{1};
  keys.at(second_key.first).back() ^= std::byte{1};
  counter.start();
  CHECK(counter.register_with("13800138000").empty());
  CHECK(counter.register_with("13900139000").empty());
  entries.at(first.first) = first.second;
  keys.at(second_key.first) = second_key.second;
  CHECK(counter.register_with("13900139000") == std::vector<CaseId>{counter.ids[4], counter.ids[1]});
  CHECK(counter.register_with("13800138000") == std::vector<CaseId>{counter.ids[3], counter.ids[0]});
  CHECK(counter.register_with("13700137000") == std::vector<CaseId>{counter.ids[2]});
}

}  // namespace redress::store
