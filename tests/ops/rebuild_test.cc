#include "ops/shell/rebuild.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <map>

#include "tests/ops/served.h"
#include "tests/sim/pair.h"

namespace redress::shell {
namespace {

constexpr std::uint64_t mib = std::uint64_t{1} << 20;
// 2 MiB are kept, and the views wait below 8.
constexpr store::Space short_of_disk{50 * mib, 100 * mib, 7 * mib};
constexpr store::Space ample{50 * mib, 100 * mib, 80 * mib};

// A branch with two entries, and where its views are made again.
struct Remade {
  Remade() {
    for (int i = 1; i <= 2; ++i) REQUIRE(pair.register_case(node, "desk/" + std::to_string(i)).has_value());
    home.folder = folder.path();
    home.config.store.views_map_mib = 64;
    home.keys.keys = node.keys;
    parts = {&home, &node.truth, &site, node.site->born(), &pair.kinds(), {}, false, 0, {}, {}, &node.random};
  }
  [[nodiscard]] bool left_something() const {
    for (const char* end : {".rebuilt", ".rebuilt.lock", ".rebuilt.new"}) {
      if (std::filesystem::exists(home.views_path() + end)) return true;
    }
    return false;
  }

  sim::Pair pair{350};
  sim::Node& node{pair.branch()};
  store::SiteOptions site{node.options()};
  TempFolder folder;
  Home home;
  RebuildParts parts;
};

TEST_CASE("Rebuild: it is not begun where the disk has no room for the views twice") {
  Remade one;
  one.parts.space = [] { return ample; };
  one.parts.views_bytes = 73 * mib;
  const auto refused = Rebuild::begin(one.parts);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == Code::store_full);
  CHECK_FALSE(one.left_something());
  one.parts.views_bytes = 72 * mib;
  CHECK(Rebuild::begin(one.parts).has_value());
}

TEST_CASE("Rebuild: once the views must wait it is given up, and leaves nothing") {
  Remade one;
  int asked = 0;
  one.parts.space = [&] { return ++asked <= 2 ? ample : short_of_disk; };
  {
    auto rebuild = Rebuild::begin(one.parts);
    REQUIRE(rebuild.has_value());
    const Status followed = (*rebuild)->follow();
    REQUIRE_FALSE(followed.has_value());
    CHECK(followed.error().code == Code::store_full);
    CHECK(asked == 3);  // once between two commits
  }
  CHECK_FALSE(one.left_something());
}

TEST_CASE("Rebuild: with room the ledger is followed to its end") {
  Remade one;
  one.parts.space = [] { return ample; };
  auto rebuild = Rebuild::begin(one.parts);
  REQUIRE(rebuild.has_value());
  CHECK((*rebuild)->follow().has_value());
  auto views = store::LmdbTruth::open(views_options(one.home));
  REQUIRE(views.has_value());
  const auto rebuilt = (*rebuild)->take_place_of(**views);
  REQUIRE(rebuilt.has_value());
  CHECK(rebuilt->ledger == Position{2});
  CHECK(rebuilt->cases == 2);
}

}  // namespace
}  // namespace redress::shell
