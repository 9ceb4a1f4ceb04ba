// A full disk under real stores: refused in words, nothing that was told is lost, small things still fit (P10).
#include <catch2/catch.hpp>

#include "protocol/sync/receiver.h"
#include "store/lmdb_truth.h"
#include "tests/sim/forge.h"
#include "tests/store/small_disk.h"

namespace redress::store {
namespace {

using sim::Cut;
using sim::Node;
using sim::Pair;

constexpr std::size_t mib = std::size_t{1} << 20;

LmdbOptions on(const SmallDisk& disk) {
  LmdbOptions options{disk.at("journal"), journal_tables(), 64 * mib};
  options.ballast_bytes = 2 * mib;
  return options;
}

// A node's site and desk, on a disk instead of in memory.
struct OnDisk {
  OnDisk(const SmallDisk& disk, Node& of, Pair& in) : node{of}, pair{in}, options{on(disk)} { open(); }

  void open() {
    desk.reset();
    site.reset();
    truth.reset();
    auto opened = LmdbTruth::open(options);
    INFO((opened ? "" : opened.error().what));
    REQUIRE(opened.has_value());
    truth = std::move(*opened);
    auto made = Site::open(*truth, node.options(), node.random);
    INFO((made ? "" : made.error().what));
    REQUIRE(made.has_value());
    site = std::move(*made);
    serial = site->last_serial();
    desk = std::make_unique<Desk>(*truth, DeskOptions{node.options(), node.parent, 480, {}}, node.kinds, serial,
                                  node.random);
  }
  // Registers one case. Its digest if it was told as saved.
  Result<Digest> register_case(int number) {
    const std::string key = "desk/" + std::to_string(number);
    auto made = desk->register_case({StaffId{1}, key, {{"narrative", text()}}, wall()});
    if (!made) return fail(made.error());
    if (const auto* earlier = std::get_if<Appended>(&*made)) return earlier->identity;
    const auto outcome = site->commit({std::get<Append>(std::move(*made))}, wall()).front();
    if (!outcome) return fail(outcome.error());
    return std::get<Appended>(*outcome).identity;
  }
  Status keep_receipt(Seq to) {
    const StreamName stream = site->journal();
    const journal::Mark mark{to, *site->digest_at(stream, to)};
    const auto receipt =
        journal::sign(sim::sim_domain(), pair.gateway().signer, {{}, {}, stream, Seq{1}, mark, {}, {}, {}});
    const auto outcome = site->commit({sync::KeepReceipt{receipt}}, wall()).front();
    if (!outcome) return fail(outcome.error());
    return Done{};
  }
  std::set<Digest> identities() const {
    std::set<Digest> out;
    for (const StoredEntry& entry : sim::entries_in(*truth))
      out.insert(journal::identity_of(sim::sim_domain(), entry.item.header));
    return out;
  }
  void check_whole() const {
    const auto verified = verify(
        *truth, node.options(), [&](SiteId who) { return std::vector{pair.node(who).keys.signing.public_key}; },
        node.random);
    REQUIRE(verified.has_value());
    INFO((verified->findings.empty() ? "" : verified->findings.front().where));
    CHECK(verified->errors == 0);
  }
  // Does not pack well.
  [[nodiscard]] std::string text() const {
    Bytes random(8'000);
    node.random.fill(random);
    return to_hex(random);
  }
  [[nodiscard]] WallTime wall() const { return pair.now(node).wall; }

  Node& node;
  Pair& pair;
  LmdbOptions options;
  std::unique_ptr<LmdbTruth> truth;
  std::unique_ptr<Site> site;
  Serial serial{0};
  std::unique_ptr<Desk> desk;
};

// Registers until it is refused; what was told goes into `told`. The code it was refused with.
std::optional<Code> register_until_refused(OnDisk& one, int& number, std::set<Digest>& told) {
  for (int last = number + 20'000; number < last; ++number) {
    const auto saved = one.register_case(number);
    if (!saved) return saved.error().code;
    told.insert(*saved);
  }
  return std::nullopt;
}

}  // namespace

TEST_CASE("Full disk: a branch refuses new cases, keeps receipts, loses nothing, and goes on when there is room") {
  const SmallDisk disk{24};
  if (!disk.is()) {
    WARN("skipped: no disk can be mounted here: " << disk.why_not());
    return;
  }
  Pair pair{180};
  OnDisk branch{disk, pair.branch(), pair};
  std::set<Digest> told;
  int number = 1;
  CHECK(register_until_refused(branch, number, told) == Code::store_full);
  CHECK(told.size() > 500);
  CHECK(branch.site->room() == Room::full);
  for (std::uint64_t to = 1; to <= 100; ++to) REQUIRE(branch.keep_receipt(Seq{to}).has_value());
  CHECK(branch.identities() == told);

  // Others fill what was kept back: receipts live on freed pages and on the ballast.
  disk.crowd(0);
  Status kept{Done{}};
  for (std::uint64_t to = 101; to <= 160; ++to) {
    kept = branch.keep_receipt(Seq{to});
    if (!kept) {
      CHECK(kept.error().code == Code::store_full);
      kept = branch.keep_receipt(Seq{to});
    }
    REQUIRE(kept.has_value());
  }
  CHECK(branch.register_case(number).error().code == Code::store_full);

  branch.open();
  CHECK(branch.site->receipted(branch.site->journal()) == Seq{160});
  CHECK(branch.identities() == told);
  branch.check_whole();
}

TEST_CASE("Full disk: room that comes back is used at once, and the ballast is made again") {
  const SmallDisk disk{24};
  if (!disk.is()) {
    WARN("skipped: no disk can be mounted here: " << disk.why_not());
    return;
  }
  Pair pair{181};
  OnDisk branch{disk, pair.branch(), pair};
  std::set<Digest> told;
  const auto first = branch.register_case(1);
  REQUIRE(first.has_value());
  told.insert(*first);
  CHECK(std::filesystem::exists(disk.at("journal.ballast")));
  // A disk that fills faster than anybody looks: the commit itself finds no room.
  disk.crowd(0);
  REQUIRE(branch.site->room() == Room::full);
  Status kept{Done{}};
  for (int i = 0; i < 200 && kept; ++i) {
    kept = branch.truth->update([&](Writing& rows) -> Status {
      rows.put(Table::checkpoints, key_of(feed_for(Epoch{9}, SiteId{9}), Seq{static_cast<std::uint64_t>(i + 1)}),
               Bytes(2'000));
      return Done{};
    });
  }
  REQUIRE_FALSE(kept.has_value());
  CHECK(kept.error().code == Code::store_full);
  CHECK_FALSE(std::filesystem::exists(disk.at("journal.ballast")));
  CHECK(branch.register_case(2).error().code == Code::store_full);

  disk.uncrowd();
  int number = 2;
  for (; number <= 20; ++number) {
    const auto saved = branch.register_case(number);
    REQUIRE(saved.has_value());
    told.insert(*saved);
  }
  CHECK(std::filesystem::exists(disk.at("journal.ballast")));
  branch.open();
  CHECK(branch.identities() == told);
}

TEST_CASE("Full disk: head office refuses what the line brings before its own acts; the branch keeps it all") {
  const SmallDisk disk{24};
  if (!disk.is()) {
    WARN("skipped: no disk can be mounted here: " << disk.why_not());
    return;
  }
  Pair pair{182};
  pair.cut(Cut::both);
  Node& branch = pair.branch();
  constexpr int cases = 40;
  for (int i = 1; i <= cases; ++i) {
    REQUIRE(
        pair.register_case(branch, "desk/" + std::to_string(i), {{"narrative", std::string(30'000, 'n')}}).has_value());
  }
  OnDisk office{disk, pair.gateway(), pair};
  const StreamName stream = branch.site->journal();
  REQUIRE(office.site->commit({sync::KeepTokens{branch.id, stream.epoch, {}, {}}}, office.wall()).front().has_value());
  sync::Receiver receiver{sim::sim_domain(),
                          stream,
                          {Seq{}, journal::genesis(sim::sim_domain(), stream, std::nullopt)},
                          std::nullopt,
                          branch.keys.signing.public_key};
  const auto accept_next = [&]() -> Result<Outcome> {
    wire::Batch batch = sim::batch_of(branch, SessionId{1}, receiver.durable().seq.next(), 4);
    const sync::Verdict verdict = receiver.on_batch(batch, *office.site);
    REQUIRE(verdict.accept.has_value());
    auto outcome = office.site->commit({*verdict.accept}, office.wall()).front();
    if (outcome) {
      receiver.on_durable(std::get<journal::Receipt>(*outcome).to);
    } else {
      receiver.on_failed();
    }
    return outcome;
  };
  REQUIRE(accept_next().has_value());
  disk.crowd(2 * mib);  // of a limit of 64 MiB, 1.3 MiB are kept
  const auto refused = accept_next();
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == Code::store_full);
  CHECK(office.site->room() == Room::line_waits);
  CHECK(office.register_case(1).has_value());
  disk.uncrowd();
  while (receiver.durable().seq < Seq{cases}) REQUIRE(accept_next().has_value());
  office.check_whole();
  CHECK(office.identities().size() == cases + 1);
}

}  // namespace redress::store
