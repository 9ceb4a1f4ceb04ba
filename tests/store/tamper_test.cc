// The tamper drill: stored rows are changed at random, by somebody without the keys; verify finds and names each (P7).
#include <catch2/catch.hpp>

#include "crypto/suite_intl.h"
#include "store/follower.h"
#include "store/lmdb_truth.h"
#include "store/verify_views.h"
#include "store/walk.h"
#include "tests/sim/pair.h"
#include "tests/store/folder.h"

namespace redress::store {
namespace {

using sim::Node;
using sim::Pair;

// A signature is checked once a drill, not once a change: what was checked is remembered by all that went into it.
bool remembered(const PublicKey& key, ByteView message, const Signature& signature) {
  static std::map<Digest, bool> known;
  const std::array<ByteView, 3> parts{view_of(key), message, view_of(signature)};
  const auto [found, is_new] = known.try_emplace(crypto::intl().hash(parts));
  if (is_new) found->second = crypto::intl().verify(key, message, signature);
  return found->second;
}

SiteOptions quick(const Node& node) {
  static const journal::Suite suite{crypto::intl().id, crypto::intl().hash, remembered};
  SiteOptions options = node.options();
  options.domain.suite = &suite;
  return options;
}

// Three sites, their cases handed up and disposed of, a reconnect: every table has rows, at both ends.
std::unique_ptr<Pair> lived_in() {
  auto pair = std::make_unique<Pair>(sim::PairOptions{.seed = 150, .branches = 3, .chained = true});
  for (std::size_t i = 0; i < 3; ++i) {
    for (int k = 0; k < 2; ++k) {
      const std::string name = std::to_string(i) + "." + std::to_string(k);
      const auto opened = pair->register_case(pair->branch(i), "desk/" + name);
      REQUIRE(opened.has_value());
      REQUIRE(pair->drive_bounded());
      REQUIRE(pair->dispose(opened->case_id, "ho/" + name).has_value());
      REQUIRE(
          pair->act(pair->branch(i), opened->case_id, "replied", "desk/r" + name, {{"content", "done"}}).has_value());
    }
    pair->crash(pair->branch(i));
  }
  REQUIRE(pair->drive_bounded());
  return pair;
}

// The same after a branch and then head office were put back to an old image, wrote on it, and were repaired.
std::unique_ptr<Pair> repaired() {
  auto pair = lived_in();
  const auto branch_image = pair->branch(1).truth.snapshot();
  const auto office_image = pair->gateway().truth.snapshot();
  const auto write = [&](const std::string& key) {
    REQUIRE(pair->register_case(pair->branch(1), "desk/" + key).has_value());
    REQUIRE(pair->drive_bounded());
  };
  write("lost");
  pair->cut(sim::Cut::both, 1);
  pair->restore(pair->branch(1), branch_image);
  REQUIRE(pair->register_case(pair->branch(1), "desk/again").has_value());
  pair->cut(sim::Cut::none, 1);
  REQUIRE(pair->drive_bounded(200'000));
  write("after");
  pair->restore(pair->gateway(), office_image);
  REQUIRE(pair->drive_bounded(200'000));
  write("last");
  return pair;
}

using Change = sim::MemoryTruth::Change;
using Changes = std::vector<Change>;

// Draws changes to the rows of one store.
class Vandal {
 public:
  Vandal(const Truth& truth, const std::vector<Table>& tables, std::uint64_t seed) : random_{seed} {
    REQUIRE(truth
                .view([&](const Reading& store) -> Status {
                  for (const Table table : tables) {
                    auto& rows = tables_[static_cast<std::size_t>(table)];
                    store.scan(table, {}, [&](ByteView key, ByteView value) {
                      rows.emplace_back(copy_of(key), copy_of(value));
                      return true;
                    });
                    if (!rows.empty()) used_.push_back(table);
                  }
                  return Done{};
                })
                .has_value());
  }

  // Something that is not there yet, and what it is called.
  Changes draw(std::string& name) {
    for (;;) {
      const Table table = used_[below(used_.size())];
      Changes changes = draw_for(table, name);
      for (const Change& change : changes) {
        if (change.value != value_of(table, change.key)) return changes;
      }
    }
  }

  // What puts it right again.
  Changes undo(const Changes& changes) const {
    Changes out;
    for (const Change& change : changes) out.push_back({change.table, change.key, value_of(change.table, change.key)});
    return out;
  }

  const std::vector<Table>& used() const { return used_; }

 private:
  std::size_t below(std::size_t bound) {
    return static_cast<std::size_t>(random_.below(static_cast<std::int64_t>(bound)));
  }
  const Row& row_in(Table table) {
    const auto& rows = tables_[static_cast<std::size_t>(table)];
    return rows[below(rows.size())];
  }
  std::optional<Bytes> value_of(Table table, const Bytes& key) const {
    for (const Row& row : tables_[static_cast<std::size_t>(table)]) {
      if (row.first == key) return row.second;
    }
    return std::nullopt;
  }
  Bytes flipped(Bytes bytes) {
    if (!bytes.empty()) bytes[below(bytes.size())] ^= static_cast<std::byte>(1U << below(8));
    return bytes;
  }
  // Another key of the same width, near to one that is there.
  Bytes other_key(const Bytes& key) { return below(4) == 0 ? random_bytes(key.size()) : flipped(key); }
  Bytes random_bytes(std::size_t count) {
    Bytes out(count);
    random_.fill(out);
    return out;
  }

  Changes draw_for(Table table, std::string& name) {
    const Row& row = row_in(table);
    const Row& other = row_in(table);
    const auto& [key, value] = row;
    switch (below(8)) {
      case 0:
        name = "flip";
        return {{table, key, flipped(value)}};
      case 1:
        name = "swap";
        return {{table, key, other.second}, {table, other.first, value}};
      case 2:
        name = "delete";
        return {{table, key, std::nullopt}};
      case 3:
        name = "insert";
        return {{table, other_key(key), below(2) == 0 ? value : random_bytes(value.size())}};
      case 4:
        name = "truncate";
        return {{table, key, Bytes(value.begin(), value.begin() + static_cast<std::ptrdiff_t>(below(value.size())))}};
      case 5:
        name = "move";
        return {{table, key, std::nullopt}, {table, other_key(key), value}};
      case 6:
        name = "overwrite";
        return {{table, key, other.second}};
      default: {
        name = "append";
        Bytes longer = value;
        longer.push_back(std::byte{0});
        return {{table, key, longer}};
      }
    }
  }

  sim::SeededRandom random_;
  std::array<std::vector<Row>, table_count> tables_;
  std::vector<Table> used_;
};

void carry_out(Truth& truth, const Changes& changes) {
  REQUIRE(truth
              .update([&](Writing& store) -> Status {
                for (const Change& change : changes) {
                  if (change.value) {
                    store.put(change.table, change.key, *change.value);
                  } else {
                    store.erase(change.table, change.key);
                  }
                }
                return Done{};
              })
              .has_value());
}

bool says(const std::string& text, const std::string& part) {
  const auto at = text.find(part);
  if (at == std::string::npos) return false;
  const auto end = at + part.size();
  return end == text.size() || std::isdigit(static_cast<unsigned char>(text[end])) == 0;  // seq=1 is not seq=11
}

// How a finding may name a row.
std::vector<std::string> names_of(const Change& change) {
  std::vector<std::string> names{name_of(change.table, change.key)};
  switch (change.table) {
    case Table::entries:
      if (change.key.size() == 8) names.push_back(name_of(position_of(change.key)));
      break;
    case Table::places:
    case Table::checkpoints:
    case Table::receipts:
      names.push_back(name_of(stream_of(change.key), Seq{position_of(change.key).value()}));
      break;
    case Table::streams: {
      const std::string any = name_of(stream_of(change.key), Seq{});
      names.push_back(any.substr(0, any.rfind(" seq=")));
      break;
    }
    case Table::local: {
      // What a row of another row tells is named by that one.
      if (text_of(change.key).starts_with("moved")) names.push_back(name_of(position_of(change.key)));
      if (text_of(change.key).starts_with("word"))
        names.push_back(name_of(stream_of(ByteView{change.key}.subspan(4)), {}));
      std::string row{text_of(change.key)};
      for (const char* kind : {"token", "alarm", "unheard"}) {
        if (row.starts_with(kind)) row = kind;
      }
      names.push_back("table=local row=" + row);
      break;
    }
    default:
      break;
  }
  return names;
}

struct Found {
  std::uint64_t errors = 0;
  std::vector<Finding> findings;
};

bool is_located(const Found& found, const Changes& changes) {
  for (const Finding& finding : found.findings) {
    for (const Change& change : changes) {
      for (const std::string& name : names_of(change)) {
        if (says(finding.where, name) || says(finding.what, name)) return true;
      }
    }
  }
  return false;
}

std::string told(const std::string& name, const Changes& changes, const Found& found) {
  std::string out = (found.errors == 0 ? "not found: " : "not located: ") + name;
  for (const Change& change : changes) out += " " + names_of(change).back();
  for (const Finding& finding : found.findings) out += "\n  " + finding.where + ": " + finding.what;
  return out + "\n";
}

// Makes `count` changes, one after the other. The first few that were not found, or not located, in words.
std::string drill(Truth& truth, const std::vector<Table>& tables, std::size_t count, std::uint64_t seed,
                  const std::function<Found()>& look) {
  Vandal vandal{truth, tables, seed};
  std::string missed;
  std::size_t misses = 0;
  std::set<std::string> kinds;
  for (std::size_t i = 0; i < count; ++i) {
    std::string name;
    const Changes changes = vandal.draw(name);
    kinds.insert(name);
    carry_out(truth, changes);
    const Found found = look();
    if ((found.errors == 0 || !is_located(found, changes)) && ++misses <= 20) missed += told(name, changes, found);
    carry_out(truth, vandal.undo(changes));
  }
  CHECK(kinds.size() == 8);
  CHECK(look().errors == 0);
  return missed;
}

// verify() of a node's rows, wherever they lie.
std::function<Found()> journal_look(Pair& pair, Node& node, const Truth& truth) {
  return [&pair, &node, &truth] {
    const auto verified = verify(
        truth, quick(node), [&](SiteId site) { return std::vector{pair.node(site).keys.signing.public_key}; },
        node.random);
    REQUIRE(verified.has_value());
    return Found{verified->errors, verified->findings};
  };
}

}  // namespace

TEST_CASE("Tamper drill: each of 10,000 random changes, at both ends, is found and located") {
  auto pair = lived_in();
  for (Node* node : {&pair->gateway(), &pair->branch(1)}) {
    const Vandal vandal{node->truth, journal_tables(), 1};
    CHECK(vandal.used().size() == journal_tables().size() - (node->id == head_office ? 0 : 1));  // no standing there
    CHECK(drill(node->truth, journal_tables(), 5'000, 151 + node->id.value(),
                journal_look(*pair, *node, node->truth)) == "");
  }
}

TEST_CASE("Tamper drill: in stores that were repaired each of 3,000 changes is found and located") {
  auto pair = repaired();
  for (Node* node : {&pair->gateway(), &pair->branch(1)}) {
    CHECK(drill(node->truth, journal_tables(), 1'500, 171 + node->id.value(),
                journal_look(*pair, *node, node->truth)) == "");
  }
}

TEST_CASE("Tamper drill: each of 400 changes to a store on the disk is found and located") {
  auto pair = lived_in();
  for (Node* node : {&pair->gateway(), &pair->branch(1)}) {
    const Folder folder;
    auto truth = LmdbTruth::open({folder.at("journal"), journal_tables(), std::size_t{64} << 20});
    REQUIRE(truth.has_value());
    const auto image = node->truth.snapshot();
    Changes all;
    for (const Table table : journal_tables()) {
      for (const auto& [key, value] : image[static_cast<std::size_t>(table)]) all.push_back({table, key, value});
    }
    carry_out(**truth, all);
    CHECK(drill(**truth, journal_tables(), 200, 161 + node->id.value(), journal_look(*pair, *node, **truth)) == "");
  }
}

TEST_CASE("Tamper drill: each of 2,000 changes to the views is found and located") {
  auto pair = lived_in();
  Node& node = pair->gateway();
  sim::MemoryTruth views;
  Follower follower{node.truth, views, node.options(), node.site->epoch(), node.keys.views, pair->kinds(), node.random};
  REQUIRE(follower.open().has_value());
  REQUIRE(follower.advance(1'000).has_value());
  const auto look = [&] {
    const auto verified = verify_views(node.truth, views, quick(node), node.keys.views, pair->kinds(), {}, node.random);
    REQUIRE(verified.has_value());
    return Found{verified->errors, verified->findings};
  };
  CHECK(drill(views, views_tables(), 2'000, 165, look) == "");
}

}  // namespace redress::store
