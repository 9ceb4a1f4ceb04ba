#include "ops/shell/letter.h"

#include <catch2/catch.hpp>

#include "crypto/identity.h"
#include "tests/ops/served.h"

namespace redress::shell {
namespace {

struct Posted {
  Posted() {
    network.bytes.fill(std::byte{3});
    letter.pairwise.bytes()[0] = std::byte{5};
    letter.pairwise_generation = 4;
    letter.head_office_signing.bytes.fill(std::byte{6});
    letter.parent = SiteId{10};
    letter.site_name = "南街支行";
    letter.zone = "Asia/Shanghai";
    auto made = seal_letter(network, SiteId{11}, keys.public_key, letter, random);
    REQUIRE(made.has_value());
    sealed = std::move(*made);
  }
  crypto::SystemRandom random;
  NetworkId network;
  crypto::KeyPair keys = crypto::make_transport_pair(random);
  Letter letter;
  Bytes sealed;
};

TEST_CASE("Letter: what head office wrote is what the site reads") {
  const Posted posted;
  const auto read = open_letter(posted.network, SiteId{11}, posted.keys.secret, posted.sealed);
  REQUIRE(read.has_value());
  CHECK(std::ranges::equal(read->pairwise.view(), posted.letter.pairwise.view()));
  CHECK(read->pairwise_generation == 4);
  CHECK(read->head_office_signing == posted.letter.head_office_signing);
  CHECK(read->parent == SiteId{10});
  CHECK(read->site_name == "南街支行");
  CHECK(read->zone == "Asia/Shanghai");
}

TEST_CASE("Letter: it opens for its site, its network and its key only") {
  Posted posted;
  const auto code = [](const Result<Letter>& letter) {
    return letter ? std::nullopt : std::optional{letter.error().code};
  };
  CHECK(code(open_letter(posted.network, SiteId{12}, posted.keys.secret, posted.sealed)) == Code::damaged);
  NetworkId other = posted.network;
  other.bytes[0] ^= std::byte{1};
  CHECK(code(open_letter(other, SiteId{11}, posted.keys.secret, posted.sealed)) == Code::damaged);
  const crypto::KeyPair stranger = crypto::make_transport_pair(posted.random);
  CHECK(code(open_letter(posted.network, SiteId{11}, stranger.secret, posted.sealed)) == Code::damaged);
}

TEST_CASE("Letter: every changed byte and every cut is damaged") {
  const Posted posted;
  for (std::size_t i = 0; i < posted.sealed.size(); ++i) {
    Bytes changed = posted.sealed;
    changed[i] ^= std::byte{1};
    const auto read = open_letter(posted.network, SiteId{11}, posted.keys.secret, changed);
    CHECK(!read.has_value());
    const Bytes cut(posted.sealed.begin(), posted.sealed.begin() + static_cast<std::ptrdiff_t>(i));
    CHECK(open_letter(posted.network, SiteId{11}, posted.keys.secret, cut).error().code == Code::damaged);
  }
}

}  // namespace
}  // namespace redress::shell
