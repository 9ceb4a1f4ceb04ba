#include "protocol/journal/entry.h"

#include "tests/protocol/sample.h"

namespace redress::journal {

TEST_CASE("Entry: a header has the bytes of its layout, with lists and without") {
  CHECK(to_hex(encode(sample_header(false))) == golden::plain_header);
  CHECK(to_hex(encode(sample_header(true))) == golden::full_header);
  CHECK(encode(sample_header(false)).size() == limits::header_bytes_min);
  CHECK(encode(sample_header(true)).size() == limits::header_bytes_max);
}

TEST_CASE("Entry: a header comes back as it went") {
  for (const bool lists : {false, true}) {
    const auto decoded = decode_header(encode(sample_header(lists)));
    REQUIRE(decoded.has_value());
    CHECK(*decoded == sample_header(lists));
  }
}

TEST_CASE("Entry: a header cut at any length is malformed") {
  for (const bool lists : {false, true}) {
    const Bytes whole = encode(sample_header(lists));
    for (std::size_t size = 0; size < whole.size(); ++size) {
      INFO(size);
      CHECK(code_of(decode_header(ByteView{whole}.first(size))) == Code::malformed);
    }
  }
}

TEST_CASE("Entry: nothing may follow a header of this format; a later format may append") {
  Bytes bytes = encode(sample_header(true));
  bytes.push_back(std::byte{0});
  CHECK(code_of(decode_header(bytes)) == Code::malformed);
  bytes[place_bytes] = std::byte{2};
  const auto later = decode_header(bytes);
  REQUIRE(later.has_value());
  CHECK(later->what.format == 2);
  bytes.resize(limits::header_bytes_future_max + 1);
  CHECK(code_of(decode_header(bytes)) == Code::too_large);
}

TEST_CASE("Entry: a list over its limit, format 0 and zero places are refused") {
  const Bytes whole = encode(sample_header(true));
  constexpr std::size_t after_at = place_bytes + 74;
  REQUIRE(whole[after_at] == std::byte{8});
  REQUIRE(whole[after_at + 1] == std::byte{16});
  for (const auto& [at, value] : {std::pair{after_at, 9}, {after_at + 1, 17}, {after_at, 255}, {place_bytes, 0}}) {
    Bytes bytes = whole;
    bytes[at] = static_cast<std::byte>(value);
    CHECK(code_of(decode_header(bytes)) == Code::malformed);
  }
  std::array<Header, 3> zeros{sample_header(false), sample_header(false), sample_header(false)};
  zeros[0].place.site = SiteId{};
  zeros[1].place.epoch = Epoch{};
  zeros[2].place.seq = Seq{};
  for (const Header& zero : zeros) CHECK(code_of(decode_header(encode(zero))) == Code::malformed);
  Header header = sample_header(false);
  header.body_bytes = limits::entry_bytes_max + 1;
  CHECK(code_of(decode_header(encode(header))) == Code::too_large);
}

TEST_CASE("Entry: random bytes give an error or a header within its limits") {
  sim::SeededRandom random{5};
  const Bytes whole = encode(sample_header(true));
  for (int i = 0; i < 20'000; ++i) {
    Bytes bytes = whole;
    for (int flips = 0; flips < 3; ++flips) {
      bytes[static_cast<std::size_t>(random.below(372))] = static_cast<std::byte>(random.below(256));
    }
    const auto header = decode_header(bytes);
    if (!header) continue;
    REQUIRE(header->what.after.size() <= limits::after_max);
    REQUIRE(header->what.to.size() <= limits::to_max);
    REQUIRE(header->body_bytes <= limits::entry_bytes_max);
  }
}

TEST_CASE("Entry: identity and digest are those of the layout") {
  const Bytes bytes = encode(sample_header(true));
  const Domain domain = stand_in_domain();
  CHECK(to_hex(view_of(identity_of(domain, bytes))) == golden::full_identity);
  CHECK(to_hex(view_of(entry_digest(domain, bytes))) == golden::full_entry);
  CHECK(to_hex(view_of(cause_of(identity_of(domain, bytes)))) == golden::full_identity.substr(0, 32));
}

TEST_CASE("Entry: what has no place yet has the identity that it will have") {
  const Domain domain = stand_in_domain();
  Header header = sample_header(true);
  const Bytes body{header.body_bytes, std::byte{0x5A}};
  const std::array<ByteView, 1> whole{ByteView{body}};
  header.body = domain.suite->hash(whole);
  CHECK(identity_of(domain, header.what, body) == identity_of(domain, encode(header)));
  CHECK(entry_digest(domain, encode(header), identity_of(domain, header.what, body)) ==
        entry_digest(domain, encode(header)));
}

TEST_CASE("Entry: the place is in the digest and not in the identity") {
  const Bytes bytes = encode(sample_header(true));
  const Domain domain = stand_in_domain();
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    Bytes changed = bytes;
    changed[at] ^= std::byte{1};
    INFO(at);
    CHECK((identity_of(domain, changed) == identity_of(domain, bytes)) == (at < place_bytes));
    CHECK(entry_digest(domain, changed) != entry_digest(domain, bytes));
  }
  const Domain other{&stand_in(), filled_with<NetworkId>(0x4F)};
  CHECK(identity_of(other, bytes) != identity_of(domain, bytes));
}

TEST_CASE("Entry: a sealed body is bound to the network and to all that its header says") {
  const Domain domain = stand_in_domain();
  const What what = sample_header(true).what;
  Bytes expected = copy_of(view_of(domain.network));
  const Bytes said = encode(what);
  expected.insert(expected.end(), said.begin(), said.end());
  CHECK(associated_data(domain, what) == expected);
}

}  // namespace redress::journal
