// Who gains standing, rule by rule (D12). The tree: 10 is a primary branch with outlets 11 and 12; 20 is one with 21;
// 30 is an outlet under head office.
#include "gateway/router.h"

#include <catch2/catch.hpp>
#include <map>

#include "protocol/casework/kinds.h"

namespace redress::gateway {
namespace {

using Numbers = std::vector<std::uint32_t>;

std::optional<SiteId> parent_of(SiteId site) {
  static const std::map<std::uint32_t, std::uint32_t> parents{{10, 1}, {11, 10}, {12, 10}, {20, 1}, {21, 20}, {30, 1}};
  const auto found = parents.find(site.value());
  if (found == parents.end()) return std::nullopt;
  return SiteId{found->second};
}

const Kind opening = casework::Kinds{casework::shipped_kinds()}.opening().kind;
const Kind another{opening.value() == 2 ? std::uint16_t{3} : std::uint16_t{2}};

std::vector<SiteId> sites(const Numbers& numbers) {
  std::vector<SiteId> out;
  for (const std::uint32_t number : numbers) out.push_back(SiteId{number});
  return out;
}

Numbers gains(Kind kind, std::uint32_t author, const Numbers& to, const Numbers& standing) {
  const DirectoryRouter router{parent_of, opening};
  journal::What what;
  what.kind = kind;
  what.author = SiteId{author};
  what.to = sites(to);
  Numbers out;
  for (const SiteId site : router.gains(what, sites(standing))) out.push_back(site.value());
  return out;
}

TEST_CASE("Router: who opens a case has it, and so has its supervisor, named or not") {
  CHECK(gains(opening, 11, {}, {}) == Numbers{11, 10});
  CHECK(gains(opening, 11, {10}, {}) == Numbers{11, 10});
  CHECK(gains(opening, 10, {}, {}) == Numbers{10});
  CHECK(gains(opening, 30, {}, {}) == Numbers{30});
}

TEST_CASE("Router: head office has every case and needs no row") { CHECK(gains(opening, 1, {}, {}).empty()); }

TEST_CASE("Router: a case is opened once; a second opening by another gives it nothing") {
  CHECK(gains(opening, 20, {}, {11, 10}).empty());
  CHECK(gains(opening, 20, {21}, {11, 10}).empty());
}

TEST_CASE("Router: an author with standing names its parent and its children") {
  CHECK(gains(another, 10, {11}, {10}) == Numbers{11});
  CHECK(gains(another, 10, {11, 12}, {10}) == Numbers{11, 12});
  CHECK(gains(another, 11, {10}, {11}) == Numbers{10});
}

TEST_CASE("Router: an author does not name its siblings, strangers, or another's child") {
  CHECK(gains(another, 11, {12}, {11, 10}).empty());
  CHECK(gains(another, 11, {20}, {11, 10}).empty());
  CHECK(gains(another, 10, {21}, {10}).empty());
  CHECK(gains(another, 10, {20}, {10}).empty());
}

TEST_CASE("Router: head office names anyone that belongs, with its supervisor") {
  CHECK(gains(another, 1, {21}, {11, 10}) == Numbers{21, 20});
  CHECK(gains(another, 1, {20}, {}) == Numbers{20});
  CHECK(gains(another, 1, {30, 21}, {}) == Numbers{30, 21, 20});
}

TEST_CASE("Router: nobody names a site that does not belong") {
  CHECK(gains(another, 1, {99}, {}).empty());
  CHECK(gains(another, 11, {99}, {11, 10}).empty());
}

TEST_CASE("Router: an author without standing gains nothing and gives nothing") {
  CHECK(gains(another, 11, {10}, {20, 21}).empty());
  CHECK(gains(another, 11, {}, {}).empty());
  CHECK(gains(another, 10, {11}, {12}).empty());
}

TEST_CASE("Router: who has standing already does not gain it again") {
  CHECK(gains(another, 1, {11}, {11, 10}).empty());
  CHECK(gains(another, 1, {12, 12, 10}, {11, 10}) == Numbers{12});
  CHECK(gains(opening, 11, {10, 10}, {}) == Numbers{11, 10});
}

TEST_CASE("Router: what an opening names beside its supervisor follows the same rules") {
  CHECK(gains(opening, 10, {11}, {}) == Numbers{10, 11});
  CHECK(gains(opening, 11, {12}, {}) == Numbers{11, 10});
  CHECK(gains(opening, 1, {21}, {}) == Numbers{21, 20});
}

}  // namespace
}  // namespace redress::gateway
